using System.Globalization;

namespace LakehouseOperator.Engine.Checks;

/// <summary>An interval, either end of which may be open; both ends belong to it.</summary>
internal readonly record struct Bounds(double? Min, double? Max)
{
    /// <summary>NaN lies in no interval.</summary>
    internal bool Hold(double value) => !double.IsNaN(value) && !(value < Min) && !(value > Max);

    public override string ToString() => (Min, Max) switch
    {
        ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $"min {min}, max {max}"),
        ({ } min, null) => string.Create(CultureInfo.InvariantCulture, $"min {min}"),
        (null, { } max) => string.Create(CultureInfo.InvariantCulture, $"max {max}"),
        _ => "any",
    };
}
