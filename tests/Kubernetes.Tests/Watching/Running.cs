using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Kubernetes.Watching;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Tests.Watching;

/// <summary>An informer at work; items are resourceVersions.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly KubernetesClient client;

    private Running(KubernetesClient client, Informer<ConfigMap, string> informer)
    {
        this.client = client;
        Informer = informer;
        Store.OnChanged((key, _, after) =>
        {
            lock (Told)
            {
                Told.Add($"{key} {after ?? "gone"}");
                if (after is null)
                    Mirror.Remove(key.Name);
                else
                    Mirror[key.Name] = after;
            }
        });
        Loop = informer.RunAsync(stopping.Token);
    }

    public Informer<ConfigMap, string> Informer { get; }

    public Store<string> Store => Informer.Store;

    public Task Loop { get; }

    /// <summary>What handlers were told.</summary>
    public List<string> Told { get; } = [];

    /// <summary>What somebody has who only hears of changes.</summary>
    public Dictionary<string, string> Mirror { get; } = new(StringComparer.Ordinal);

    /// <summary>Handlers hear of a change a moment after the store shows it.</summary>
    public Task IsToldAsync(Func<Running, bool> what, string name) => Until.TrueAsync(
        () =>
        {
            lock (Told)
                return what(this);
        },
        name);

    /// <param name="requestTimeout">Where time runs fast, a machine that is busy must not look like a server that says nothing.</param>
    public static Running Start(LoopbackServer server, TimeProvider time, Func<ConfigMap, string>? projection = null, int seed = 1, WatchOptions? watch = null, ILogger? logger = null, TimeSpan? requestTimeout = null, params string[] namespaces)
    {
        var client = server.Client(time, new ClientOptions { FieldManager = "tests", RequestTimeout = requestTimeout ?? TimeSpan.FromMinutes(3) });
        var options = new InformerOptions { Namespaces = namespaces, Watch = watch ?? new WatchOptions() };
        return new Running(client, new Informer<ConfigMap, string>(
            client, ResourceTypes.ConfigMaps, options, projection ?? (static map => map.Metadata.ResourceVersion!), time, new Random(seed), logger ?? NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAny(Loop);
        client.Dispose();
        stopping.Dispose();
    }
}
