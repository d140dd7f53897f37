using System.Globalization;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Checks.Missing;

/// <summary>Rows in which the column is NULL. Without a bound none may be; with both bounds both must hold.</summary>
internal sealed class MissingKind : ICheckKind
{
    public string Name => "missing";

    public bool Declares(CheckSpec check) => check.Missing is not null;

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Missing!;
        var column = scope.Column(check.Column);
        if (scope is { Where: null, Statistics: { } statistics } && statistics.Nulls.TryGetValue(column.Name, out var nulls))
            return new Compiled.Known(Judge(check, statistics.Rows, nulls));
        return new Compiled.Asked(
            [scope.Count(), $"count({SqlText.Name(column.Name)}){scope.Filter()}"],
            values => Judge(check, CheckText.Integer(values[0]), CheckText.Integer(values[0]) - CheckText.Integer(values[1])),
            Threshold(check));
    }

    private static Finding Judge(MissingCheck check, long rows, long missing)
    {
        var percent = rows == 0 ? 0 : 100.0 * missing / rows;
        var max = check is { Max: null, MaxPercent: null } ? 0 : check.Max;
        double measured = max is null ? percent : missing;
        if (rows == 0)
            return new Finding(CheckOutcome.NoData, null, Threshold(check), "no rows");
        return missing > max || percent > check.MaxPercent
            ? new Finding(CheckOutcome.Failed, measured, Threshold(check),
                $"\"{check.Column}\" is missing in {CheckText.Rows(missing)} of {rows.ToString(CultureInfo.InvariantCulture)} ({CheckText.Number(percent)} %)")
            : new Finding(CheckOutcome.Passed, measured, Threshold(check));
    }

    private static string Threshold(MissingCheck check) => (check.Max, check.MaxPercent) switch
    {
        (null, null) => "max 0",
        ({ } max, null) => string.Create(CultureInfo.InvariantCulture, $"max {max}"),
        (null, { } percent) => string.Create(CultureInfo.InvariantCulture, $"max {percent} %"),
        ({ } max, { } percent) => string.Create(CultureInfo.InvariantCulture, $"max {max} and {percent} %"),
    };
}
