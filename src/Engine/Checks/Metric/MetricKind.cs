using System.Globalization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Checks.Metric;

/// <summary>An aggregate of the user's within bounds, compared as DOUBLE. NaN is within none; NULL is no data.</summary>
internal sealed class MetricKind : ICheckKind
{
    private const string Field = "metric.expression";

    public string Name => "metric";

    public bool Declares(CheckSpec check) => check.Metric is not null;

    public IEnumerable<Fragment> Fragments(CheckSpec check) => [new Fragment(Field, check.Metric!.Expression, Aggregate: true)];

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Metric!;
        var bounds = new Bounds(check.Min, check.Max);
        if (scope.FragmentTypes.GetValueOrDefault(Field) is { } type && !IsNumber(type))
            throw new DiagnosticException(CheckCodes.TypeUnfit, $"the metric is {type}, which is no number", "an aggregate that gives a number, such as count(*) or avg(x)");
        return new Compiled.Asked(
            ["count(*)", $"CAST({CheckText.Operand(check.Expression)} AS DOUBLE)"],
            values => Judge(CheckText.Integer(values[0]), values[1], bounds),
            bounds.ToString()) { ScanWhere = scope.Where };
    }

    private static Finding Judge(long rows, string? text, Bounds bounds)
    {
        if (rows == 0 || text is null)
            return new Finding(CheckOutcome.NoData, null, bounds.ToString(), rows == 0 ? "no rows" : "the metric is NULL");
        var value = text switch
        {
            "nan" or "-nan" => double.NaN,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
        if (bounds.Hold(value))
            return new Finding(CheckOutcome.Passed, double.IsFinite(value) ? value : null, bounds.ToString());
        return double.IsFinite(value)
            ? new Finding(CheckOutcome.Failed, value, bounds.ToString(), $"the metric is {CheckText.Number(value)}")
            : new Finding(CheckOutcome.Failed, null, bounds.ToString(), double.IsNaN(value) ? "the metric is NaN" : "the metric is infinite");
    }

    private static bool IsNumber(string type) => type is "HUGEINT" or "UHUGEINT"
        || (ColumnType.TryParseSql(type, out var parsed, out _)
            && parsed is ColumnType.Decimal or ColumnType.Primitive { Kind: PrimitiveKind.Boolean or (>= PrimitiveKind.Byte and <= PrimitiveKind.Double) });
}
