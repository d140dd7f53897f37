using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>
/// The path of a file action (Delta protocol, "Add File and Remove File"): a URI, relative to the table or absolute, in the spelling of whichever
/// engine wrote it. <c>/a/b%20c</c>, <c>file:/a/b%20c</c> and <c>file:///a/b%20c</c> are one file.
/// </summary>
public static class DataFilePath
{
    /// <summary>The key of a file in its table's store.</summary>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.FileOutsideTable"/>: the path is absolute and not below the table.</exception>
    public static string KeyIn(IObjectStore table, string path)
    {
        var canonical = Canonical(path);
        if (!IsAbsolute(canonical))
            return canonical;
        var root = Canonical(table.Location).TrimEnd('/') + "/";
        return canonical.StartsWith(root, StringComparison.Ordinal)
            ? canonical[root.Length..]
            : throw new DiagnosticException(
                TableCodes.FileOutsideTable,
                $"the log of {table.Location} names the file {canonical}",
                "another engine made it a shallow clone; copy the table's rows into a new table there");
    }

    /// <summary>As the log shall hold a key.</summary>
    public static string ToLog(string key) => string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Equal for equal files, and only for those.</summary>
    internal static string Canonical(string path)
    {
        var decoded = path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;
        if (decoded.StartsWith("s3a://", StringComparison.Ordinal) || decoded.StartsWith("s3n://", StringComparison.Ordinal))
            return "s3" + decoded[3..]; // Hadoop's names of the same bucket
        if (!decoded.StartsWith("file:/", StringComparison.Ordinal))
            return decoded;
        return "/" + decoded.AsSpan("file:".Length).TrimStart('/').ToString();
    }

    /// <summary>"(path, deletionVector.uniqueId)"; no path holds a NUL.</summary>
    internal static string Key(string path, DeletionVectorAction? vector) =>
        vector is null ? Canonical(path) : $"{Canonical(path)}\0{vector.UniqueId}";

    private static bool IsAbsolute(string canonical)
    {
        if (canonical.StartsWith('/'))
            return true;
        var colon = canonical.IndexOf("://", StringComparison.Ordinal);
        return colon > 0 && canonical.AsSpan(0, colon).IndexOf('/') < 0;
    }
}
