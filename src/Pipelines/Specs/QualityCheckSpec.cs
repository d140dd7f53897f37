using System.ComponentModel;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Expectations on one table.")]
public sealed record QualityCheckSpec(
    LakehouseRef LakehouseRef,
    [property: Description("The table, layer.table.")] string Table,
    IReadOnlyList<CheckSpec> Checks,
    [property: Description("Gate: before a new version is published. Report: after. Default Report.")]
    Enforcement Enforcement = Enforcement.Report,
    RunnerSpec? Runner = null);

public enum Enforcement
{
    Report,
    Gate,
}

public enum CheckSeverity
{
    Error,
    Warning,
}

/// <summary>The catalogue of checks: one member each, exactly one of them set.</summary>
public sealed record CheckSpec(
    string Name,
    CheckSeverity Severity = CheckSeverity.Error,
    [property: Description("Only rows for which this expression holds.")] string? Where = null,
    RowCountCheck? RowCount = null,
    MissingCheck? Missing = null,
    UniqueCheck? Unique = null,
    ValuesCheck? Values = null,
    FreshnessCheck? Freshness = null,
    ReferenceCheck? Reference = null,
    SchemaCheck? Schema = null,
    MetricCheck? Metric = null,
    RowsCheck? Rows = null);

[Description("How many rows there are. At least one of min and max.")]
public sealed record RowCountCheck(long? Min = null, long? Max = null);

[Description("Rows in which the column is NULL, bounded by count or by percent. Default: none.")]
public sealed record MissingCheck(string Column, long? Max = null, double? MaxPercent = null);

[Description("No two rows share these columns. Rows with a NULL in them do not count.")]
public sealed record UniqueCheck(IReadOnlyList<string> Columns);

[Description("Every value that is not NULL is one of these, compared as the column's type.")]
public sealed record ValuesCheck(
    string Column,
    [property: Description("Texts, numbers or booleans.")] IReadOnlyList<JsonElement> In);

[Description("The newest value of a date or timestamp column is no older than this.")]
public sealed record FreshnessCheck(string Column, Duration MaxAge);

[Description("Every key that is not NULL exists in another table.")]
public sealed record ReferenceCheck(
    IReadOnlyList<string> Columns,
    [property: Description("The other table, layer.table.")] string To,
    [property: Description("Its columns, in the order of columns. Default: the same names.")] IReadOnlyList<string>? ToColumns = null);

[Description("The table's columns and types.")]
public sealed record SchemaCheck(IReadOnlyList<SchemaCheckColumn> Columns, bool AllowExtra = true);

public sealed record SchemaCheckColumn(string Name, string Type);

[Description("An aggregate within bounds. At least one of min and max.")]
public sealed record MetricCheck(string Expression, double? Min = null, double? Max = null);

[Description("Rows for which the expression holds are bad; at most max of them. Default 0.")]
public sealed record RowsCheck(string Failing, long? Max = null);
