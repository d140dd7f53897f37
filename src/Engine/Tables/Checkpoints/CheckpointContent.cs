using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>The state that a checkpoint holds (Delta protocol, "Checkpoints"), without its tombstones.</summary>
internal sealed record CheckpointContent(
    long Version,
    ProtocolAction Protocol,
    MetaDataAction MetaData,
    IReadOnlyCollection<TxnAction> Transactions,
    IReadOnlyCollection<DomainMetadataAction> Domains,
    IReadOnlyCollection<AddAction> Adds);

/// <summary>Parquet checkpoints, one file or several parts.</summary>
internal interface ICheckpointFiles
{
    /// <param name="paths">Local files of all parts.</param>
    /// <exception cref="CheckpointUnreadableException">A file is no Parquet, or its bytes are damaged.</exception>
    /// <exception cref="Pipelines.Codes.DiagnosticException">It reads, and lacks what the protocol requires.</exception>
    CheckpointContent Read(long version, IReadOnlyList<string> paths, string location, CancellationToken cancellationToken);

    /// <exception cref="CheckpointUnreadableException">A file is no Parquet, or its bytes are damaged.</exception>
    IReadOnlyList<RemoveAction> ReadTombstones(IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Writes one file. Returns the number of actions in it.</summary>
    long Write(string path, CheckpointContent content, IReadOnlyCollection<RemoveAction> tombstones, CancellationToken cancellationToken);
}

/// <summary>The checkpoint cannot be used; an older one, or the commits themselves, may do.</summary>
internal sealed class CheckpointUnreadableException(string message, Exception inner) : Exception(message, inner);
