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
        if (FilePatterns.Problem(pattern) is { } problem)
            subject.Error(SourceCodes.PatternInvalid, field, $"the file pattern \"{pattern}\" {problem}", "such as *.csv, orders-[0-9]*.json or **/*.parquet");
    }
}
