namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH12xx: what a person gave on the command line.</summary>
public static class InputCodes
{
    public static readonly ErrorCode PathMissing = new("LH1201", "a file or folder that is not there", RunnerExit.Invalid);

    public static readonly ErrorCode PathUnreadable = new("LH1202", "a file or folder that cannot be read", RunnerExit.Invalid);

    public static readonly ErrorCode NothingFound = new("LH1203", "no resources where they were looked for", RunnerExit.Invalid);

    public static readonly ErrorCode UnknownTable = new("LH1204", "a table that the lake does not have", RunnerExit.Invalid);

    public static readonly ErrorCode Usage = new("LH1205", "a command line that cannot be understood", RunnerExit.Invalid);

    public static readonly ErrorCode NoLake = new("LH1206", "a lake that is not there", RunnerExit.Invalid);

    public static readonly ErrorCode RedisUrl = new("LH1207", "a Redis URL that cannot be used", RunnerExit.Invalid);

    public static readonly ErrorCode RedisUnreachable = new("LH1208", "a Redis server that cannot be reached", RunnerExit.Source);

    public static readonly ErrorCode RedisRefused = new("LH1209", "a Redis server that refuses", RunnerExit.Source);
}
