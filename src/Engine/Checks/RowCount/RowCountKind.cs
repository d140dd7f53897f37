using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Checks.RowCount;

/// <summary>How many rows there are. The one kind that judges an empty table: nothing to count is a count.</summary>
internal sealed class RowCountKind : ICheckKind
{
    public string Name => "rowCount";

    public bool Declares(CheckSpec check) => check.RowCount is not null;

    public Compiled Compile(CheckScope scope)
    {
        var bounds = new Bounds(scope.Check.RowCount!.Min, scope.Check.RowCount.Max);
        return scope is { Where: null, Statistics: { } statistics }
            ? new Compiled.Known(Judge(statistics.Rows))
            : new Compiled.Asked([scope.Count()], values => Judge(CheckText.Integer(values[0])), bounds.ToString());

        Finding Judge(long rows) => bounds.Hold(rows)
            ? new Finding(CheckOutcome.Passed, rows, bounds.ToString())
            : new Finding(CheckOutcome.Failed, rows, bounds.ToString(), $"{CheckText.Rows(rows)}, {bounds} wanted");
    }
}
