using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Schedules;

/// <summary>Time zones by their IANA names, out of the machine's own database (the package <c>tzdata</c>).</summary>
public static class TimeZones
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Found = new(StringComparer.Ordinal);

    /// <param name="name">Null: UTC.</param>
    public static bool TryFind(string? name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        if (name is null or "UTC" or "Etc/UTC" or "Z")
        {
            zone = name == "Z" ? null : TimeZoneInfo.Utc;
            return zone is not null;
        }

        if (Found.TryGetValue(name, out zone))
            return true;
        if (!IsName(name) || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone))
        {
            zone = null;
            return false;
        }

        Found[name] = zone;
        return true;
    }

    /// <summary>How to mend a name that is not found.</summary>
    public static string Help(string name)
    {
        var known = TimeZoneInfo.GetSystemTimeZones().Select(static zone => zone.Id).Where(IsName).ToList();
        if (known.Count < 10)
            return "this machine has no database of time zones; install tzdata";
        return Spelling.Nearest(name, known) is { } nearest ? $"did you mean \"{nearest}\"?" : "name it as the IANA database does, such as Europe/Berlin or UTC";
    }

    /// <summary>Names only: no path that leads elsewhere, no name of another system's zone, and not the machine's own.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && name is not ("Local" or "localtime" or "posixrules")
        && name.Split('/').All(static part => part.Length > 0 && char.IsAsciiLetter(part[0]) && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+'));
}
