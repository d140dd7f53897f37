using System.Globalization;

namespace LakehouseOperator.Engine.SqlWorker.Sidecar;

/// <summary>
/// The bound of memory that this process's control group, or one above it, sets: <c>memory.max</c> of cgroup v2, <c>memory.limit_in_bytes</c> of v1. In a container the files of its own group are
/// at the root of the mount, whatever path <c>/proc/self/cgroup</c> names.
/// </summary>
/// <param name="root">Of the file system; tests have their own.</param>
public sealed class CgroupMemory(string root = "/")
{
    private const string Mount = "sys/fs/cgroup";

    /// <summary>v1 says "no bound" by the greatest multiple of a page.</summary>
    private const long Boundless = long.MaxValue / 2;

    /// <summary>Bytes; null where nothing is bounded.</summary>
    public long? Limit()
    {
        var groups = Groups();
        var v2 = groups.Where(static group => group.Controllers.Length == 0).SelectMany(group => Above(Path.Combine(root, Mount), group.Path, "memory.max"));
        var v1 = groups.Where(static group => group.Controllers.Contains("memory", StringComparer.Ordinal))
            .SelectMany(group => Above(Path.Combine(root, Mount, "memory"), group.Path, "memory.limit_in_bytes"));
        var bounds = v2.Concat(v1).Where(static bytes => bytes is > 0 and < Boundless).ToList();
        return bounds.Count == 0 ? null : bounds.Min();
    }

    /// <summary>Lines <c>id:controllers:path</c> of cgroups(7); of v2 without controllers.</summary>
    private List<(string[] Controllers, string Path)> Groups()
    {
        try
        {
            return
            [
                .. File.ReadLines(Path.Combine(root, "proc/self/cgroup"))
                    .Select(static line => line.Split(':', 3))
                    .Where(static parts => parts.Length == 3)
                    .Select(static parts => (parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries), parts[2].Trim('/'))),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>From the group up to the mount's root, which is always looked at.</summary>
    private static IEnumerable<long> Above(string mount, string group, string file)
    {
        for (var path = group; ; path = Path.GetDirectoryName(path) ?? "")
        {
            // A path of another namespace leads out of the mount.
            if (!path.Split('/').Contains("..", StringComparer.Ordinal) && Number(Path.Combine(mount, path, file)) is { } bytes)
                yield return bytes;
            if (path.Length == 0)
                yield break;
        }
    }

    private static long? Number(string file)
    {
        try
        {
            return File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
