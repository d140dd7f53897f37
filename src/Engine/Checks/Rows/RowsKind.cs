using System.Globalization;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Checks.Rows;

/// <summary>At most so many rows for which the expression holds. Where it is NULL it does not hold.</summary>
internal sealed class RowsKind : ICheckKind
{
    public string Name => "rows";

    public bool Declares(CheckSpec check) => check.Rows is not null;

    public IEnumerable<Fragment> Fragments(CheckSpec check) => [new Fragment("rows.failing", check.Rows!.Failing, Aggregate: false)];

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Rows!;
        var max = check.Max ?? 0;
        var threshold = string.Create(CultureInfo.InvariantCulture, $"max {max}");
        return new Compiled.Asked(
            [scope.Count(), scope.Count(Failing(check))],
            values => Judge(CheckText.Integer(values[0]), CheckText.Integer(values[1])),
            threshold);

        Finding Judge(long rows, long failing) => rows == 0
            ? new Finding(CheckOutcome.NoData, null, threshold, "no rows")
            : failing <= max
                ? new Finding(CheckOutcome.Passed, failing, threshold)
                : new Finding(CheckOutcome.Failed, failing, threshold, $"{CheckText.Rows(failing)} failing");
    }

    internal static string Failing(RowsCheck check) => CheckText.Operand(check.Failing);
}
