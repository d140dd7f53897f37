using System.Diagnostics;

namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>Measures work of this process and of the children that it keeps.</summary>
internal static class InProcess
{
    /// <summary>The mean of some runs, for what is too short to be measured alone: /proc counts the children's CPU time in hundredths of a second.</summary>
    public static async Task<Sample> MeanAsync(int runs, Func<int, Task> work)
    {
        var before = Cpu();
        var watch = Stopwatch.StartNew();
        for (var run = 0; run < runs; run++)
            await work(run);
        watch.Stop();
        return new Sample(watch.Elapsed / runs, (Cpu() - before) / runs, 0);
    }

    private static TimeSpan Cpu() => ProcessTree.Of(Environment.ProcessId).Skip(1).Aggregate(Usage.OfSelf() + Usage.OfChildren(), static (sum, child) => sum + ProcessTree.CpuOf(child));
}
