namespace LakehouseOperator.Faults.Redis;

/// <summary>What becomes of one command on its way to Redis and of its answer.</summary>
public enum RespFault
{
    None,

    /// <summary>The connection is cut before the command reaches the server.</summary>
    CutBefore,

    /// <summary>The server has carried it out, and the connection is cut before a byte of the answer comes back.</summary>
    CutAfter,

    /// <summary>The connection is cut in the middle of the answer.</summary>
    CutWithin,

    /// <summary>The server has carried it out; nothing comes back, and nothing is taken any more, on a connection that stays open.</summary>
    HalfOpen,

    /// <summary>The answer comes in two halves with a pause in between.</summary>
    Delay,

    /// <summary>The command and the next few are answered by <c>-LOADING</c>, as a server does that was restarted.</summary>
    Loading,

    /// <summary>The command and the next few are answered by <c>-READONLY</c>, as one does that became a replica.</summary>
    Readonly,

    /// <summary>The connection is cut, and the next few are cut as soon as they are made: a server that is gone for a while.</summary>
    Down,
}

/// <summary>The one fault of a run: at the command of this name.</summary>
/// <param name="Command">Its first word and how often it came before over all connections, such as <c>XREAD #3</c>.</param>
public sealed record RespFaultPlan(string Command, RespFault Fault)
{
    public static RespFaultPlan None { get; } = new("", RespFault.None);

    public override string ToString() => Fault == RespFault.None ? "no fault" : $"{Fault} at {Command}";
}
