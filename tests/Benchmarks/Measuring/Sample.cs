namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>One repetition of one side.</summary>
/// <param name="Cpu">User and system time of all processes that it took.</param>
/// <param name="PeakBytes">Sum of the processes' greatest resident sets (VmHWM), sampled; 0 where it was not a process of its own.</param>
/// <param name="Output">What it printed.</param>
public sealed record Sample(TimeSpan Wall, TimeSpan Cpu, long PeakBytes, string Output = "");

/// <summary>Repetitions in the order in which they were made; number n of one side was made right before number n of the other.</summary>
public sealed record Pairs(IReadOnlyList<Sample> Ours, IReadOnlyList<Sample> Calibrator)
{
    /// <summary>A, B, A, B and so on, after one of each that does not count and fills the caches of both.</summary>
    public static async Task<Pairs> AlternateAsync(int repetitions, Func<int, Task<Sample>> ours, Func<int, Task<Sample>> calibrator)
    {
        var (a, b) = (new List<Sample>(), new List<Sample>());
        for (var repetition = 0; repetition <= repetitions; repetition++)
        {
            var first = await ours(repetition);
            var second = await calibrator(repetition);
            if (repetition == 0)
                continue;
            a.Add(first);
            b.Add(second);
        }

        return new Pairs(a, b);
    }

    /// <summary>A comparison of each pair, so that what slows the machine for a while slows both sides of it.</summary>
    public Spread Compare(Func<Sample, Sample, double> compare) => Spread.Of(Ours.Zip(Calibrator, compare));

    public Spread OfOurs(Func<Sample, double> value) => Spread.Of(Ours.Select(value));

    public Spread OfCalibrator(Func<Sample, double> value) => Spread.Of(Calibrator.Select(value));
}

public sealed record Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return new Spread(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}
