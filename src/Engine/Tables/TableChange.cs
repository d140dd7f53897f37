using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables;

public enum ChangeKind
{
    /// <summary>Adds rows. Rebases over other appends and compactions.</summary>
    Append,

    /// <summary>Removes every row of the snapshot and adds the new ones. Redone when any row changed meanwhile.</summary>
    Replace,

    /// <summary>Only metadata, properties or domains; no row changes.</summary>
    Metadata,

    /// <summary>Removes every row and marks the table as dropped, append-only or not. Redone when anything changed meanwhile; whoever else writes is fenced by it.</summary>
    Drop,
}

/// <summary>What a commit shall do (ADR 0004).</summary>
/// <param name="Base">The snapshot that the change was made from; null creates the table as version 0.</param>
/// <param name="Schema">The table's schema afterwards. Append may only add nullable columns, at the end; Replace may change it.</param>
/// <param name="Domains">Domains to set, as JSON. A position domain may be set only by the writer that the table's own position names.</param>
/// <param name="Transaction">
/// A <c>txn</c> to set. Where its application id is a position domain that the change sets, batch n+1 commits only on a snapshot that holds n
/// (none is 0); any other must be greater than the snapshot's.
/// </param>
/// <param name="Configuration">Properties that the table shall have (<see cref="TableProperties.For"/>); written where they differ, others stay.</param>
/// <param name="OldestStaged">Store's time of the oldest file among <paramref name="Files"/>, which is the default; too old is refused.</param>
/// <param name="Adopt">Take a table that another resource owns.</param>
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
    DateTimeOffset? OldestStaged = null,
    bool Adopt = false);

/// <param name="Version">Of this commit.</param>
/// <param name="Snapshot">The table as of <paramref name="Version"/>.</param>
/// <param name="Retries">Puts beyond the first.</param>
public sealed record CommitResult(long Version, Snapshot Snapshot, int Retries);

/// <summary>The change was made from a state that is no longer the table's; redo the run from a new snapshot.</summary>
public sealed class CommitConflictException(long winner, string message) : Exception(message)
{
    /// <summary>The version that came first.</summary>
    public long Winner { get; } = winner;
}

/// <summary>One line of <c>lakehouse history</c>.</summary>
/// <param name="DataChange">Whether it changed rows, and not only their layout or metadata.</param>
/// <param name="RowsAdded">Null: unknown.</param>
/// <param name="RowsRemoved">Null: unknown.</param>
/// <param name="Files">Files that it added.</param>
public sealed record HistoryEntry(
    long Version, DateTimeOffset Timestamp, string? Operation, bool DataChange, long? RowsAdded, long? RowsRemoved, int Files, string? RunId);
