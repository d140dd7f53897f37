using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tables;

/// <summary>A live file of a snapshot (Delta protocol, "Add File").</summary>
/// <param name="Path">As in the log: relative to the table and URL-encoded, or absolute.</param>
/// <param name="Stats">Delta's statistics JSON; null: unknown.</param>
public sealed record DataFile(
    string Path,
    long Size,
    DateTimeOffset ModificationTime,
    IReadOnlyDictionary<string, string?> PartitionValues,
    string? Stats,
    long? Rows);

/// <summary>One version of a table, whole and unchanging.</summary>
/// <param name="DataVersion">Last version that changed rows; what triggers consumers, together with <paramref name="TableId"/>.</param>
/// <param name="Domains">domainMetadata by domain, as JSON: positions, inputs, checks.</param>
/// <param name="Transactions"><c>txn</c> by application id.</param>
public sealed record Snapshot(
    long Version,
    long DataVersion,
    DateTimeOffset Timestamp,
    string TableId,
    TableSchema Schema,
    IReadOnlyDictionary<string, string> Configuration,
    IReadOnlyList<DataFile> Files,
    IReadOnlyDictionary<string, string> Domains,
    IReadOnlyDictionary<string, long> Transactions)
{
    /// <summary>Live rows; null where a file's count is unknown.</summary>
    public long? Rows => Files.Aggregate((long?)0, static (sum, file) => sum + file.Rows);
}

public enum ChangeKind
{
    /// <summary>Adds rows. Rebases over other appends and compactions.</summary>
    Append,

    /// <summary>Removes every row of the snapshot and adds the new ones. Redone when any row changed meanwhile.</summary>
    Replace,

    /// <summary>Only metadata, properties or domains; no row changes.</summary>
    Metadata,
}

/// <summary>What a commit shall do (ADR 0004).</summary>
/// <param name="Base">The snapshot that the change was made from; null creates the table as version 0.</param>
/// <param name="Schema">The table's schema afterwards. Append may only add nullable columns; Replace may change it.</param>
/// <param name="Domains">Domains to set, as JSON. A position domain may be set only by the writer that the table's own position names.</param>
/// <param name="Transaction">A <c>txn</c> to set: batch n+1 commits only on a snapshot that holds n.</param>
/// <param name="Configuration">Properties that the table shall have, such as retention and <c>lakehouse.owner</c>; written where they differ.</param>
/// <param name="OldestStaged">Store's time of the oldest file among <paramref name="Files"/>; too old is refused.</param>
public sealed record TableChange(
    ChangeKind Kind,
    Snapshot? Base,
    TableSchema Schema,
    IReadOnlyList<DataFile> Files,
    IReadOnlyDictionary<string, string> Domains,
    (string AppId, long Version)? Transaction,
    IReadOnlyDictionary<string, string> Configuration,
    string Operation,
    IReadOnlyDictionary<string, string> OperationParameters,
    string RunId,
    string PlanHash,
    DateTimeOffset? OldestStaged = null);

/// <param name="Retries">Puts beyond the first.</param>
public sealed record CommitResult(long Version, Snapshot Snapshot, int Retries);

/// <summary>One line of <c>lakehouse history</c>.</summary>
public sealed record HistoryEntry(
    long Version, DateTimeOffset Timestamp, string? Operation, bool DataChange, long? RowsAdded, long? RowsRemoved, int Files, string? RunId);

/// <summary>
/// A Delta table below one store location: snapshot reads, staged files, commits by put-if-absent with the after-refusal rules and the conflict
/// matrix of ADR 0004. Errors are <see cref="Pipelines.Codes.DiagnosticException"/>s with LH4xxx codes: a damaged log, an unsupported
/// feature by its name, Fenced, a conflict that asks for the run to be redone (see <see cref="CommitConflictException"/>).
/// </summary>
public sealed class DeltaTable(TableName name, IObjectStore store, TimeProvider time)
{
    public TableName Name { get; } = name;

    public IObjectStore Store { get; } = store;

    private readonly TimeProvider time = time;

    /// <summary>The newest version, or the given one; null where there is no table.</summary>
    public Task<Snapshot?> ReadSnapshotAsync(long? version, CancellationToken cancellationToken) => throw new NotSupportedException(time.ToString());

    /// <summary>Moves files that DuckDB wrote into the table under unique names and turns their statistics into Delta's. Nothing names them until a commit does.</summary>
    public Task<IReadOnlyList<DataFile>> StoreAsync(IReadOnlyList<StagedFile> files, TableSchema schema, CancellationToken cancellationToken) => throw new NotSupportedException(time.ToString());

    /// <exception cref="CommitConflictException">Someone else's commit makes this change void: read again and redo it.</exception>
    public Task<CommitResult> CommitAsync(TableChange change, CancellationToken cancellationToken) => throw new NotSupportedException(time.ToString());

    /// <summary>Newest first.</summary>
    public IAsyncEnumerable<HistoryEntry> HistoryAsync(CancellationToken cancellationToken) => throw new NotSupportedException(time.ToString());
}

/// <summary>The change was made from a state that is no longer the table's; redo the run from a new snapshot.</summary>
public sealed class CommitConflictException(long winner, string message) : Exception(message)
{
    public long Winner { get; } = winner;
}
