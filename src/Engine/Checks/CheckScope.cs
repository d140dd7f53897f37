using System.Globalization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks;

/// <summary>What is known without reading a row, and exact.</summary>
/// <param name="Nulls">By column; a column without an entry is unknown.</param>
public sealed record ExactStatistics(long Rows, IReadOnlyDictionary<string, long> Nulls);

/// <summary>One check, and what it may ask about.</summary>
/// <param name="References">Tables that checks refer to, by <c>layer.table</c>; absent: not there.</param>
/// <param name="FragmentTypes">DuckDB's type of each fragment that was judged, by field.</param>
/// <param name="Where">The check's <c>where</c> as an operand, judged; null: every row.</param>
public sealed record CheckScope(
    CheckSpec Check,
    SqlTable Subject,
    IReadOnlyDictionary<string, SqlTable> References,
    ExactStatistics? Statistics,
    IReadOnlyDictionary<string, string> FragmentTypes,
    DateTimeOffset Now,
    string? Where)
{
    public SqlColumn Column(string name) => Column(Subject, name);

    /// <exception cref="DiagnosticException"><see cref="CheckCodes.ColumnUnknown"/>.</exception>
    public static SqlColumn Column(SqlTable table, string name) =>
        table.Columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new DiagnosticException(CheckCodes.ColumnUnknown, $"{table.Table} has no column \"{name}\"",
            Spelling.Suggest(name, table.Columns.Select(column => column.Name), "columns"));

    /// <exception cref="DiagnosticException"><see cref="CheckCodes.TypeUnfit"/>.</exception>
    public static ColumnType TypeOf(SqlColumn column) => ColumnType.TryParseSql(column.Type, out var type, out var refusal)
        ? type
        : throw new DiagnosticException(CheckCodes.TypeUnfit, $"\"{column.Name}\": {refusal.Message}", refusal.Help);

    /// <summary><c>count(*)</c> of the rows in scope for which the condition holds.</summary>
    public string Count(string? condition = null) => "count(*)" + Filter(condition);

    /// <summary>Confines an aggregate to the rows in scope for which the condition holds.</summary>
    public string Filter(string? condition = null) => (Where, condition) switch
    {
        (null, null) => "",
        (null, _) => $" FILTER (WHERE {condition})",
        (_, null) => $" FILTER (WHERE {Where})",
        _ => $" FILTER (WHERE {Where} AND {condition})",
    };
}

/// <summary>SQL and texts that the kinds share.</summary>
internal static class CheckText
{
    /// <summary>A user's fragment as an operand: a comment in it ends with its line, not with our parenthesis.</summary>
    internal static string Operand(string fragment) => $"({fragment}\n)";

    internal static string AllPresent(IEnumerable<string> columns) =>
        "(" + string.Join(" AND ", columns.Select(column => $"{SqlText.Name(column)} IS NOT NULL")) + ")";

    internal static long Integer(string? value) => long.Parse(value ?? "0", CultureInfo.InvariantCulture);

    internal static string Rows(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "row" : "rows")}");

    internal static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
