using System.Globalization;
using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>
/// A node that no machine stands behind: registered, its Lease renewed, so that what is bound to it stays. (Pods of a node that is not there are deleted after a minute, and
/// their Jobs begin them again.) One for a test run.
/// </summary>
public sealed class SharedNode : IAsyncDisposable
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(8);

    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly CancellationTokenSource ending = new();
    private ClusterApi? api;
    private AuditLog? audit;
    private readonly SemaphoreSlim serving = new(1, 1);
    private string? operatorConfig;
    private OperatorProcess? served;
    private Task renewing = Task.CompletedTask;

    public SharedNode()
        : this(new SharedCluster())
    {
    }

    internal SharedNode(SharedCluster cluster) => Cluster = cluster;

    /// <summary>Where it is registered.</summary>
    public SharedCluster Cluster { get; }

    /// <summary>Null where the cluster is not ours alone.</summary>
    public AuditLog? Audit => audit ??= Cluster.Server is { } server ? new AuditLog(server.AuditLog) : null;

    public string Name { get; } = $"executor-{Guid.NewGuid():N}"[..20];

    /// <summary>The node is Ready once this was awaited.</summary>
    public async Task<ClusterApi> ApiAsync()
    {
        await starting.WaitAsync();
        try
        {
            return api ??= await RegisterAsync();
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>Plays the kubelet for the pods of one namespace.</summary>
    public async Task<PodExecutor> ExecuteAsync(TestNamespace within) => PodExecutor.Start(await ApiAsync(), Name, within.Name);

    /// <summary>A kubeconfig of the account that operators run as, as text.</summary>
    public async Task<string> OperatorKubeconfigAsync()
    {
        var connected = await ApiAsync();
        await starting.WaitAsync();
        try
        {
            return operatorConfig ??= await OperatorAccount.KubeconfigAsync(await Cluster.KubeconfigAsync(), connected);
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>The one operator of the cluster, ready; it serves every namespace.</summary>
    public async Task<OperatorProcess> OperatorAsync()
    {
        var config = await OperatorKubeconfigAsync();
        await serving.WaitAsync();
        try
        {
            return served ??= await OperatorProcess.StartAsync(config, [], "--verbose");
        }
        finally
        {
            serving.Release();
        }
    }

    private async Task<ClusterApi> RegisterAsync()
    {
        var connected = await ClusterApi.ConnectAsync(await Cluster.KubeconfigAsync());
        await connected.PostAsync("/api/v1/nodes", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject { ["name"] = Name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = Name } },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready", ["status"] = "True", ["reason"] = "KubeletReady", ["message"] = "the tests play it",
                    ["lastHeartbeatTime"] = Now(), ["lastTransitionTime"] = Now(),
                }),
                ["capacity"] = Resources(),
                ["allocatable"] = Resources(),
            },
        });
        await connected.PostAsync(Leases, Lease());
        renewing = RenewAsync(connected, ending.Token);
        return connected;
    }

    private async Task RenewAsync(ClusterApi connected, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RenewInterval, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await connected.PatchAsync($"{Leases}/{Name}", new JsonObject { ["spec"] = Spec() }, cancellationToken);
                }
                catch (Exception e) when (e is ClusterApiException or HttpRequestException)
                {
                    // A beat that is missed; the next one comes long before the node counts as gone.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The tests are over.
        }
    }

    private JsonObject Lease() => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1", ["kind"] = "Lease", ["metadata"] = new JsonObject { ["name"] = Name }, ["spec"] = Spec(),
    };

    private JsonObject Spec() => new()
    {
        ["holderIdentity"] = Name,
        ["leaseDurationSeconds"] = 40,
        ["renewTime"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
    };

    private static JsonObject Resources() => new() { ["cpu"] = "1000", ["memory"] = "1000Gi", ["pods"] = "100000", ["ephemeral-storage"] = "1000Gi" };

    private static string Now() => PodStatuses.Time(TimeProvider.System.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        if (served is not null)
            await served.DisposeAsync();
        await ending.CancelAsync();
        await renewing;
        if (api is not null)
        {
            await api.DeleteAsync($"/api/v1/nodes/{Name}");
            await api.DeleteAsync($"{Leases}/{Name}");
            api.Dispose();
        }

        await Cluster.DisposeAsync();
        ending.Dispose();
        starting.Dispose();
        serving.Dispose();
    }
}
