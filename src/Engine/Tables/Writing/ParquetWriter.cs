using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tables.Writing;

/// <param name="Directory">Absolute; it exists and is empty.</param>
/// <param name="PartitionColumns">Columns of the query whose values go to the log and not into the files.</param>
/// <param name="TargetFileSizeBytes">Files grow to about this size; a partition's to at most twice.</param>
public sealed record ParquetOutput(
    string Directory, IReadOnlyList<string> PartitionColumns, long TargetFileSizeBytes = ParquetWriter.DefaultTargetFileSizeBytes);

/// <summary>
/// Writes a query's rows as Parquet files that a commit can name: types of the type table alone, names that nobody else uses, no empty file, and
/// for each file the partition values and statistics that DuckDB gathered while it wrote.
/// </summary>
public static class ParquetWriter
{
    public const long DefaultTargetFileSizeBytes = 128L << 20;

    /// <summary>
    /// Statements that a connection must have run before its configuration is locked. Partition values and statistics come as text in the
    /// session's time zone. Without insertion order row groups are bounded in bytes as well as in rows. An open partition holds about
    /// 350 KB; beyond the limit the oldest is closed and its partition goes on in another file.
    /// </summary>
    public const string SessionSettings = "SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET partitioned_write_max_open_files = 256;";

    /// <summary>Longest name that a folder may have on the file systems that we know.</summary>
    private const int MaxFolderBytes = 255;

    /// <param name="connection">One that has run <see cref="SessionSettings"/>.</param>
    /// <param name="query">A SELECT whose columns have stored types (see <see cref="Projection"/>).</param>
    /// <returns>In no particular order; none for no rows. Partition values are in Delta's serialisation.</returns>
    /// <exception cref="DuckDbException">The query or the writing failed; files of this call may be left in the folder.</exception>
    public static IReadOnlyList<StagedFile> Write(DuckDbConnection connection, string query, ParquetOutput output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(output);
        cancellationToken.ThrowIfCancellationRequested();
        var columns = DescribeStored(connection, query);
        var partitions = output.PartitionColumns.Select(name => Find(columns, name)).ToArray();
        var rowGroups = connection.ExecuteScalar("SELECT current_setting('preserve_insertion_order')") is false ? ", ROW_GROUP_SIZE_BYTES '64MB'" : "";
        if (partitions.Length == 0)
            return Copy(connection, query, output, $"FILE_SIZE_BYTES {Text(output.TargetFileSizeBytes)}{rowGroups}", partitions, cancellationToken);

        var names = string.Join(", ", partitions.Select(static column => SqlText.Name(column.Name)));
        var files = Copy(connection, GuardFolderNames(query, partitions), output, $"PARTITION_BY ({names}){rowGroups}", partitions, cancellationToken);
        var split = new List<StagedFile>(files.Count);
        foreach (var file in files)
        {
            if (file.Bytes <= 2 * output.TargetFileSizeBytes)
                split.Add(file);
            else
                split.AddRange(Split(connection, file, output, rowGroups, cancellationToken));
        }

        return split;
    }

    private static List<StagedFile> Copy(
        DuckDbConnection connection, string query, ParquetOutput output, string options, IReadOnlyList<TableColumn> partitions, CancellationToken cancellationToken)
    {
        // A comment at the query's end must not swallow the parenthesis.
        var sql = $"COPY (\n{query}\n) TO {SqlText.String(output.Directory)} (FORMAT parquet, COMPRESSION zstd, FILENAME_PATTERN 'part-{{uuidv7}}', RETURN_STATS, {options})";
        using var result = Run(connection, sql, cancellationToken);
        var files = new List<StagedFile>();
        foreach (var file in CopyReport.Read(result, partitions))
        {
            if (file.Rows > 0)
                files.Add(file);
            else
                File.Delete(file.Path);
        }

        return files;
    }

    /// <summary>COPY takes no file size together with partitions, so that a file that grew too large is written again, in parts.</summary>
    private static IEnumerable<StagedFile> Split(
        DuckDbConnection connection, StagedFile file, ParquetOutput output, string rowGroups, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(output.Directory, $"split-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        var query = $"SELECT * FROM read_parquet({SqlText.String(Glob.Escape(file.Path))}, hive_partitioning = false)";
        var parts = Copy(connection, query, output with { Directory = folder }, $"FILE_SIZE_BYTES {Text(output.TargetFileSizeBytes)}{rowGroups}", [], cancellationToken);
        File.Delete(file.Path);
        return parts.Select(part => part with { PartitionValues = file.PartitionValues });
    }

    /// <summary>Runs a statement that the token ends.</summary>
    private static DuckDbResult Run(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var statement = connection.Prepare(sql);
        using var pending = statement.Start();
        // Registered after the start: an interrupt that comes before it is forgotten.
        using var registration = cancellationToken.Register(static state => ((DuckDbConnection)state!).Interrupt(), connection);
        try
        {
            return pending.Finish();
        }
        catch (DuckDbException e) when (e.IsInterrupt)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>COPY would write HUGEINT as DOUBLE, TIMESTAMP without its zone and INTERVAL as bytes without a word, so nothing but stored types comes this far.</summary>
    private static TableColumn[] DescribeStored(DuckDbConnection connection, string query)
    {
        using var statement = connection.Prepare(query);
        return [.. statement.DescribeColumns().Select(static column =>
        {
            var sql = column.Type.ToString();
            if (!ColumnType.TryParseSql(sql, out var type, out var refusal))
                throw new InvalidOperationException($"column \"{column.Name}\" reached the writer unprojected: {refusal.Message}");
            return type.Sql == sql
                ? new TableColumn(column.Name, type)
                : throw new InvalidOperationException($"column \"{column.Name}\" reached the writer as {sql}, which is stored as {type.Sql}");
        })];
    }

    private static TableColumn Find(TableColumn[] columns, string name) =>
        Array.Find(columns, column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidOperationException($"partition column \"{name}\" is not among the query's columns");

    /// <summary>A partition is a folder while it is staged, and its name holds the value percent-encoded.</summary>
    private static string GuardFolderNames(string query, IReadOnlyList<TableColumn> partitions)
    {
        var guards = partitions.Where(static column => column.Type == ColumnType.String).Select(static column =>
        {
            var name = SqlText.Name(column.Name);
            var room = MaxFolderBytes - 1 - Uri.EscapeDataString(column.Name).Length;
            var message = SqlText.String($"a value of partition column \"{column.Name}\" is longer than a partition's name can be; partition by a short text with few values");
            return $"CASE WHEN strlen({name}) > {Text(room / 3)} AND strlen(url_encode({name})) > {Text(room)} THEN error({message}) ELSE {name} END AS {name}";
        }).ToArray();
        return guards.Length == 0 ? query : $"SELECT * REPLACE ({string.Join(", ", guards)}) FROM (\n{query}\n)";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
