using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>
/// A second control plane, where no operator serves every namespace: for tests that kill operators, let two contend, or count every request.
/// </summary>
public sealed class LoneCluster : IAsyncDisposable
{
    private const int OperatorsAtOnce = 4;

    public SharedNode Node { get; } = new(SharedCluster.Own());

    /// <summary>Each operator is two processes, which a small machine has room for only so many times.</summary>
    public SemaphoreSlim Turns { get; } = new(OperatorsAtOnce, OperatorsAtOnce);

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Turns.Dispose();
    }
}
