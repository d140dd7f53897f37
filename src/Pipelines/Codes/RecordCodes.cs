namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH31xx: records that do not fit their table, as a quarantine table's <c>error_code</c> says them, and contracts that cannot be.</summary>
public static class RecordCodes
{
    public static readonly ErrorCode MalformedJson = new("LH3101", "the record is not one JSON value", RunnerExit.Source);

    public static readonly ErrorCode NotAnObject = new("LH3102", "the record is JSON but no object", RunnerExit.Source);

    public static readonly ErrorCode InvalidUtf8 = new("LH3103", "the record is not UTF-8", RunnerExit.Source);

    /// <summary>More than <c>RecordContract.MaxDepth</c> objects and arrays within each other.</summary>
    public static readonly ErrorCode TooDeep = new("LH3104", "the record is nested too deeply", RunnerExit.Source);

    public static readonly ErrorCode DuplicateField = new("LH3105", "a field comes twice", RunnerExit.Source);

    /// <summary>Only with <c>unknownFields: Quarantine</c>.</summary>
    public static readonly ErrorCode UnknownField = new("LH3106", "a field that no column names", RunnerExit.Source);

    public static readonly ErrorCode MissingValue = new("LH3107", "a required column has no value", RunnerExit.Source);

    public static readonly ErrorCode WrongType = new("LH3108", "a value is of another type than its column", RunnerExit.Source);

    public static readonly ErrorCode Unreadable = new("LH3109", "a text is not one of its column's type", RunnerExit.Source);

    public static readonly ErrorCode OutOfRange = new("LH3110", "a value is beyond what its column's type holds", RunnerExit.Source);

    public static readonly ErrorCode Inexact = new("LH3111", "a value has more digits after the point than its column's type", RunnerExit.Source);

    /// <summary>Half of a surrogate pair, which JSON can escape and UTF-8 cannot hold.</summary>
    public static readonly ErrorCode InvalidText = new("LH3112", "a text holds an escape that is no character", RunnerExit.Source);

    /// <summary>Of a Redis entry without the field that <c>format.json.field</c> names.</summary>
    public static readonly ErrorCode EntryFieldMissing = new("LH3113", "the entry lacks the field that holds the record", RunnerExit.Source);

    public static readonly ErrorCode PathInvalid = new("LH3120", "a column's path cannot be read", RunnerExit.Invalid);

    public static readonly ErrorCode ColumnTypeInvalid = new("LH3121", "a column's type is not one that tables hold", RunnerExit.Invalid);
}
