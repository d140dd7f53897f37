namespace LakehouseOperator.Pipelines.Codes;

/// <summary>Exit codes of <c>lakehouse-runner</c>, frozen by ADR 0003. The operator and the local loop retry by these alone.</summary>
public enum RunnerExit
{
    Done = 0,
    Invalid = 10,
    Sql = 11,
    Blocked = 12,
    Source = 20,
    Store = 21,
    Target = 22,
    SecretMissing = 23,
    Fenced = 30,
    HistoryGone = 31,
    InputExceedsScratch = 32,
    Deadline = 40,
    Memory = 41,
    ScratchFull = 42,
    Bug = 70,
}
