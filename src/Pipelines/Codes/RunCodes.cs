namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH6xxx: runs and their limits.</summary>
public static class RunCodes
{
    public static readonly ErrorCode ProtocolUnsupported = new("LH6001", "A plan of a protocol that this runner does not speak", RunnerExit.Invalid);

    public static readonly ErrorCode PlanUnreadable = new("LH6002", "A plan that cannot be read", RunnerExit.Invalid);

    public static readonly ErrorCode DeadlineExceeded = new("LH6003", "A run passed its deadline", RunnerExit.Deadline);

    public static readonly ErrorCode OutOfMemory = new("LH6004", "A run outgrew its memory", RunnerExit.Memory);

    public static readonly ErrorCode ScratchFull = new("LH6005", "A run outgrew its scratch space", RunnerExit.ScratchFull);

    public static readonly ErrorCode InputExceedsScratch = new("LH6006", "The inputs of a run are larger than its scratch space", RunnerExit.InputExceedsScratch);

    public static readonly ErrorCode InputMissing = new("LH6007", "An input table does not exist yet", RunnerExit.Invalid);

    public static readonly ErrorCode OutputOwned = new("LH6008", "The output table belongs to another resource", RunnerExit.Invalid);

    public static readonly ErrorCode OutputContended = new("LH6009", "The output table kept changing while a run was made", RunnerExit.Store);

    public static readonly ErrorCode WorkerLost = new("LH6010", "The SQL worker ended before it answered", RunnerExit.Bug);

    public static readonly ErrorCode ScratchUnusable = new("LH6011", "The scratch folder cannot be used", RunnerExit.ScratchFull);

    public static readonly ErrorCode LocationOwned = new("LH6012", "A layer's location belongs to another Lakehouse", RunnerExit.Invalid);

    public static readonly ErrorCode UpstreamFailed = new("LH6013", "An upstream resource has errors, so its table is missing", RunnerExit.Invalid);
}
