using System.Globalization;
using LakehouseOperator.Benchmarks.Measuring;

namespace LakehouseOperator.Benchmarks.Reporting;

/// <summary>How a number is written.</summary>
public sealed record Unit(Func<double, string> Write)
{
    public static readonly Unit Milliseconds = new(static value => string.Create(CultureInfo.InvariantCulture, $"{value:#,0} ms"));
    public static readonly Unit Seconds = new(static value => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} s"));
    public static readonly Unit RowsPerSecond = new(static value => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.00} M/s"));
    public static readonly Unit Mebibytes = new(static value => string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):#,0} MiB"));
    public static readonly Unit Count = new(static value => string.Create(CultureInfo.InvariantCulture, $"{value:#,0}"));
    public static readonly Unit Ratio = new(static value => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ×"));

    public string Write3(Spread spread) => $"{Write(spread.Median)} ({Number(spread.Min)}–{Number(spread.Max)})";

    private string Number(double value) => Write(value).Split(' ')[0];
}

/// <summary>One row of a scenario's table.</summary>
/// <param name="Goal">Null: told for itself, without a goal.</param>
/// <param name="Compared">Ours against the calibrator, pair by pair.</param>
/// <param name="Met">Judged by the median.</param>
public sealed record Figure(string Name, string? Goal, Unit Unit, Spread Ours, Spread? Calibrator, Unit ComparedUnit, Spread? Compared, bool? Met)
{
    public static Figure Ratio(string name, Unit unit, Pairs pairs, Func<Sample, double> value, string? goal = null, Func<double, bool>? met = null)
    {
        var compared = pairs.Compare((ours, calibrator) => value(ours) / value(calibrator));
        return new Figure(name, goal, unit, pairs.OfOurs(value), pairs.OfCalibrator(value), Unit.Ratio, compared, met?.Invoke(compared.Median));
    }

    /// <summary>How much ours is above.</summary>
    public static Figure Above(string name, Unit unit, Pairs pairs, Func<Sample, double> value, string goal, Func<double, bool> met)
    {
        var compared = pairs.Compare((ours, calibrator) => value(ours) - value(calibrator));
        return new Figure(name, goal, unit, pairs.OfOurs(value), pairs.OfCalibrator(value), unit, compared, met(compared.Median));
    }

    /// <summary>A goal for ours itself, with the calibrator beside it.</summary>
    public static Figure Bound(string name, Unit unit, Pairs pairs, Func<Sample, double> value, string goal, Func<double, bool> met)
    {
        var ours = pairs.OfOurs(value);
        return Ratio(name, unit, pairs, value) with { Goal = goal, Met = met(ours.Median) };
    }
}

/// <summary>What one scenario found.</summary>
/// <param name="Measured">One sentence on what ours does.</param>
/// <param name="Against">One sentence on what the calibrator does.</param>
public sealed record Section(string Title, string Measured, string Against, IReadOnlyList<Figure> Figures, string? Remark = null);
