using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks;

/// <summary>
/// Checks as a condition on one row, for gates on ingested tables: rows that fail go to quarantine. Bounds (<c>max</c>, <c>maxPercent</c>)
/// speak of many rows and do not count here.
/// </summary>
public static class RowLevel
{
    public static bool Applies(CheckSpec check) => PlanBuilder.RowLevelOnly(check);

    /// <summary>An SQL expression over the columns, true of a row that fails; never NULL.</summary>
    /// <remarks>The check's <c>where</c> and <c>rows.failing</c> are pasted: they must have been accepted by <see cref="ISqlWorker.BindExpressionAsync"/>.</remarks>
    /// <exception cref="ArgumentException">The check is not row-level.</exception>
    /// <exception cref="Pipelines.Codes.DiagnosticException">An unknown column, or a value that is not of the column's type (LH5xxx).</exception>
    public static string FailingPredicate(CheckSpec check, SqlTable table)
    {
        var failing = check switch
        {
            { Missing: { } missing } => $"{SqlText.Name(CheckScope.Column(table, missing.Column).Name)} IS NULL",
            { Values: { } values } => Values.ValuesKind.Strays(values, CheckScope.Column(table, values.Column)),
            { Rows: { } rows } => $"coalesce({Rows.RowsKind.Failing(rows)}, false)",
            _ => throw new ArgumentException($"the check {check.Name} does not judge one row by itself", nameof(check)),
        };
        return check.Where is null ? failing : $"(coalesce({CheckText.Operand(check.Where)}, false) AND {failing})";
    }

    /// <summary>User-written SQL of the check, to be judged before it is pasted.</summary>
    public static IReadOnlyList<Fragment> Fragments(CheckSpec check) =>
    [
        .. CheckKinds.Of(check).Fragments(check),
        .. check.Where is { } where ? [new Fragment("where", where, Aggregate: false)] : Array.Empty<Fragment>(),
    ];
}
