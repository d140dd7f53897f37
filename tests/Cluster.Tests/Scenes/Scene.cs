using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>A namespace of one test: the operator serves it, an executor plays its pods, and the test applies documents and looks at what becomes of them.</summary>
public sealed partial class Scene : IAsyncDisposable
{
    /// <summary>A busy machine takes its time, above all for processes that begin again; what never comes is told after so long.</summary>
    private TimeSpan Patience => ownsOperator ? TimeSpan.FromMinutes(5) : TimeSpan.FromMinutes(2);

    private readonly bool ownsOperator;
    private SemaphoreSlim? turns;

    private Scene(ClusterApi api, TestNamespace within, PodExecutor executor, OperatorProcess @operator, bool ownsOperator, AuditLog? audit)
    {
        this.ownsOperator = ownsOperator;
        Api = api;
        Namespace = within.Name;
        Kubeconfig = within.Kubeconfig;
        Kubectl = within.Kubectl;
        Executor = executor;
        Operator = @operator;
        Audit = audit;
    }

    /// <summary>An administrator's.</summary>
    public ClusterApi Api { get; }

    public string Namespace { get; }

    /// <summary>The path of an administrator's.</summary>
    public string Kubeconfig { get; }

    /// <summary>Works within the namespace.</summary>
    public Kubectl Kubectl { get; }

    public PodExecutor Executor { get; }

    public PretendLake Lake => Executor.Lake;

    public OperatorProcess Operator { get; }

    /// <summary>For plays that kill the operator: one at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Null where the cluster is not ours alone.</summary>
    public AuditLog? Audit { get; }

    /// <summary>Served by the operator that all tests share.</summary>
    public static async Task<Scene> BeginAsync(SharedNode node)
    {
        var served = await node.OperatorAsync();
        var within = await node.Cluster.NamespaceAsync();
        return new Scene(await node.ApiAsync(), within, await node.ExecuteAsync(within), served, ownsOperator: false, node.Audit);
    }

    /// <summary>Served by an operator of its own, which serves nothing else, and which the test may do anything to.</summary>
    /// <param name="more">Arguments of the operator.</param>
    public static Task<Scene> BeginAloneAsync(LoneCluster cluster, params IReadOnlyList<string> more) => BeginAloneAsync(cluster, _ => Task.FromResult(more));

    /// <param name="more">Arguments of the operator, by its namespace.</param>
    public static async Task<Scene> BeginAloneAsync(LoneCluster cluster, Func<string, Task<IReadOnlyList<string>>> more)
    {
        var node = cluster.Node;
        var account = await node.OperatorKubeconfigAsync();
        await cluster.Turns.WaitAsync();
        try
        {
            var within = await node.Cluster.NamespaceAsync();
            var executor = await node.ExecuteAsync(within);
            var started = await OperatorProcess.StartAsync(account, [within.Name], ["--verbose", .. await more(within.Name)]);
            return new Scene(await node.ApiAsync(), within, executor, started, ownsOperator: true, node.Audit) { turns = cluster.Turns };
        }
        catch
        {
            cluster.Turns.Release();
            throw;
        }
    }

    public Subject Lakehouse(string name = "main") => new(this, ResourceKind.Lakehouse, name);

    public Subject Ingestion(string name) => new(this, ResourceKind.Ingestion, name);

    public Subject Transformation(string name) => new(this, ResourceKind.Transformation, name);

    public Subject QualityCheck(string name) => new(this, ResourceKind.QualityCheck, name);

    /// <summary>Server-side apply of each document, as <c>kubectl apply --server-side</c> does it.</summary>
    public async Task ApplyAsync(params IReadOnlyList<string> documents)
    {
        foreach (var document in documents.SelectMany(text => Separator().Split(text)).Where(text => text.Contains("kind:", StringComparison.Ordinal)))
        {
            var name = NameOf().Match(document).Groups[1].Value;
            var path = $"{CollectionOf(KindOf().Match(document).Groups[1].Value)}/{name}?fieldManager=tests&force=true";
            var (code, body) = await Api.SendTextAsync(HttpMethod.Patch, path, document, "application/apply-patch+yaml");
            if ((int)code >= 300)
                throw new ClusterApiException(code, "APPLY", path, body);
        }
    }

    /// <summary>A stream commits and reports it.</summary>
    /// <param name="rows">Null: what it reports was committed already, by somebody else.</param>
    public async Task CommitAsync(ExecutedPod stream, string table, long? rows = 100)
    {
        if (rows is { } added)
            Lake.Commit(table, added);
        Assert.Equal(System.Net.HttpStatusCode.OK, await Plays.ReportAsync(stream, Lake.Run(stream.Plan!)));
    }

    /// <summary>A path of the API server.</summary>
    /// <param name="kind">One of ours, Job, Deployment, ConfigMap, ...</param>
    public string CollectionOf(string kind) => kind switch
    {
        "Lakehouse" or "Ingestion" or "Transformation" or "QualityCheck" => $"/apis/lakehouse.dev/v1alpha1/namespaces/{Namespace}/{kind.ToLowerInvariant()}s",
        "Job" => $"/apis/batch/v1/namespaces/{Namespace}/jobs",
        "Deployment" => $"/apis/apps/v1/namespaces/{Namespace}/deployments",
        "NetworkPolicy" => $"/apis/networking.k8s.io/v1/namespaces/{Namespace}/networkpolicies",
        "Namespace" => "/api/v1/namespaces",
        "LimitRange" => $"/api/v1/namespaces/{Namespace}/limitranges",
        "ResourceQuota" => $"/api/v1/namespaces/{Namespace}/resourcequotas",
        "ConfigMap" or "Pod" or "Secret" or "Event" => $"/api/v1/namespaces/{Namespace}/{kind.ToLowerInvariant()}s",
        _ => throw new ArgumentException($"no path of {kind} is known here", nameof(kind)),
    };

