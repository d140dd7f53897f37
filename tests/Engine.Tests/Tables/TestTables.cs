using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>Tables and changes as tests want them; files are named and never written, for the log does not open them.</summary>
internal static class TestTables
{
    public static readonly TableName Name = new("bronze", "events");

    public static readonly TableSchema Schema = new([new("id", ColumnType.Long), new("name", ColumnType.String)], []);

    public static readonly IReadOnlyDictionary<string, string> NoTexts = new Dictionary<string, string>(StringComparer.Ordinal);

    public static readonly IReadOnlyDictionary<string, string?> NoPartition = new Dictionary<string, string?>(StringComparer.Ordinal);

    public static DeltaTable Open(string folder, TimeProvider? time = null) => Open(new FolderStore(folder, time ?? TimeProvider.System), time);

    public static DeltaTable Open(IObjectStore store, TimeProvider? time = null) =>
        new(Name, store, time ?? TimeProvider.System, new DuckDbCheckpoints(), CheckpointRule.Never);

    public static DataFile File(string name, long rows = 10, DateTimeOffset? written = null) => new(
        name, 1000 + rows, written ?? TimeProvider.System.GetUtcNow(), NoPartition, $"{{\"numRecords\":{rows}}}", rows);

    public static TableChange Append(Snapshot? table, params DataFile[] files) => Change(ChangeKind.Append, table, files);

    public static TableChange Replace(Snapshot? table, params DataFile[] files) => Change(ChangeKind.Replace, table, files);

    public static TableChange Metadata(Snapshot? table) => Change(ChangeKind.Metadata, table, []);

    public static TableChange Change(ChangeKind kind, Snapshot? table, IReadOnlyList<DataFile> files) => new(
        kind, table, table?.Schema ?? Schema, files, NoTexts, null, NoTexts, "WRITE", NoTexts, "run-1", "plan-1");

    public static async Task<Snapshot> ReadAsync(this DeltaTable table) =>
        await table.ReadSnapshotAsync(null, CancellationToken.None) ?? throw new InvalidOperationException("there is no table");

    public static async Task<Snapshot> CommitAsync(this DeltaTable table, TableChange change) =>
        (await table.CommitAsync(change, CancellationToken.None)).Snapshot;

    public static string[] Paths(this Snapshot table) => [.. table.Files.Select(static file => file.Path).Order(StringComparer.Ordinal)];

    public static TableChange With(this TableChange change, string domain, string json) =>
        change with { Domains = new Dictionary<string, string>(change.Domains, StringComparer.Ordinal) { [domain] = json } };

    public static TableChange WithProperty(this TableChange change, string name, string value) =>
        change with { Configuration = new Dictionary<string, string>(change.Configuration, StringComparer.Ordinal) { [name] = value } };
}
