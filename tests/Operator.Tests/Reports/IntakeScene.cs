using System.Buffers.Text;
using System.Text;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Operator.Tests.Reports;

/// <summary>An intake before an API server that is up, with runs in namespaces.</summary>
internal sealed class IntakeScene : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly KubernetesClient client;
    private readonly ClusterCache cache;
    private Task watching = Task.CompletedTask;

    private IntakeScene(PretendApi api, IReadOnlyList<string> namespaces)
    {
        Api = api;
        client = api.Client;
        cache = new ClusterCache(client, namespaces, TimeProvider.System, new Random(1), NullLogger.Instance);
        Intake = new ReportIntake(client, cache, Inbox, () => IsLeading, static _ => { }, Time);
    }

    public PretendApi Api { get; }

    public ManualTime Time { get; } = new();

    public ReportInbox Inbox { get; } = new();

    public ReportIntake Intake { get; }

    public bool IsLeading { get; set; } = true;

    public static async Task<IntakeScene> StartAsync(CancellationToken cancellationToken, params string[] namespaces) => new(await PretendApi.StartAsync(cancellationToken), namespaces);

    /// <summary>A token as it looks; it is good if the API server says so.</summary>
    public static string Token(string name, string audience = "\"lakehouse-operator\"") =>
        $"{Part("""{"alg":"RS256"}""")}.{Part($$"""{"aud":{{audience}},"sub":"{{name}}"}""")}.c2lnbmF0dXJl";

    public static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Report(string run, string ns) => ReportJson.Write(new RunReport(
        1, run, ResourceKind.Transformation, ns, "t", RunResult.Succeeded, new DateTimeOffset(2026, 1, 15, 11, 59, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero)));

    /// <summary>A run with its Job, its Pod and the Pod's token; all three bear its name.</summary>
    /// <param name="age">Of the Pod.</param>
    public string Run(string run, string ns = "shop", bool job = true, TimeSpan? age = null, bool seen = true)
    {
        var made = Time.GetUtcNow() - (age ?? TimeSpan.FromMinutes(5));
        if (job)
        {
            Api.Jobs[run] = new Job
            {
                Metadata = new ObjectMeta
                {
                    Name = run, Namespace = ns, Uid = "job-" + run, ResourceVersion = "10", CreationTimestamp = made,
                    Labels = new Dictionary<string, string> { [Labels.RunId] = run },
                    Annotations = new Dictionary<string, string> { [Labels.TriggerKind] = nameof(TriggerKind.Request), [Labels.Attempt] = "1" },
                    OwnerReferences = [new OwnerReference(Pipelines.Documents.Document.ApiVersion, "Transformation", "t", "resource", Controller: true)],
                },
            };
        }

        (seen ? Api.Pods : Api.NewPods)[run] = Pod(run, ns, new OwnerReference("batch/v1", "Job", run, "job-" + run, Controller: true), made);
        return Known(run, ns);
    }

    /// <summary>A stream's.</summary>
    public string Stream(string run, string ns = "shop")
    {
        Api.Deployments[run] = new Deployment
        {
            Metadata = new ObjectMeta
            {
                Name = run, Namespace = ns, Uid = "deployment-" + run, ResourceVersion = "10",
                OwnerReferences = [new OwnerReference(Pipelines.Documents.Document.ApiVersion, "Ingestion", "i", "resource", Controller: true)],
            },
            Spec = new DeploymentSpec { Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { [Labels.RunId] = run } } } },
        };
        Api.Pods[run] = Pod(run, ns, new OwnerReference("apps/v1", "ReplicaSet", run + "-5d9f", "set", Controller: true), Time.GetUtcNow() - TimeSpan.FromMinutes(5));
        return Known(run, ns);
    }

    private static Pod Pod(string run, string ns, OwnerReference owner, DateTimeOffset made) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = run, Namespace = ns, Uid = "pod-" + run, ResourceVersion = "10", CreationTimestamp = made, Labels = new Dictionary<string, string> { [Labels.RunId] = run }, OwnerReferences = [owner],
        },
    };

    /// <summary>Somebody's own pod, which says of itself what it likes.</summary>
    public string Stranger(string name, string ns = "shop")
    {
        Api.NewPods[name] = new Pod { Metadata = new ObjectMeta { Name = name, Namespace = ns, Uid = "pod-" + name, ResourceVersion = "10", CreationTimestamp = Time.GetUtcNow(), Labels = new Dictionary<string, string> { [Labels.RunId] = "mine" } } };
        return Known(name, ns);
    }

    private string Known(string name, string ns)
    {
        var token = Token(name);
        Api.Tokens[token] = (ns, name, "pod-" + name);
        return token;
    }

    /// <summary>What there is now is what the watches show.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        watching = cache.RunAsync(stop.Token);
        await cache.WaitForSyncAsync(cancellationToken);
    }

    public bool Shows(string pod, string ns = "shop") => cache.Pod(new ObjectKey(ns, pod)) is not null;

    public async Task<int> PostAsync(string token, string report, CancellationToken cancellationToken) =>
        (await Intake.TakeAsync("Bearer " + token, _ => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(report)), cancellationToken)).Status;

    /// <summary>One whose body does not come.</summary>
    public async Task<Task<Intake>> HangAsync(string token, CancellationToken cancellationToken)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var post = Intake.TakeAsync("Bearer " + token, async late =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, late);
            return default;
        }, cancellationToken);
        await Task.WhenAny(begun.Task, post);
        return post;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Intake.Dispose();
        client.Dispose();
        await Api.DisposeAsync();
        stop.Dispose();
    }
}
