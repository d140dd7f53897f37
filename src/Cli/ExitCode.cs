namespace LakehouseOperator.Cli;

/// <summary>Exit codes of <c>lakehouse</c>; part of the fixed interface.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>A run failed, or a system was unreachable.</summary>
    public const int Failed = 1;

    /// <summary>Invalid input or usage.</summary>
    public const int Invalid = 2;

    /// <summary>A check of severity Error failed, or a gate blocked a run.</summary>
    public const int CheckFailed = 3;

    public const int Interrupted = 130;

    public const int Terminated = 143;
}
