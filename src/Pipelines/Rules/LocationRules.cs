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

    /// <summary>A layer's place: a folder, or a prefix of a bucket in the Lakehouse's store.</summary>
    /// <param name="hasStore">The Lakehouse declares the store that the bucket is in.</param>
    public static void Layer(Subject subject, string field, string location, bool hasStore)
    {
        const string Scheme = "s3://";
        if (!location.StartsWith(Scheme, StringComparison.Ordinal) || location[Scheme.Length..].Split('/')[0].Contains('@', StringComparison.Ordinal))
        {
            Folder(subject, field, location, absolute: true);
            return;
        }

        var parts = location[Scheme.Length..].TrimEnd('/').Split('/');
        if (!hasStore)
            subject.Error(DocumentCodes.InvalidLocation, field, "the Lakehouse declares no store that this bucket could be in", "add spec.storage.s3 with the bucket, endpoint and credentials");
        else if (StorageRules.BucketProblem(parts[0]) is { } problem)
            subject.Error(DocumentCodes.InvalidLocation, field, $"the bucket \"{parts[0]}\" {problem}", "write s3://bucket/prefix");
        else if (location.Any(char.IsControl))
            subject.Error(DocumentCodes.InvalidLocation, field, "a location holds no control characters");
        else if (parts.Any(part => part is "" or "." or ".." || part.Contains('%', StringComparison.Ordinal)))
            subject.Error(DocumentCodes.InvalidLocation, field, $"\"{location}\" has a part that leads elsewhere", "write the plain prefix, without . and .. and % and doubled slashes");
        else if (parts.Length > 1 && parts[1] == "_lakehouse")
            subject.Error(DocumentCodes.InvalidLocation, field, "the prefix _lakehouse is kept for marks", "choose another prefix");
    }

    /// <summary>A pattern stays below its folder.</summary>
    public static void Pattern(Subject subject, string field, string pattern)
    {
        if (FilePatterns.Problem(pattern) is { } problem)
            subject.Error(SourceCodes.PatternInvalid, field, $"the file pattern \"{pattern}\" {problem}", "such as *.csv, orders-[0-9]*.json or **/*.parquet");
    }
}
