using System.Runtime.InteropServices;

namespace LakehouseOperator.DuckDb.Native;

/// <summary>
/// Finds and checks libduckdb: beside the application, then <c>LAKEHOUSE_LIBDUCKDB</c> (a full path), then the npm package in a folder above
/// the application, which is how builds and tests run out of a checkout.
/// </summary>
internal static unsafe class LibDuckDb
{
    /// <summary>The C API's structs and the error JSON that this binding reads are those of 1.5; 1.5.6 is what it is tested with.</summary>
    public static readonly Version Oldest = new(1, 5, 6);

    public const string PathVariable = "LAKEHOUSE_LIBDUCKDB";
    private const string FileName = "libduckdb.so";
    private const string PackagePath = "node_modules/@duckdb/node-bindings-linux-x64/" + FileName;
    private static readonly Lazy<nint> Loaded = new(Load, LazyThreadSafetyMode.PublicationOnly);

    /// <exception cref="DuckDbLibraryException">It is not there, does not load, or has another version.</exception>
    public static nint Handle => Loaded.Value;

    /// <summary>Where it would be looked for, in order.</summary>
    public static IEnumerable<string> Candidates(string baseDirectory, string? fromEnvironment)
    {
        yield return Path.Combine(baseDirectory, FileName);
        yield return Path.Combine(baseDirectory, "runtimes/linux-x64/native", FileName);
        if (!string.IsNullOrEmpty(fromEnvironment))
            yield return fromEnvironment;
        for (var directory = new DirectoryInfo(baseDirectory); directory is not null; directory = directory.Parent)
            yield return Path.Combine(directory.FullName, PackagePath);
    }

    /// <exception cref="DuckDbLibraryException">The version is not one that this binding knows.</exception>
    public static void CheckVersion(string version, string path)
    {
        if (!Version.TryParse(version.TrimStart('v').Split('-')[0], out var found)
            || found.Major != Oldest.Major || found.Minor != Oldest.Minor || found < Oldest)
        {
            throw new DuckDbLibraryException(
                $"{path} is DuckDB {version}, but {Oldest} or a later {Oldest.Major}.{Oldest.Minor} is needed; run `npm ci` to restore the pinned one");
        }
    }

    private static nint Load()
    {
        var path = Candidates(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(PathVariable)).FirstOrDefault(File.Exists)
            ?? throw new DuckDbLibraryException(
                $"libduckdb {Oldest} was not found beside {AppContext.BaseDirectory}, in ${PathVariable}, or in {PackagePath} of a folder above; "
                + "run `npm ci` (or `make build`) at the root of the repository");
        if (!NativeLibrary.TryLoad(path, out var handle))
            throw new DuckDbLibraryException($"{path} does not load; it needs 64-bit Linux with glibc, or `npm ci` to restore it");
        var libraryVersion = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(handle, "duckdb_library_version");
        CheckVersion(Marshal.PtrToStringUTF8((nint)libraryVersion()) ?? "", path);
        return handle;
    }
}
