namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH9xxx: defects of ours.</summary>
public static class BugCodes
{
    public static readonly ErrorCode Unhandled = new("LH9001", "A defect of this program", RunnerExit.Bug);
}
