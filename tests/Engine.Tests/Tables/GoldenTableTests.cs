using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>What becomes of each table that others wrote: read rightly, or refused by the name of what is not supported; never read wrongly.</summary>
public sealed class GoldenTableTests
{
    /// <summary>By archive, or by the path inside it where an archive holds several tables.</summary>
    private static readonly SortedDictionary<string, Outcome> Expected = new(StringComparer.Ordinal)
    {
        ["124-decimal-decode-bug"] = Rows(0),
        ["125-iterator-bug"] = Rows(11),
        ["basic-decimal-table"] = Rows(0),
        ["basic-with-inserts-deletes-checkpoint"] = Rows(13),
        ["basic-with-inserts-overwrite-restore"] = Rows(3),
        ["basic-with-inserts-updates"] = Rows(1),
        ["canonicalized-paths-normal-a"] = State(1, 0),
        ["canonicalized-paths-normal-b"] = State(1, 0),
        ["canonicalized-paths-special-b"] = State(1, 0),
        ["checkpoint"] = State(14, 1),
        ["data-reader-absolute-paths-escaped-chars"] = Damaged("metaData"),
        ["data-reader-array-complex-objects"] = Rows(0),
        ["data-reader-date-types-America"] = Rows(0),
        ["data-reader-date-types-Asia"] = Rows(0),
        ["data-reader-date-types-Iceland"] = Rows(0),
        ["data-reader-date-types-Jst"] = Rows(0),
        ["data-reader-date-types-utc"] = Rows(0),
        ["data-reader-escaped-chars"] = Rows(2),
        ["data-reader-nested-struct"] = Rows(0),
        ["data-reader-nullable-field-invalid-schema-key"] = Rows(0),
        ["data-reader-primitives"] = Rows(0),
        ["data-reader-timestamp_ntz"] = Refused("timestampNtz"),
        ["data-reader-timestamp_ntz-id-mode"] = Refused("timestampNtz"),
        ["data-skipping-basic-stats-all-types"] = Rows(0),
        ["data-skipping-basic-stats-all-types-checkpoint"] = Rows(0),
        ["data-skipping-basic-stats-all-types-columnmapping-name"] = Refused("columnMapping"),
        ["data-skipping-partition-and-data-column"] = Rows(3),
        ["decimal-various-scale-precision"] = Rows(0),
        ["deltalog-commit-info"] = Damaged("schemaString"), // required by the protocol, and not there
        ["deltalog-getChanges"] = Rows(2),
        ["deltalog-state-reconstruction-from-checkpoint-missing-metadata"] = Damaged("metaData"),
        ["deltalog-state-reconstruction-from-checkpoint-missing-protocol"] = Damaged("protocol"),
        ["deltalog-state-reconstruction-without-protocol"] = Damaged("protocol"),
        ["dv-partitioned-with-checkpoint"] = Refused("deletionVectors"),
        ["hive/deltatbl-column-names-case-insensitive"] = State(0, 4),
        ["hive/deltatbl-deleted-path"] = State(0, 2),
        ["hive/deltatbl-incorrect-format-config"] = State(0, 2),
        ["hive/deltatbl-map-types-correctly"] = State(0, 1),
        ["hive/deltatbl-non-partitioned"] = State(0, 2),
        ["hive/deltatbl-not-allow-write"] = State(0, 2),
        ["hive/deltatbl-partition-prune"] = State(0, 5),
        ["hive/deltatbl-partitioned"] = State(0, 4),
        ["hive/deltatbl-schema-match"] = State(0, 4),
        ["hive/deltatbl-special-chars-in-partition-column"] = State(0, 4),
        ["hive/deltatbl-touch-files-needed-for-partitioned"] = State(0, 4),
        ["kernel-timestamp-int96"] = Rows(0),
        ["kernel-timestamp-timestamp_micros"] = Rows(0),
        ["kernel-timestamp-timestamp_millis"] = Rows(0),
        ["log-replay-latest-metadata-protocol"] = Rows(2),
        ["log-replay-special-characters"] = Rows(1),
        ["log-replay-special-characters-a"] = Rows(1),
        ["multi-part-checkpoint"] = Rows(1),
        ["only-checkpoint-files"] = Rows(2),
        ["parquet-all-types-legacy-format"] = Refused("timestampNtz"),
        ["snapshot-data0"] = Rows(0),
        ["snapshot-data2"] = Rows(2),
        ["snapshot-data2-deleted"] = Rows(4),
        ["snapshot-repartitioned"] = Rows(5),
        ["snapshot-vacuumed"] = Rows(5),
        ["table-with-columnmapping-mode-name"] = Refused("columnMapping"),
        ["time-travel-partition-changes-a"] = Rows(0),
        ["time-travel-schema-changes-a"] = Rows(0),
        ["time-travel-schema-changes-b"] = Rows(1),
        ["time-travel-start"] = Rows(0),
        ["time-travel-start-start20"] = Rows(1),
        ["v2-checkpoint-json"] = Refused("v2Checkpoint"),
        ["v2-checkpoint-parquet"] = Refused("v2Checkpoint"),
    };

