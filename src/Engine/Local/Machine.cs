namespace LakehouseOperator.Engine.Local;

/// <summary>What this machine, or the cgroup that we run in, can give to runs.</summary>
public static class Machine
{
    private const double Share = 0.75;
    private const long Least = 256L << 20;

    public static int Cores => Environment.ProcessorCount;

    /// <summary>Memory of one run where nothing else is said, so that all of them together leave a quarter to everyone else.</summary>
    /// <param name="places">Runs side by side.</param>
    public static long MemoryOfOne(int places) =>
        Math.Max(Least, (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * Share / Math.Max(1, places)));
}
