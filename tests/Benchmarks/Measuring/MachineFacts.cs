using System.Globalization;
using System.Runtime.InteropServices;
using LakehouseOperator.DuckDb;

namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>What a reader needs to judge the figures by, and nothing that names the machine.</summary>
internal static class MachineFacts
{
    public static string Sentence()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {memory:0} GiB of memory, Linux {Kernel()}, {RuntimeInformation.FrameworkDescription}, DuckDB {DuckDbDatabase.LibraryVersion.TrimStart('v')}");
    }

    /// <summary>Load average over the last minute.</summary>
    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Its version alone: what stands behind it may name who built it.</summary>
    private static string Kernel() => string.Join('.', Environment.OSVersion.Version.Major, Environment.OSVersion.Version.Minor);
}
