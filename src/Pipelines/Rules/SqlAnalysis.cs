using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>A table that a SELECT names, <c>layer.table</c>.</summary>
/// <param name="PinnedVersion">Of <c>AT (VERSION => n)</c>.</param>
public sealed record SqlRead(string Table, long? PinnedVersion = null);

/// <summary>A column of a result, with the type as DuckDB spells it, before the type table is applied.</summary>
public sealed record SqlResultColumn(string Name, string Type);

/// <summary>Why SQL is not accepted. Line and column count from 1 within the SQL text.</summary>
public sealed record SqlProblem(ErrorCode Code, string Message, int? Line = null, int? Column = null, string? Help = null);

/// <summary>What is known of a Transformation's SQL; parsing and binding need the SQL worker, which this library does not have.</summary>
/// <param name="Columns">Null: not bound, because something that it reads is not known.</param>
public sealed record SqlAnalysis(IReadOnlyList<SqlRead> Reads, IReadOnlyList<SqlResultColumn>? Columns = null, SqlProblem? Problem = null);

/// <summary>A table whose columns are known before it exists.</summary>
public sealed record KnownTable(TableName Name, TableSchema Schema);

/// <summary>The judge cannot be asked now. What hangs on its answer is <see cref="Catalogue.Unjudged"/>; everything else is validated.</summary>
public sealed class SqlJudgeUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Whoever can parse and bind SQL. Refusals are answers; <see cref="SqlJudgeUnavailableException"/> is the lack of one; any other exception means that the judge itself failed, and ends the validation.
/// Calls come side by side.
/// </summary>
public interface ISqlJudge
{
    /// <summary>What the statement reads, or why it is not one SELECT over named tables. No columns yet.</summary>
    Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken);

    /// <summary>The columns of the statement's result over empty tables with these columns, or why it does not bind.</summary>
    /// <param name="tables">Everything that it reads.</param>
    Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken);

    /// <summary>Judges an expression of a check over one table.</summary>
    /// <param name="aggregate">It must aggregate; otherwise it must not.</param>
    /// <returns>Null where it is fine.</returns>
    Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken);
}
