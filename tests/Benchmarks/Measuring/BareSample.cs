using System.Globalization;
using LakehouseOperator.Benchmarks.Scenarios;

namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>What a calibrator prints.</summary>
internal static class BareSample
{
    /// <summary>One that measured a part of itself says so: rows, wall and CPU milliseconds. The others say rows alone.</summary>
    public static Sample Of(Sample sample, long rows, string piece)
    {
        var said = sample.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Workbench.Require(long.Parse(said[0], CultureInfo.InvariantCulture) == rows, $"rows of {piece}");
        return said.Length < 3 ? sample : sample with
        {
            Wall = TimeSpan.FromMilliseconds(double.Parse(said[1], CultureInfo.InvariantCulture)),
            Cpu = TimeSpan.FromMilliseconds(double.Parse(said[2], CultureInfo.InvariantCulture)),
        };
    }
}
