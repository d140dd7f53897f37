using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>Checkpoints read and written by DuckDB, each in a database of its own that lives as long as the call.</summary>
internal sealed class DuckDbCheckpoints : ICheckpointFiles
{
    /// <summary>Two threads are as fast as the values can be taken out, and keep the buffers small.</summary>
    private static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["threads"] = "2" };

    /// <inheritdoc/>
    public CheckpointContent Read(long version, IReadOnlyList<string> paths, string location, CancellationToken cancellationToken) =>
        Use(paths, connection => new CheckpointParquet(connection, paths).Read(version, location), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<RemoveAction> ReadTombstones(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        Use(paths, connection => new CheckpointParquet(connection, paths).ReadTombstones(), cancellationToken);

    /// <inheritdoc/>
    public long Write(string path, CheckpointContent content, IReadOnlyCollection<RemoveAction> tombstones, CancellationToken cancellationToken)
    {
        using var database = DuckDbDatabase.Open(config: Settings);
        using var connection = database.Connect();
        using var interrupt = cancellationToken.UnsafeRegister(static one => ((DuckDbConnection)one!).Interrupt(), connection);
        return CheckpointCopy.Write(connection, path, content, tombstones);
    }

    private static T Use<T>(IReadOnlyList<string> paths, Func<DuckDbConnection, T> read, CancellationToken cancellationToken)
    {
        using var database = DuckDbDatabase.Open(config: Settings);
        using var connection = database.Connect();
        using var interrupt = cancellationToken.UnsafeRegister(static one => ((DuckDbConnection)one!).Interrupt(), connection);
        try
        {
            return read(connection);
        }
        catch (DuckDbException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CheckpointUnreadableException($"{string.Join(", ", paths)}: {failure.Message.Split('\n')[0]}", failure);
        }
    }
}
