using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage;

/// <summary>Opens a store by its location.</summary>
public static class StoreFactory
{
    /// <param name="location"><c>file:///path</c>, an absolute path, or <c>s3://bucket/prefix</c>.</param>
    /// <param name="s3">Where buckets are; null where there is none.</param>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.LocationUnknown"/>.</exception>
    public static IObjectStore Open(string location, TimeProvider time, S3Connection? s3 = null)
    {
        if (location.StartsWith("s3://", StringComparison.Ordinal) && s3 is not null)
            return new S3Store(location, s3);
        if (location.StartsWith('/'))
            return new FolderStore(location, time);
        if (!Uri.TryCreate(location, UriKind.Absolute, out var uri))
            throw Unknown($"\"{location}\" is not a location", "write an absolute path as file:///path/to/folder");
        if (uri.Scheme != Uri.UriSchemeFile)
            throw Unknown($"{uri.Scheme}:// locations are not supported here: \"{location}\"", "use a folder, file:///path/to/folder");
        if (uri.Host.Length > 0 && uri.Host != "localhost")
            throw Unknown($"\"{location}\" names the host \"{uri.Host}\"", $"three slashes for a path on this machine: file:///{uri.Host}{uri.AbsolutePath}");
        return new FolderStore(Uri.UnescapeDataString(uri.AbsolutePath), time);
    }

    private static DiagnosticException Unknown(string message, string help) => new(TableCodes.LocationUnknown, message, help);
}
