using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Sandboxes;

/// <summary>
/// A fresh in-memory database that answers one request. <see cref="Open"/> may happen ahead of the request; <see cref="Lock"/> names the files of
/// the request, makes its tables, and closes everything else for good: no other path, no extension, no setting changes after it.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    /// <summary>What the process itself takes before DuckDB counts its first block.</summary>
    private const long OwnMemory = 64L << 20;

    private const long LeastMemory = 32L << 20;

    private static readonly Dictionary<string, string> OpenSettings = new(StringComparer.Ordinal)
    {
        ["threads"] = "1",
        ["errors_as_json"] = "true",
        ["autoinstall_known_extensions"] = "false",
        ["autoload_known_extensions"] = "false",
        ["allow_community_extensions"] = "false",
        ["allow_unsigned_extensions"] = "false",
        ["allow_persistent_secrets"] = "false",
    };

    private readonly DuckDbDatabase database;

    private Sandbox(DuckDbDatabase database)
    {
        this.database = database;
        Connection = database.Connect();
    }

    public DuckDbConnection Connection { get; }

    /// <summary>It has served: nothing of another request may come here. Until then it only parsed.</summary>
    public bool IsLocked { get; private set; }

    public static Sandbox Open() => new(DuckDbDatabase.Open(null, OpenSettings));

    /// <summary>DuckDB's own bound, kept below the hard one so that it spills and reports before the process is killed.</summary>
    public static long DuckDbMemory(long hardBound) => Math.Max(LeastMemory, (long)((hardBound - OwnMemory) * 0.8));

    /// <param name="scratch">A folder of this request alone, for spilled blocks; made here.</param>
    /// <param name="output">The one other folder that may be written, or null.</param>
    /// <param name="tables">Whose files may be read.</param>
    /// <param name="setup">Statements of ours that run before everything closes: the tables.</param>
    public void Lock(SqlLimits limits, string scratch, string? output, IReadOnlyList<SqlTable> tables, IEnumerable<string> setup)
    {
        IsLocked = true;
        Directory.CreateDirectory(scratch, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // COPY asks for the folder by its plain name too, which a directory's entry with its slash does not cover.
        var files = tables.SelectMany(static table => table.Files).Select(static file => file.Path).Distinct(StringComparer.Ordinal);
        // A path with a pattern's letters is read, and so asked for, in its escaped spelling.
        var spellings = files.SelectMany(static path => Glob.Escape(path) is var escaped && escaped == path ? [path] : new[] { path, escaped });
        var paths = output is null ? spellings : spellings.Append(output.TrimEnd('/'));
        string[] statements =
        [
            string.Create(CultureInfo.InvariantCulture, $"SET threads = {Math.Clamp(limits.Threads, 1, 1024)}"),
            $"SET memory_limit = '{Kibibytes(DuckDbMemory(limits.MemoryBytes))}'",
            $"SET temp_directory = {Literal(scratch)}",
            $"SET max_temp_directory_size = '{Kibibytes(limits.ScratchBytes)}'",
            "SET TimeZone = 'UTC'",
            $"SET allowed_paths = [{string.Join(", ", paths.Select(Literal))}]",
            $"SET allowed_directories = [{(output is null ? "" : Literal(output.TrimEnd('/') + "/"))}]",
            "SET enable_external_access = false",
            .. setup,
            "SET lock_configuration = true",
        ];
        Connection.Execute(string.Join(";\n", statements));
    }

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
    }

    /// <exception cref="RefusalException">It holds NUL, which no literal can.</exception>
    public static string Literal(string value) => value.Contains('\0', StringComparison.Ordinal)
        ? throw new RefusalException(SqlCodes.ConstructRefused, "a path holds a NUL character")
        : Pipelines.Types.SqlText.String(value);

    public static string Name(string name) => Pipelines.Types.SqlText.Name(name);

    private static string Kibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(bytes, 1024) >> 10}KiB");
}