    /// <param name="Files">Live files, where the archive has no rows to compare with.</param>
    /// <param name="Says">Part of the error's message.</param>
    private sealed record Outcome(long Version = 0, int? Files = null, ErrorCode? Error = null, string Says = "");

    private static Outcome Rows(long version) => new(version);

    private static Outcome State(long version, int files) => new(version, files);

    private static Outcome Refused(string feature) => new(Error: TableCodes.UnsupportedFeature, Says: $"\"{feature}\"");

    private static Outcome Damaged(string says) => new(Error: TableCodes.LogDamaged, Says: says);

    [Fact]
    public async Task Tables_of_other_engines_are_read_rightly_or_refused_by_name()
    {
        Assert.SkipWhen(GoldenTables.Folder is null, $"the archives are neither at ${GoldenTables.Variable} nor beside the repository");
        var (seen, wrong) = (new SortedSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var archive in Directory.EnumerateFiles(GoldenTables.Folder!, "*.tar.zst").Order(StringComparer.Ordinal))
        {
            using var folder = new TemporaryFolder();
            var name = Path.GetFileName(archive)[..^".tar.zst".Length];
            var root = await GoldenTables.UnpackAsync(name, folder.Path);
            foreach (var log in Directory.EnumerateDirectories(root, "_delta_log", SearchOption.AllDirectories))
            {
                var table = Path.GetDirectoryName(log)!;
                var key = name + Path.GetRelativePath(Path.Combine(root, "delta"), table) switch { "." => "", var below => "/" + below };
                seen.Add(key);
                if (await JudgeAsync(table, Path.Combine(root, "expected"), Expected.GetValueOrDefault(key)) is { } difference)
                    wrong.Add($"{key}: {difference}");
            }
        }

        Assert.Equal([], wrong);
        Assert.Equal(Expected.Keys, seen);
    }

    /// <summary>What differs from the expected outcome, or null.</summary>
    private static async Task<string?> JudgeAsync(string folder, string rows, Outcome? expected)
    {
        if (expected is null)
            return "no outcome is written down";
        Snapshot snapshot;
        try
        {
            snapshot = await TestTables.Open(folder).ReadAsync();
        }
        catch (DiagnosticException error)
        {
            return error.Diagnostic.Code == expected.Error && error.Message.Contains(expected.Says, StringComparison.Ordinal) ? null : error.Message;
        }

        if (expected.Error is not null)
            return $"was read, and should be refused for {expected.Says}";
        if (snapshot.Version != expected.Version)
            return string.Create(CultureInfo.InvariantCulture, $"version {snapshot.Version}");
        if (expected.Files is { } files)
            return snapshot.Files.Count == files ? null : string.Create(CultureInfo.InvariantCulture, $"{snapshot.Files.Count} files");
        return Directory.Exists(rows) ? Compare(folder, snapshot, rows) : "has no expected rows";
    }

    private static string? Compare(string folder, Snapshot snapshot, string rows)
    {
        var store = new FolderStore(folder, TimeProvider.System);
        var table = new SqlTable(
            "golden.table",
            [.. snapshot.Schema.Columns.Select(static column => new SqlColumn(column.Name, column.Type.Sql))],
            snapshot.Schema.PartitionColumns,
            [.. snapshot.Files.Select(file => new SqlInputFile(Path.Combine(folder, DataFilePath.KeyIn(store, file.Path)), file.Rows ?? -1, file.PartitionValues))]);
        var columns = string.Join(", ", table.Columns.Select(static column => $"CAST({SqlText.Name(column.Name)} AS {column.Type}) AS {SqlText.Name(column.Name)}"));
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        connection.Execute($"CREATE TABLE ours AS {TableScan.Sql(table)}");
        connection.Execute($"CREATE TABLE theirs AS SELECT {columns} FROM read_parquet('{Glob.Escape(rows)}/*.parquet', hive_partitioning = false)");
        var (surplus, missing) = (Count("ours EXCEPT ALL FROM theirs"), Count("theirs EXCEPT ALL FROM ours"));
        return surplus + missing == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{surplus} rows too many, {missing} missing, of {Count("theirs")}");

        long Count(string query) => connection.ExecuteScalarLong($"SELECT count(*) FROM (FROM {query})");
    }
}
