namespace LakehouseOperator.Pipelines.Codes;

/// <summary>Errors of stores and tables: 40xx the store, 41xx the log as read, 42xx commits, 43xx types, statistics and scans.</summary>
public static class TableCodes
{
    public static readonly ErrorCode StoreReadOnly = new("LH4001", "The store's folder is read-only", RunnerExit.Store);
    public static readonly ErrorCode StoreFull = new("LH4002", "The store is full", RunnerExit.Store);
    public static readonly ErrorCode StorePermission = new("LH4003", "The store refuses permission", RunnerExit.Store);
    public static readonly ErrorCode StoreNotFolder = new("LH4004", "The location is not a folder", RunnerExit.Store);
    public static readonly ErrorCode KeyOutsideStore = new("LH4005", "A key leads out of the store", RunnerExit.Store);
    public static readonly ErrorCode LocationUnknown = new("LH4006", "The location is not one that a store can be opened at", RunnerExit.Invalid);
    public static readonly ErrorCode ConditionalWritesUnsupported = new("LH4007", "The store cannot put an object only where none is", RunnerExit.Store);
    public static readonly ErrorCode StoreFailed = new("LH4008", "The store failed", RunnerExit.Store);
    public static readonly ErrorCode LocationOwned = new("LH4009", "The location belongs to another Lakehouse", RunnerExit.Invalid);

    public static readonly ErrorCode StoreUnreachable = new("LH4010", "The store does not answer", RunnerExit.Store);
    public static readonly ErrorCode StoreCredentialsRefused = new("LH4011", "The store refuses the credentials", RunnerExit.Store);
    public static readonly ErrorCode BucketMissing = new("LH4012", "The bucket does not exist", RunnerExit.Store);
    public static readonly ErrorCode StoreNotTrusted = new("LH4013", "The store's certificate is not trusted", RunnerExit.Store);
    public static readonly ErrorCode ClockSkewed = new("LH4014", "This machine's clock and the store's differ too much", RunnerExit.Store);
    public static readonly ErrorCode ReadDamaged = new("LH4015", "What was read is not what was written", RunnerExit.Store);
    public static readonly ErrorCode CredentialsMissing = new("LH4016", "The environment gives no identity for the store", RunnerExit.Store);
    public static readonly ErrorCode AddressRefused = new("LH4017", "The store's address is one that runs in pods may not connect to", RunnerExit.Invalid);

    public static readonly ErrorCode LogDamaged = new("LH4101", "The table's log is damaged", RunnerExit.Store);
    public static readonly ErrorCode UnsupportedFeature = new("LH4102", "The table needs a feature that is not supported", RunnerExit.Invalid);
    public static readonly ErrorCode VersionGone = new("LH4103", "The log no longer holds that version", RunnerExit.HistoryGone);
    public static readonly ErrorCode VersionUnknown = new("LH4104", "The table has no such version", RunnerExit.Invalid);
    public static readonly ErrorCode FileOutsideTable = new("LH4105", "The log names a file outside the table's location", RunnerExit.Invalid);

    public static readonly ErrorCode Fenced = new("LH4201", "Another process writes this position now", RunnerExit.Fenced);
    public static readonly ErrorCode OwnedByAnother = new("LH4202", "The table belongs to another resource", RunnerExit.Invalid);
    public static readonly ErrorCode AppendOnly = new("LH4203", "The table takes no change that removes rows", RunnerExit.Invalid);
    public static readonly ErrorCode StagedTooOld = new("LH4204", "The staged files are too old to commit", RunnerExit.Store);
    public static readonly ErrorCode SchemaChange = new("LH4205", "The change does not fit the table's schema", RunnerExit.Invalid);
    public static readonly ErrorCode CommitContended = new("LH4206", "The commit found no gap between other commits", RunnerExit.Store);
    public static readonly ErrorCode TableDropped = new("LH4207", "The table is being dropped", RunnerExit.Store);
}
