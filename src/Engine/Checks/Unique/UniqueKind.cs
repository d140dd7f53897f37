using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Checks.Unique;

/// <summary>No two rows share the columns. Counted exactly; rows with a NULL in one of them are not compared, as in SQL's own UNIQUE.</summary>
internal sealed class UniqueKind : ICheckKind
{
    private const string Threshold = "max 0 duplicates";

    public string Name => "unique";

    public bool Declares(CheckSpec check) => check.Unique is not null;

    public Compiled Compile(CheckScope scope)
    {
        var columns = scope.Check.Unique!.Columns.Select(name => scope.Column(name).Name).Distinct(StringComparer.Ordinal).ToList();
        if (columns.Count == 0)
            throw new DiagnosticException(CheckCodes.ColumnUnknown, "unique names no column", "name the columns of the key");
        var present = CheckText.AllPresent(columns);
        var key = columns.Count == 1 ? SqlText.Name(columns[0]) : $"({string.Join(", ", columns.Select(SqlText.Name))})";
        return new Compiled.Asked(
            [scope.Count(present), $"count(DISTINCT {key}){scope.Filter(columns.Count == 1 ? null : present)}"],
            values => Judge(CheckText.Integer(values[0]), CheckText.Integer(values[1]), columns),
            Threshold);
    }

    private static Finding Judge(long rows, long distinct, List<string> columns) => (rows, rows - distinct) switch
    {
        (0, _) => new Finding(CheckOutcome.NoData, null, Threshold, "no rows with a whole key"),
        (_, 0) => new Finding(CheckOutcome.Passed, 0, Threshold),
        var (_, duplicates) => new Finding(CheckOutcome.Failed, duplicates, Threshold,
            $"{CheckText.Rows(duplicates)} with a key ({string.Join(", ", columns)}) that another row has"),
    };
}
