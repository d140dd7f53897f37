using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>Checkpoints read and written by DuckDB.</summary>
internal sealed class DuckDbCheckpoints : ICheckpointFiles
{
    public Task<CheckpointContent> ReadAsync(long version, IReadOnlyList<string> paths, string location, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<RemoveAction>> ReadTombstonesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> WriteAsync(string path, LogState state, IEnumerable<RemoveAction> tombstones, CancellationToken cancellationToken) => throw new NotSupportedException();
}
