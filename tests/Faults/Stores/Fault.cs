namespace LakehouseOperator.Faults.Stores;

/// <summary>What becomes of one step.</summary>
public enum Fault
{
    None,

    /// <summary>SIGKILL before the step has any effect.</summary>
    KillBefore,

    /// <summary>SIGKILL in the middle: half of the bytes are written under a name that is no object's.</summary>
    KillWithin,

    /// <summary>SIGKILL when the effect is there and nobody was told; the scratch file that was linked is there as well.</summary>
    KillAfter,

    /// <summary>No effect, and the outcome is not known. Only a put-if-absent can say so.</summary>
    LoseRequest,

    /// <summary>The effect is there, and the outcome is not known. Only a put-if-absent can say so.</summary>
    LoseReply,

    /// <summary>The store fails, without effect.</summary>
    FailBefore,

    /// <summary>The store fails, and the effect is there all the same.</summary>
    FailAfter,

    /// <summary>The effect is there; from then on the store takes nothing any more, as if the process were gone.</summary>
    Vanish,

    /// <summary>The process stands still before the step, while another one does everything there is to do.</summary>
    Overtaken,
}

/// <summary>The one fault of a run: at the step of this name.</summary>
public sealed record FaultPlan(string Step, Fault Fault)
{
    public static FaultPlan None { get; } = new("", Fault.None);

    public override string ToString() => Fault == Fault.None ? "no fault" : $"{Fault} at {Step}";
}
