using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb;

/// <summary>A DuckDB instance in this process. Connections, statements and results stay usable when it is disposed; the last one frees it.</summary>
public sealed class DuckDbDatabase : IDisposable
{
    private readonly DatabaseHandle handle;

    private DuckDbDatabase(DatabaseHandle handle) => this.handle = handle;

    /// <summary>The version of the loaded library, such as <c>v1.5.6</c>.</summary>
    /// <exception cref="DuckDbLibraryException">libduckdb cannot be used.</exception>
    public static string LibraryVersion
    {
        get
        {
            _ = LibDuckDb.Handle;
            return NativeMethods.duckdb_library_version() ?? "";
        }
    }

    /// <summary>Rows of a full chunk (2,048).</summary>
    public static int VectorSize { get; } = (int)NativeMethods.duckdb_vector_size();

    /// <param name="path">A database file; null: in memory.</param>
    /// <param name="config">DuckDB's settings by name, as <c>SET</c> takes them, such as <c>threads</c> and <c>memory_limit</c>.</param>
    /// <exception cref="DuckDbLibraryException">libduckdb cannot be used.</exception>
    /// <exception cref="DuckDbException">The file cannot be opened or a setting is refused.</exception>
    public static DuckDbDatabase Open(string? path = null, IReadOnlyDictionary<string, string>? config = null)
    {
        _ = LibDuckDb.Handle;
        if (NativeMethods.duckdb_create_config(out var native) != NativeState.Success)
            throw new DuckDbException(DuckDbErrorType.InvalidConfiguration, "DuckDB has no memory for its settings");
        try
        {
            foreach (var (name, value) in config ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                if (NativeMethods.duckdb_set_config(native, name, value) != NativeState.Success)
                    throw new DuckDbException(DuckDbErrorType.InvalidConfiguration, $"DuckDB has no setting \"{name}\" that takes \"{value}\"");
            }

            var state = NativeMethods.duckdb_open_ext(path, out var database, native, out var error);
            return state == NativeState.Success
                ? new DuckDbDatabase(new DatabaseHandle(database))
                : throw new DuckDbException(DuckDbErrorType.Io, error);
        }
        finally
        {
            NativeMethods.duckdb_destroy_config(ref native);
        }
    }

    public DuckDbConnection Connect()
    {
        if (NativeMethods.duckdb_connect(handle, out var connection) != NativeState.Success)
            throw new DuckDbException(DuckDbErrorType.Connection, "DuckDB did not connect");
        return new DuckDbConnection(new ConnectionHandle(connection));
    }

    public void Dispose() => handle.Dispose();
}
