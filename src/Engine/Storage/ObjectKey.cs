using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage;

/// <summary>The rule of keys, one for every kind of store: relative, parts joined by <c>/</c>, none of them empty, <c>.</c> or <c>..</c>.</summary>
public static class ObjectKey
{
    /// <exception cref="DiagnosticException"><see cref="TableCodes.KeyOutsideStore"/>: the key could lead out of the store's root.</exception>
    public static void Require(string key, string location)
    {
        if (!IsValid(key))
            throw Outside(key, location);
    }

    /// <summary>As <see cref="Require"/>, for a prefix: empty is the root, and it may end within a part or with <c>/</c>.</summary>
    public static void RequirePrefix(string prefix, string location)
    {
        if (prefix.Length > 0 && !IsValid(prefix.EndsWith('/') ? prefix[..^1] : prefix))
            throw Outside(prefix, location);
    }

    internal static DiagnosticException Outside(string key, string location) => new(
        TableCodes.KeyOutsideStore,
        $"\"{key}\" leads out of {location}",
        "name objects relative to the location, without \"..\" and without links that point elsewhere");

    internal static bool IsValid(string key)
    {
        foreach (var part in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(part) is "" or "." or "..")
                return false;
        }

        return !key.Contains('\0', StringComparison.Ordinal);
    }
}