    public Task<IReadOnlyList<JsonObject>> ListAsync(string kind) => Api.ListAsync(CollectionOf(kind));

    /// <summary>The first object of a kind that is so, now or soon.</summary>
    /// <exception cref="TimeoutException">None becomes so; with what there is and the operator's last words.</exception>
    /// <param name="patience">For what takes longer than anything else.</param>
    public async Task<JsonObject> UntilAsync(string kind, Func<JsonObject, bool> isSo, string what, TimeSpan? patience = null)
    {
        var last = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        using var deadline = new CancellationTokenSource(patience ?? Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, TestContext.Current.CancellationToken);
        try
        {
            await foreach (var (type, value) in Api.WatchAsync(CollectionOf(kind), either.Token))
            {
                last[(string)value["metadata"]!["name"]!] = value;
                if (type != "DELETED" && isSo(value))
                    return value;
            }
        }
        catch (OperationCanceledException e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{what}\nthere is {string.Join("\n", last.Values.Select(Short))}\nthe operator said\n{LastWords()}", e);
        }

        throw new InvalidOperationException("the watch ended");
    }

    /// <summary>As an impatient admin or an admission rule would.</summary>
    /// <remarks>A deadline that is given before the Job controller has written the Job's start goes unnoticed by it until it looks at the Job for another reason.</remarks>
    public async Task GiveDeadlineToJobOfAsync(ExecutedPod pod, int seconds)
    {
        var name = (string)pod.Pod["metadata"]!["labels"]!["job-name"]!;
        await UntilAsync("Job", job => (string?)job["metadata"]!["name"] == name && job["status"]?["startTime"] is not null, $"job {name} has begun");
        await Api.PatchAsync($"{CollectionOf("Job")}/{name}", new JsonObject { ["spec"] = new JsonObject { ["activeDeadlineSeconds"] = seconds } });
    }

    /// <summary>What is made now has half a minute until a schedule of every minute is due.</summary>
    public static Task EarlyInAMinuteAsync() => Until.TrueAsync(static () => TimeProvider.System.GetUtcNow().Second is >= 2 and <= 15, "the first quarter of a minute");

    /// <summary>Ends when an object is gone.</summary>
    public async Task GoneAsync(string kind, Func<JsonObject, bool> which, string what)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            while ((await ListAsync(kind)).Any(which))
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{what} stays: {string.Join("\n", (await ListAsync(kind)).Where(which).Select(Short))}\nthe operator said\n{LastWords()}", e);
        }
    }

    /// <summary>Waits until a probe says yes: for what no watch tells.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> probe, string what)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            while (!await probe())
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{what} does not come; the operator said\n{LastWords()}", e);
        }
    }

    /// <summary>Bounds something here, by a quota called <c>none</c>, and waits until that counts.</summary>
    public async Task QuotaAsync(string of, string most)
    {
        await Api.PostAsync(CollectionOf("ResourceQuota"), new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "ResourceQuota", ["metadata"] = new JsonObject { ["name"] = "none" }, ["spec"] = new JsonObject { ["hard"] = new JsonObject { [of] = most } },
        });
        await EventuallyAsync(async () => (await ListAsync("ResourceQuota")) is [var quota] && quota["status"]?["hard"] is not null, "the quota");
    }

    /// <summary>What the operator has written here since, while it went on by itself for a while: no more than a few words where nothing changes.</summary>
    /// <param name="most">Of writes, Events apart. In a cluster that was given nobody counts.</param>
    public async Task RestsAsync(int most, string because)
    {
        if (Audit is null)
            return;
        var from = TimeProvider.System.GetUtcNow();
        var before = Audit.WritesIn(Namespace).Count;
        await EventuallyAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > from + Watched), "the end of a while");
        var writes = Audit.WritesIn(Namespace).Skip(before).Select(request => request.ToString()).ToList();
        Assert.True(writes.Count <= most, $"{writes.Count} writes in {Watched.TotalSeconds:0} s because {because}\n{string.Join('\n', writes)}");
    }

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(8);

    /// <summary>What the operator said of this namespace, and what it said of itself.</summary>
    private string LastWords() => string.Join('\n', Operator.Log.Where(line => line.Contains(Namespace, StringComparison.Ordinal) || line.Contains("fail:", StringComparison.Ordinal)).TakeLast(25));

    private static string Short(JsonObject value)
    {
        var text = new JsonObject { ["name"] = value["metadata"]!["name"]!.DeepClone(), ["spec"] = value["spec"]?.DeepClone(), ["status"] = value["status"]?.DeepClone(), ["message"] = value["message"]?.DeepClone() }.ToJsonString();
        return text.Length > 4000 ? text[..4000] : text;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Executor.DisposeAsync();
        }
        finally
        {
            if (ownsOperator)
                await Operator.DisposeAsync();
            turns?.Release();
            Gate.Dispose();
        }
    }

    [GeneratedRegex(@"^---\s*$", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"kind: *(\w+)")]
    private static partial Regex KindOf();

    [GeneratedRegex(@"metadata:\s*\{?\s*name: *([^\s,}]+)")]
    private static partial Regex NameOf();
}
