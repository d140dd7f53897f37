using System.Runtime.CompilerServices;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Commits;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tables;

/// <summary>
/// A Delta table below one store location: snapshot reads, staged files, commits by put-if-absent with the after-refusal rules and the conflict
/// matrix of ADR 0004. Errors are <see cref="Pipelines.Codes.DiagnosticException"/>s with LH4xxx codes: a damaged log, an unsupported
/// feature by its name, Fenced, a conflict that asks for the run to be redone (see <see cref="CommitConflictException"/>). Thread-safe;
/// instances of other processes are neither needed nor known.
/// </summary>
public sealed class DeltaTable
{
    private readonly LogCache log;
    private readonly Committer committer;
    private readonly CheckpointWriter checkpoints;
    private readonly TimeProvider time;

    /// <param name="scratch">Where checkpoints are made and staged; null: the temporary folder.</param>
    public DeltaTable(TableName name, IObjectStore store, TimeProvider time, string? scratch = null)
        : this(name, store, time, new DuckDbCheckpoints(), CheckpointRule.Default, scratch)
    {
    }

    internal DeltaTable(TableName name, IObjectStore store, TimeProvider time, ICheckpointFiles files, CheckpointRule rule, string? scratch = null)
    {
        scratch ??= Path.GetTempPath();
        Name = name;
        Store = store;
        this.time = time;
        var clock = new BootClock(time);
        log = new LogCache(store, new LogReader(store, files, scratch), clock);
        committer = new Committer(store, log, clock, time);
        checkpoints = new CheckpointWriter(store, files, rule, time, scratch);
    }

    public TableName Name { get; }

    public IObjectStore Store { get; }

    /// <summary>The newest version, or the given one; null where there is no table.</summary>
    public Task<Snapshot?> ReadSnapshotAsync(long? version, CancellationToken cancellationToken) => log.ReadAsync(version, cancellationToken);

    /// <summary>Moves files that DuckDB wrote into the table under unique names and turns their statistics into Delta's. Nothing names them until a commit does.</summary>
    public async Task<IReadOnlyList<DataFile>> StoreAsync(IReadOnlyList<StagedFile> files, TableSchema schema, CancellationToken cancellationToken)
    {
        var stored = new List<DataFile>(files.Count);
        await foreach (var file in ReadAhead.InOrderAsync(Store, files, (file, cancellation) => StoreAsync(file, schema, cancellation), cancellationToken))
            stored.Add(file);
        return stored;
    }

    private async Task<DataFile> StoreAsync(StagedFile file, TableSchema schema, CancellationToken cancellationToken)
    {
        var key = $"part-{Guid.NewGuid():N}.parquet";
        await Store.PutFileAsync(key, file.Path, cancellationToken);
        var entry = await Store.HeadAsync(key, cancellationToken);
        return new DataFile(
            DataFilePath.ToLog(key),
            entry?.Size ?? file.Bytes,
            entry?.LastModified ?? time.GetUtcNow(),
            file.PartitionValues,
            DeltaStatistics.Write(file, schema),
            file.Rows);
    }

    /// <summary>Commits the change as the table's next version.</summary>
    /// <exception cref="CommitConflictException">Someone else's commit makes this change void: read again and redo it.</exception>
    /// <exception cref="Pipelines.Codes.DiagnosticException">A rule refuses it, another process holds its position (Fenced), or the store failed.</exception>
    /// <remarks>Once the put has begun, cancellation is not looked at until its outcome is known.</remarks>
    public async Task<CommitResult> CommitAsync(TableChange change, CancellationToken cancellationToken)
    {
        var result = await committer.CommitAsync(change, cancellationToken);
        if (change.Kind != ChangeKind.Drop)
            checkpoints.Offer(log, result.Snapshot);
        return result;
    }

    /// <summary>Keys of the files in the table's folder that the last reading of the log named, live or not; none where the log could not be read.</summary>
    internal async Task<IReadOnlySet<string>> NamedFilesAsync(CancellationToken cancellationToken) =>
        KeysIn(Store, await log.WithStateAsync(static state => state.NamedPaths(), cancellationToken) ?? []).ToHashSet(StringComparer.Ordinal);

    /// <summary>Of paths in a log, the keys of those that lie in the table's folder; others are another table's.</summary>
    internal static IEnumerable<string> KeysIn(IObjectStore store, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            string key;
            try
            {
                key = DataFilePath.KeyIn(store, path);
            }
            catch (Pipelines.Codes.DiagnosticException)
            {
                continue;
            }

            yield return key;
        }
    }

    /// <summary>Ends when no checkpoint of this instance is under way. A process may also just end: a checkpoint is never needed.</summary>
    public Task SettleAsync() => checkpoints.SettleAsync();

    /// <summary>What the log still holds, newest first. A version whose JSON is gone behind a checkpoint ends it.</summary>
    public async IAsyncEnumerable<HistoryEntry> HistoryAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in TableHistory.ReadAsync(Store, cancellationToken))
            yield return entry;
    }
}
