namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH6xxx: runs, their plans and reports, and the bounds that end them.</summary>
public static class RunCodes
{
    public static readonly ErrorCode PlanUnreadable =
        new("LH6001", "the run's plan cannot be read: not JSON, or a member that this version does not know", RunnerExit.Invalid);

    public static readonly ErrorCode ProtocolUnsupported =
        new("LH6002", "plan or report speak a protocol that this version does not", RunnerExit.Invalid);

    public static readonly ErrorCode PlanAltered =
        new("LH6003", "the plan does not match its own hash", RunnerExit.Invalid);

    public static readonly ErrorCode ReportUnreadable =
        new("LH6004", "a runner's report cannot be read", RunnerExit.Bug);

    public static readonly ErrorCode DeadlineExceeded =
        new("LH6010", "the run passed its deadline and was ended", RunnerExit.Deadline);

    public static readonly ErrorCode OutOfMemory =
        new("LH6011", "the run's SQL outgrew its memory and was ended", RunnerExit.Memory);

    public static readonly ErrorCode ScratchFull =
        new("LH6012", "the run's scratch space is full", RunnerExit.ScratchFull);

    public static readonly ErrorCode InputExceedsScratch =
        new("LH6013", "the inputs are larger than the scratch space that they would be staged in", RunnerExit.InputExceedsScratch);

    public static readonly ErrorCode WorkerGone =
        new("LH6014", "the SQL worker ended before it answered", RunnerExit.Bug);

    public static readonly ErrorCode SecretMissing =
        new("LH6020", "a secret or a key of it is missing", RunnerExit.SecretMissing);

    public static readonly ErrorCode InputMissing =
        new("LH6021", "a table that the SQL reads does not exist yet", RunnerExit.Invalid);

    /// <summary>SIGINT or SIGTERM came; nothing is half done, the same run may be started again.</summary>
    public static readonly ErrorCode Interrupted =
        new("LH6030", "the run was interrupted before it committed", RunnerExit.Store);

    public static readonly ErrorCode OutputContended =
        new("LH6022", "the output table kept changing while the run was made", RunnerExit.Store);

    public static readonly ErrorCode UpstreamFailed =
        new("LH6023", "an upstream resource has errors, so its table is missing", RunnerExit.Invalid);

    public static readonly ErrorCode ScratchUnusable =
        new("LH6024", "the scratch folder cannot be used", RunnerExit.ScratchFull);

    public static readonly ErrorCode LibraryUnusable =
        new("LH6025", "libduckdb is missing, does not load, or has another version", RunnerExit.Invalid);
}
