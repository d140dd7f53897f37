using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>The state that a checkpoint holds (Delta protocol, "Checkpoints"), without its tombstones.</summary>
internal sealed record CheckpointContent(
    long Version,
    ProtocolAction Protocol,
    MetaDataAction MetaData,
    IReadOnlyList<TxnAction> Transactions,
    IReadOnlyList<DomainMetadataAction> Domains,
    IReadOnlyList<AddAction> Adds);

/// <summary>Parquet checkpoints, one file or several parts.</summary>
internal interface ICheckpointFiles
{
    /// <param name="paths">Local files of all parts.</param>
    /// <exception cref="CheckpointUnreadableException">A file is no Parquet, or its bytes are damaged.</exception>
    /// <exception cref="Pipelines.Codes.DiagnosticException">It reads, and lacks what the protocol requires.</exception>
    Task<CheckpointContent> ReadAsync(long version, IReadOnlyList<string> paths, string location, CancellationToken cancellationToken);

    Task<IReadOnlyList<RemoveAction>> ReadTombstonesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Writes one file. Returns the number of actions in it.</summary>
    Task<long> WriteAsync(string path, LogState state, IEnumerable<RemoveAction> tombstones, CancellationToken cancellationToken);
}

/// <summary>The checkpoint cannot be used; an older one, or the commits themselves, may do.</summary>
internal sealed class CheckpointUnreadableException(string message, Exception inner) : Exception(message, inner);
