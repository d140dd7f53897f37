using System.Globalization;

namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>A process and what came of it, as /proc shows them now. Whoever has ended is not seen any more.</summary>
internal static class ProcessTree
{
    private static readonly double TicksPerSecond = 100;

    /// <summary>The process itself first.</summary>
    public static IReadOnlyList<int> Of(int root)
    {
        var all = new List<int> { root };
        for (var i = 0; i < all.Count; i++)
            all.AddRange(ChildrenOf(all[i]));
        return all;
    }

    /// <summary>The greatest resident set that the process has had; 0 when it is gone.</summary>
    public static long PeakOf(int process)
    {
        var line = Read($"/proc/{process}/status").Split('\n').FirstOrDefault(static one => one.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(6).TrimEnd("kB"), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>User and system time of a process that goes on, in hundredths of a second.</summary>
    public static TimeSpan CpuOf(int process)
    {
        var stat = Read($"/proc/{process}/stat");
        if (stat.Length == 0)
            return TimeSpan.Zero;
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    private static IEnumerable<int> ChildrenOf(int process)
    {
        var tasks = $"/proc/{process}/task";
        string[] threads;
        try
        {
            threads = Directory.GetDirectories(tasks);
        }
        catch (IOException)
        {
            return [];
        }

        return threads.SelectMany(static thread => Read(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(static id => int.Parse(id, CultureInfo.InvariantCulture));
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
