namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH5xxx: checks and gates. A check that carries one of these is <c>Errored</c>; the first alone ends a run.</summary>
public static class CheckCodes
{
    public static readonly ErrorCode GateBlocked =
        new("LH5001", "a gate kept the new version from being published", RunnerExit.Blocked);

    public static readonly ErrorCode ColumnUnknown =
        new("LH5002", "the check names a column that the table does not have", RunnerExit.Blocked);

    public static readonly ErrorCode ExpressionRefused =
        new("LH5003", "an expression of the check is not accepted", RunnerExit.Blocked);

    public static readonly ErrorCode ValueNotOfType =
        new("LH5004", "a value of the check cannot be read as the column's type", RunnerExit.Blocked);

    public static readonly ErrorCode ReferenceMissing =
        new("LH5005", "the table that the check refers to does not exist yet", RunnerExit.Blocked);

    public static readonly ErrorCode EvaluationFailed =
        new("LH5006", "the check could not be evaluated", RunnerExit.Blocked);

    public static readonly ErrorCode TypeUnfit =
        new("LH5007", "the column's type does not fit the check", RunnerExit.Blocked);

    /// <summary>Code of a quarantined record.</summary>
    public static readonly ErrorCode RowRefused =
        new("LH5010", "a record fails a row-level gate", RunnerExit.Blocked);

    public static readonly ErrorCode NotRowLevel =
        new("LH5011", "a table-level check cannot gate an ingested table and only reports", RunnerExit.Invalid);
}
