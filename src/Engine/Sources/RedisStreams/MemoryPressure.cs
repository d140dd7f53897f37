using System.Globalization;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>Whether this process's control group comes near its bound (cgroup v2, <c>memory.max</c>); never where there is none.</summary>
internal sealed class MemoryPressure(string folder = "/sys/fs/cgroup")
{
    private const double High = 0.85;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private long looked;
    private bool isHigh;

    public bool IsHigh(TimeProvider time)
    {
        if (looked != 0 && time.GetElapsedTime(looked) < Fresh)
            return isHigh;
        looked = time.GetTimestamp();
        return isHigh = Number("memory.max") is { } most && Number("memory.current") is { } now && now - Reclaimable() > most * High;
    }

    private long? Number(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(Path.Combine(folder, file)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Pages of files that the kernel gives up before it refuses memory.</summary>
    private long Reclaimable()
    {
        const string Name = "inactive_file ";
        try
        {
            var line = File.ReadLines(Path.Combine(folder, "memory.stat")).FirstOrDefault(static line => line.StartsWith(Name, StringComparison.Ordinal));
            return line is not null && long.TryParse(line.AsSpan(Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
