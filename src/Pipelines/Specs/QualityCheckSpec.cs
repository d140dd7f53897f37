using System.ComponentModel;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Expectations on one table.")]
public sealed record QualityCheckSpec(
    LakehouseRef LakehouseRef,
    [property: Description("The table, layer.table."), LengthBounds(1, 128)] string Table,
    [property: Description("The expectations, each of exactly one kind."), ItemBounds(1, 100)] IReadOnlyList<CheckSpec> Checks,
    [property: Description("Gate: before a new version is published. Report: after. Default Report.")]
    Enforcement Enforcement = Enforcement.Report,
    [property: Description("What differs for runs of these checks from the Lakehouse's.")] RunnerSpec? Runner = null,
    [property: Description("What makes it run beside new versions of its table.")] CheckTriggerSpec? Trigger = null);

public sealed record CheckTriggerSpec([property: Description("Run at these times, too.")] ScheduleSpec? Schedule = null);

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
[ExactlyOne]
public sealed record CheckSpec(
    [property: Description("Names the check in results; unique in the resource."), LengthBounds(1, 63)] string Name,
    [property: Description("Error: a failure blocks a gate, and the command line ends with 3. Warning: it is only reported.")] CheckSeverity Severity = CheckSeverity.Error,
    [property: Description("Only rows for which this expression holds."), LengthBounds(1, 8192)] string? Where = null,
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
public sealed record RowCountCheck(
    [property: Description("Fewest rows."), NumberBounds(0, 1e18)] long? Min = null,
    [property: Description("Most rows."), NumberBounds(0, 1e18)] long? Max = null);

[Description("Rows in which the column is NULL, bounded by count or by percent. Default: none.")]
public sealed record MissingCheck(
    [property: Description("The column that is looked at."), LengthBounds(1, 255)] string Column,
    [property: Description("Most rows in which it may be NULL."), NumberBounds(0, 1e18)] long? Max = null,
    [property: Description("Most rows in which it may be NULL, in percent of the rows."), NumberBounds(0, 100)] double? MaxPercent = null);

[Description("No two rows share these columns. Rows with a NULL in them do not count.")]
public sealed record UniqueCheck([property: Description("The columns that together are the key."), ItemBounds(1, 32), LengthBounds(1, 255)] IReadOnlyList<string> Columns);

[Description("Every value that is not NULL is one of these, compared as the column's type.")]
public sealed record ValuesCheck(
    [property: Description("The column that is looked at."), LengthBounds(1, 255)] string Column,
    [property: Description("Texts, numbers or booleans."), ItemBounds(1, 1000), LengthBounds(0, 1024)] IReadOnlyList<JsonElement> In);

[Description("The newest value of a date or timestamp column is no older than this.")]
public sealed record FreshnessCheck(
    [property: Description("A DATE or TIMESTAMPTZ column."), LengthBounds(1, 255)] string Column,
    [property: Description("Greatest age of its newest value when the check runs.")] Duration MaxAge);

[Description("Every key that is not NULL exists in another table.")]
public sealed record ReferenceCheck(
    [property: Description("The columns that together are the key."), ItemBounds(1, 32), LengthBounds(1, 255)] IReadOnlyList<string> Columns,
    [property: Description("The other table, layer.table."), LengthBounds(1, 128)] string To,
    [property: Description("Its columns, in the order of columns. Default: the same names."), ItemBounds(1, 32), LengthBounds(1, 255)] IReadOnlyList<string>? ToColumns = null);

[Description("The table's columns and types.")]
public sealed record SchemaCheck(
    [property: Description("Columns that the table has."), ItemBounds(1, 1000)] IReadOnlyList<SchemaCheckColumn> Columns,
    [property: Description("Whether it may have more.")] bool AllowExtra = true);

public sealed record SchemaCheckColumn(
    [property: Description("The column's name."), LengthBounds(1, 255)] string Name,
    [property: Description("Its DuckDB type."), LengthBounds(1, 4096)] string Type);

[Description("An aggregate within bounds. At least one of min and max.")]
public sealed record MetricCheck(
    [property: Description("An SQL aggregate over the table's columns, such as avg(amount)."), LengthBounds(1, 8192)] string Expression,
    [property: Description("Least value.")] double? Min = null,
    [property: Description("Greatest value.")] double? Max = null);

[Description("Rows for which the expression holds are bad; at most max of them. Default 0.")]
public sealed record RowsCheck(
    [property: Description("An SQL condition that is true for a bad row."), LengthBounds(1, 8192)] string Failing,
    [property: Description("Most bad rows. Absent: none."), NumberBounds(0, 1e18)] long? Max = null);
