namespace LakehouseOperator.Sql;

/// <summary>A column and its DuckDB type as <c>DESCRIBE</c> prints it.</summary>
public sealed record SqlColumn(string Name, string Type);

/// <summary>A live file of a snapshot, staged where the worker may read it.</summary>
/// <param name="Path">Absolute local path.</param>
/// <param name="PartitionValues">From the log, by partition column; null is NULL. Delta's serialisation (protocol, "Partition Value Serialization").</param>
public sealed record SqlInputFile(string Path, long Rows, IReadOnlyDictionary<string, string?> PartitionValues);

/// <summary>A table as the SQL sees it: the snapshot's schema, and the files that make it up.</summary>
/// <param name="Table"><c>layer.table</c>.</param>
/// <param name="Version">Set where the SQL pins it by <c>AT (VERSION => n)</c>; the same table may come pinned and unpinned.</param>
/// <param name="PartitionColumns">Those of <paramref name="Columns"/> whose values are not in the files.</param>
public sealed record SqlTable(
    string Table,
    IReadOnlyList<SqlColumn> Columns,
    IReadOnlyList<string> PartitionColumns,
    IReadOnlyList<SqlInputFile> Files,
    long? Version = null);

/// <summary>A table that the SQL names.</summary>
/// <param name="PinnedVersion">Of <c>AT (VERSION => n)</c>.</param>
public sealed record SqlReference(string Table, long? PinnedVersion = null);

/// <summary>Why SQL was refused or failed.</summary>
/// <param name="Code">An <c>LH2xxx</c> or <c>LH6xxx</c> code.</param>
/// <param name="Message">At most 1 KB, values masked.</param>
/// <param name="Line">Within the SQL text, from 1; null where DuckDB gives no position.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public sealed record SqlError(string Code, string Message, int? Line = null, int? Column = null, string? Help = null);

/// <summary>What a statement would be: its inputs, or why it is not accepted.</summary>
/// <param name="NonDeterministic">Functions in it whose value changes between runs, such as <c>now</c> and <c>random</c>.</param>
public sealed record ParseResult(IReadOnlyList<SqlReference> Inputs, IReadOnlyList<string> NonDeterministic, SqlError? Error = null);

/// <param name="Columns">Result columns with the types that DuckDB derives, before the type table is applied.</param>
public sealed record BindResult(IReadOnlyList<SqlColumn> Columns, SqlError? Error = null);

/// <summary>What a scan asks of a column: rows that do not meet it are not read.</summary>
/// <param name="Operator">One of the constants below; values of another are ignored.</param>
/// <param name="Values">In Delta's spelling of partition values (protocol, "Partition Value Serialization"); decimals may carry an exponent. One, or for <see cref="In"/> at least one.</param>
public sealed record ColumnFilter(string Column, string Operator, IReadOnlyList<string> Values)
{
    public const string In = "in";
    public const string Less = "<";
    public const string LessOrEqual = "<=";
    public const string Greater = ">";
    public const string GreaterOrEqual = ">=";
    public const string IsNull = "isNull";
    public const string IsNotNull = "isNotNull";
}

/// <param name="Scans">Each scan of the table in the SQL, with what a row must meet for it, all of it. A row that meets none of them is never looked at.</param>
public sealed record TableFilter(string Table, IReadOnlyList<IReadOnlyList<ColumnFilter>> Scans, long? Version = null);

/// <param name="Tables">Those of which not every row is needed, as far as can be told.</param>
public sealed record FilterResult(IReadOnlyList<TableFilter> Tables)
{
    public static FilterResult None { get; } = new([]);
}

/// <summary>Bounds of one request. The deadline is held by the client, which ends the worker's process when it passes.</summary>
public sealed record SqlLimits(TimeSpan Deadline, long MemoryBytes, long ScratchBytes, int Threads);

/// <summary>Where and how a statement's result is written.</summary>
/// <param name="Directory">Existing, empty, absolute; the only place that the worker may write.</param>
/// <param name="Projection">The columns to write, cast to the type table's types: <c>expression AS name</c> over <c>result</c>.</param>
public sealed record OutputSpec(string Directory, IReadOnlyList<string> Projection, IReadOnlyList<string> PartitionColumns, long TargetFileSizeBytes);

/// <summary>A Parquet file that the worker wrote, with what <c>COPY … RETURN_STATS</c> says of it.</summary>
/// <param name="Stats">By column path as DuckDB quotes it (<c>"c"</c>, <c>"struct"."field"</c>), in DuckDB's text form. Absent: unknown.</param>
public sealed record StagedFile(
    string Path,
    long Rows,
    long Bytes,
    IReadOnlyDictionary<string, string?> PartitionValues,
    IReadOnlyDictionary<string, StagedColumnStats> Stats);

public sealed record StagedColumnStats(string? Min, string? Max, long? NullCount, bool HasNan);

public sealed record RunResult(IReadOnlyList<StagedFile> Files, long Rows, SqlError? Error = null);

/// <summary>
/// Result rows as values in the SQL's column order. Integers up to 64 bits and booleans come as such, DOUBLE as number, DECIMAL and HUGEINT as
/// strings, timestamps as ISO-8601 with Z, NULL as null, nested values as JSON text.
/// </summary>
public sealed record RowsResult(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<System.Text.Json.JsonElement[]> Rows, bool Truncated, SqlError? Error = null);
