using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>Folders and the patterns below them. What is refused here is never quoted where it may hold a password.</summary>
internal static class LocationRules
{
    public static void Folder(Subject subject, string field, string location, bool absolute)
    {
        var scheme = location.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0 && location[(scheme + 3)..].Split('/')[0].Contains('@', StringComparison.Ordinal))
            subject.Error(DocumentCodes.InvalidLocation, field, "a location holds no user and no password", "name a secret instead");
        else if (scheme >= 0 && !location.StartsWith("file://", StringComparison.Ordinal))
            subject.Error(DocumentCodes.InvalidLocation, field, $"locations of \"{location[..scheme]}://\" are not supported", "use a folder, as file:///path");
        else if (scheme >= 0 && !location.StartsWith("file:///", StringComparison.Ordinal))
            subject.Error(DocumentCodes.InvalidLocation, field, "a file location names no host", "write file:///path with three slashes");
        else if (scheme < 0 && absolute)
            subject.Error(DocumentCodes.InvalidLocation, field, $"\"{location}\" is not a location", "use a folder, as file:///path");
        else if (location.Any(char.IsControl))
            subject.Error(DocumentCodes.InvalidLocation, field, "a location holds no control characters");
        else if (absolute && location.Split('/').Any(part => part is ".." or "." || part.Contains('%', StringComparison.Ordinal)))
            subject.Error(DocumentCodes.InvalidLocation, field, $"\"{location}\" has a part that leads elsewhere", "write the folder's plain path, without . and .. and %");
    }

    /// <summary>A pattern stays below its folder.</summary>
    public static void Pattern(Subject subject, string field, string pattern)
    {
        if (pattern.StartsWith('/') || pattern.Split('/').Any(part => part is ".." or "."))
            subject.Error(DocumentCodes.InvalidLocation, field, $"\"{pattern}\" leads out of the folder", "a pattern is relative to the location and has no . or .. parts");
        else if (pattern.Split('/').Any(part => part.Length == 0) || pattern.Any(char.IsControl))
            subject.Error(DocumentCodes.InvalidLocation, field, $"\"{pattern}\" has an empty part or a control character", "separate parts by single slashes");
        else if (HasOpenBracket(pattern))
            subject.Error(DocumentCodes.InvalidLocation, field, $"\"{pattern}\" has a [ without its ]", "write [[] for the character itself");
    }

    private static bool HasOpenBracket(string pattern)
    {
        for (var at = pattern.IndexOf('['); at >= 0; at = pattern.IndexOf('[', at))
        {
            // A ] right after the [ or [! stands for itself.
            var first = at + 1 < pattern.Length && pattern[at + 1] is '!' or '^' ? at + 2 : at + 1;
            var end = first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
            if (end < 0)
                return true;
            at = end + 1;
        }

        return false;
    }
}
