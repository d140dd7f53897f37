namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH30xx: sources and their positions. (LH31xx, records that do not fit, are in <c>RecordCodes</c>.)</summary>
public static class SourceCodes
{
    public static readonly ErrorCode SourceUnreachable =
        new("LH3001", "the source cannot be reached", RunnerExit.Source);

    /// <summary>Reason <c>PositionMissing</c>: <c>startFrom</c> and a first run count only for an empty table.</summary>
    public static readonly ErrorCode PositionMissing =
        new("LH3002", "the table holds rows but no position of this source", RunnerExit.Source);

    /// <summary>Reason <c>SourceRegressed</c>: what was read already is no longer what the source holds.</summary>
    public static readonly ErrorCode SourceRegressed =
        new("LH3003", "the source no longer is what the table's position was taken from", RunnerExit.Source);

    public static readonly ErrorCode PositionUnreadable =
        new("LH3004", "the table's position of this source cannot be read", RunnerExit.Source);

    public static readonly ErrorCode FileReplaced =
        new("LH3005", "a file was replaced, truncated or appended to after it was ingested", RunnerExit.Source);

    public static readonly ErrorCode FileUnreadable =
        new("LH3006", "a file cannot be read", RunnerExit.Source);

    public static readonly ErrorCode FileUnsettled =
        new("LH3007", "a file is still being written and is left for later", RunnerExit.Source);

    public static readonly ErrorCode FileHeaderUnfit =
        new("LH3008", "a file does not have the columns that the table declares", RunnerExit.Source);

    public static readonly ErrorCode FileFormatUnfit =
        new("LH3009", "a file is not of the declared format", RunnerExit.Source);

    public static readonly ErrorCode PatternInvalid =
        new("LH3010", "a file pattern cannot be read", RunnerExit.Invalid);

    public static readonly ErrorCode LocationUnreadable =
        new("LH3011", "the folder of a files source does not exist or cannot be listed", RunnerExit.Source);

    /// <summary><c>invalidValues: Stop</c>: nothing of the batch is committed.</summary>
    public static readonly ErrorCode ContractStopped =
        new("LH3020", "a record does not fit and the contract says to stop", RunnerExit.Source);

    /// <summary>Code of a quarantined record.</summary>
    public static readonly ErrorCode RecordMalformed =
        new("LH3022", "a line is not a record of the file's format", RunnerExit.Source);

    /// <summary>Code of a quarantined record.</summary>
    public static readonly ErrorCode RecordRagged =
        new("LH3023", "a record has more or fewer fields than its file has columns", RunnerExit.Source);

    /// <summary>Code of a quarantined record; the payload is its beginning.</summary>
    public static readonly ErrorCode RecordTooLong =
        new("LH3024", "a record is longer than records can be", RunnerExit.Source);

    /// <summary>Reason <c>DataLoss</c>. It is said once, and reading goes on.</summary>
    public static readonly ErrorCode DataLoss =
        new("LH3025", "entries were removed from the source before they were read", RunnerExit.Source);

    /// <summary>Reason <c>CredentialsRefused</c>.</summary>
    public static readonly ErrorCode CredentialsRefused =
        new("LH3026", "the source refuses the credentials, or what they may do", RunnerExit.Source);

    public static readonly ErrorCode TlsRefused =
        new("LH3027", "the source's certificate is not trusted", RunnerExit.Source);

    public static readonly ErrorCode NotAStream =
        new("LH3028", "a key holds something else than a stream", RunnerExit.Source);

    public static readonly ErrorCode GroupInUse =
        new("LH3029", "a consumer group is used by others", RunnerExit.Source);

    public static readonly ErrorCode GroupMissing =
        new("LH3030", "a consumer group that is to be taken over does not exist", RunnerExit.Source);

    public static readonly ErrorCode SourceUnsupported =
        new("LH3031", "the source is of a version that is not supported", RunnerExit.Source);

    /// <summary>Only a change of the spec helps.</summary>
    public static readonly ErrorCode AddressRefused =
        new("LH3032", "the source's address is one that runs in pods may not connect to", RunnerExit.Invalid);

    public static readonly ErrorCode ShapeChanged =
        new("LH3021", "the declared columns do not fit the table as it is", RunnerExit.Invalid);
}
