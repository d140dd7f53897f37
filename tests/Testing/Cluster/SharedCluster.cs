using System.Globalization;

namespace LakehouseOperator.Testing.Cluster;

/// <summary>
/// One cluster for a test run: that of <c>KUBECONFIG</c>, else a control plane that is started for the first test that asks. Tests keep out of each other's way by
/// namespaces. Enter it once in a test project, <c>[assembly: AssemblyFixture(typeof(SharedCluster))]</c>, and take it as a constructor's parameter.
/// </summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private readonly bool isOurs;

    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly string run = $"t{Guid.NewGuid():N}"[..8];
    private readonly List<string> namespaces = [];
    private ApiServer? server;
    private string? kubeconfig;
    private int numbers;

    public SharedCluster()
    {
    }

    private SharedCluster(bool isOurs) => this.isOurs = isOurs;

    /// <summary>A control plane of its own, whatever was given.</summary>
    public static SharedCluster Own() => new(isOurs: true);

    /// <summary>The path of an administrator's kubeconfig; the custom resources are there.</summary>
    public async Task<string> KubeconfigAsync(CancellationToken cancellationToken = default)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            return kubeconfig ??= await BeginAsync(cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>The control plane, if it is ours alone.</summary>
    public ApiServer? Server => server;

    public async Task<Kubectl> KubectlAsync() => new(await KubeconfigAsync());

    /// <summary>A namespace that nobody else uses; it goes with the cluster.</summary>
    /// <param name="labels">Of the namespace, <c>key=value</c>.</param>
    public async Task<TestNamespace> NamespaceAsync(params IReadOnlyList<string> labels)
    {
        var config = await KubeconfigAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"{run}-{Interlocked.Increment(ref numbers)}");
        var kubectl = new Kubectl(config);
        _ = (await kubectl.RunAsync("create", "namespace", name)).Succeeded;
        if (labels.Count > 0)
            _ = (await kubectl.RunAsync(["label", "namespace", name, .. labels])).Succeeded;
        lock (namespaces)
            namespaces.Add(name);
        return new TestNamespace(name, config, kubectl.In(name));
    }

    private async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        if (isOurs || Environment.GetEnvironmentVariable("KUBECONFIG") is not { Length: > 0 } given)
        {
            server = await ApiServer.StartAsync(cancellationToken);
            return server.Kubeconfig;
        }

        if (ApiServer.CustomResources is { } crds)
        {
            var kubectl = new Kubectl(given);
            _ = (await kubectl.RunAsync("apply", "-f", crds)).Succeeded;
            _ = (await kubectl.RunAsync("wait", "--for=condition=Established", "--timeout=60s", "-f", crds)).Succeeded;
        }

        return given;
    }

    /// <summary>A cluster that was given keeps none of our namespaces.</summary>
    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        else if (kubeconfig is not null && namespaces.Count > 0)
            await new Kubectl(kubeconfig).RunAsync(["delete", "namespace", "--wait=false", "--ignore-not-found", .. namespaces]);
        starting.Dispose();
    }
}

/// <summary>A namespace of one test.</summary>
/// <param name="Kubeconfig">The path of an administrator's kubeconfig.</param>
/// <param name="Kubectl">Works within the namespace.</param>
public sealed record TestNamespace(string Name, string Kubeconfig, Kubectl Kubectl);
