namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH1xxx: documents and what they declare. 10xx: the text and its types; 11xx: what resources say of each other and of their tables.</summary>
public static class DocumentCodes
{
    public static readonly ErrorCode Syntax = Invalid("LH1001", "the text is not YAML");
    public static readonly ErrorCode NotAResource = Invalid("LH1002", "the document is not a Kubernetes object: apiVersion, kind or metadata.name is missing");
    public static readonly ErrorCode UnknownField = Invalid("LH1003", "a field that this kind does not have");
    public static readonly ErrorCode WrongType = Invalid("LH1004", "a value of the wrong type");
    public static readonly ErrorCode MissingField = Invalid("LH1005", "a required field is missing");
    public static readonly ErrorCode DuplicateKey = Invalid("LH1006", "a key comes twice in one object");
    public static readonly ErrorCode OutOfRange = Invalid("LH1007", "a number, a text or a list is beyond its bounds");
    public static readonly ErrorCode UnknownValue = Invalid("LH1008", "a value that is none of those allowed");
    public static readonly ErrorCode NotExactlyOne = Invalid("LH1009", "exactly one of several members must be set");
    public static readonly ErrorCode Bound = Invalid("LH1010", "the text is too large, too deep, or blown up by aliases");
    public static readonly ErrorCode UnsupportedVersion = Invalid("LH1011", "an apiVersion that this version does not know");
    public static readonly ErrorCode UnknownKind = Invalid("LH1012", "a kind that the group lakehouse.dev does not have");
    public static readonly ErrorCode NotJson = Invalid("LH1013", "a key or value that JSON, and so Kubernetes, cannot hold");
    public static readonly ErrorCode NotADuration = Invalid("LH1014", "not a duration such as 60s or 1h30m");
    public static readonly ErrorCode NotAQuantity = Invalid("LH1015", "not a size in bytes such as 256Mi");
    public static readonly ErrorCode InvalidName = Invalid("LH1016", "a name that Kubernetes does not take");
    public static readonly ErrorCode Ignored = Invalid("LH1017", "a document of another kind, which is left alone");
    public static readonly ErrorCode ComesAgain = Invalid("LH1018", "a document comes twice in one file and is merged over the first");
    public static readonly ErrorCode MergeOverrides = Invalid("LH1019", "a merge key overrides a member above it");
    public static readonly ErrorCode InvalidSecret = Invalid("LH1020", "a Secret whose data cannot be read");

    public static readonly ErrorCode InvalidTableName = Invalid("LH1101", "not a table's name, layer.table");
    public static readonly ErrorCode UnknownLayer = Invalid("LH1102", "a layer that the Lakehouse does not have");
    public static readonly ErrorCode InvalidColumnName = Invalid("LH1103", "a column name that a table cannot hold");
    public static readonly ErrorCode DuplicateName = Invalid("LH1104", "a name that comes twice where names are unique");
    public static readonly ErrorCode InvalidColumnType = Invalid("LH1105", "a column type that a table cannot hold");
    public static readonly ErrorCode UnknownColumn = Invalid("LH1106", "a column that the table does not have");
    public static readonly ErrorCode InvalidPartition = Invalid("LH1107", "a partition that its column does not allow");
    public static readonly ErrorCode UnknownLakehouse = Invalid("LH1108", "a Lakehouse that is not there");
    public static readonly ErrorCode UnknownTable = Invalid("LH1109", "a table that no resource writes");
    public static readonly ErrorCode TwoWriters = Invalid("LH1110", "a table that another resource writes already");
    public static readonly ErrorCode Cycle = Invalid("LH1111", "tables that are made from each other in a circle");
    public static readonly ErrorCode InvalidCheck = Invalid("LH1112", "a check that contradicts itself or bounds nothing");
    public static readonly ErrorCode InvalidLocation = Invalid("LH1113", "a location that cannot be used");
    public static readonly ErrorCode InvalidSetting = Invalid("LH1114", "a setting that contradicts another one or endangers readers");
    public static readonly ErrorCode InvalidSchedule = Invalid("LH1115", "a schedule that cannot be read, or that never comes");
    public static readonly ErrorCode UnknownTimeZone = Invalid("LH1116", "a time zone that is not known");

    private static ErrorCode Invalid(string id, string title) => new(id, title, RunnerExit.Invalid);
}
