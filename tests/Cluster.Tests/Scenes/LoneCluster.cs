using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>
/// A second control plane, where no operator serves every namespace: for tests that kill operators, let two contend, or count every request.
/// </summary>
public sealed class LoneCluster : IAsyncDisposable
{
    public SharedNode Node { get; } = new(SharedCluster.Own());

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
