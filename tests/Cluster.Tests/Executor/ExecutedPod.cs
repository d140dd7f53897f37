using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>
/// A pod in the hands of the executor: what a kubelet would do to it, and what the runner in it would say. Everything is taken from the pod itself: the plan from its volume,
/// the token's audience from its projection, the operator's address from its arguments.
/// </summary>
public sealed class ExecutedPod
{
    /// <summary>The container whose end is the run's.</summary>
    public const string Runner = "runner";

    private static readonly HttpClient Reports = new();

    private readonly ClusterApi api;
    private readonly string node;
    private readonly JsonObject spec;
    private readonly IReadOnlyList<string> containers;
    private DateTimeOffset started = TimeProvider.System.GetUtcNow();
    private int restarts;
    private string? token;

    internal ExecutedPod(ClusterApi api, string node, JsonObject pod, RunPlan? plan)
    {
        this.api = api;
        this.node = node;
        Pod = pod;
        Plan = plan;
        Namespace = (string)pod["metadata"]!["namespace"]!;
        Name = (string)pod["metadata"]!["name"]!;
        Uid = (string)pod["metadata"]!["uid"]!;
        spec = pod["spec"]!.AsObject();
        containers = [.. spec["containers"]!.AsArray().Select(container => (string)container!["name"]!)];
    }

    /// <summary>As it was created.</summary>
    public JsonObject Pod { get; }

    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    /// <summary>Null: a pod that is not one of the runner.</summary>
    public RunPlan? Plan { get; }

    /// <summary>What the pod works for.</summary>
    /// <exception cref="InvalidOperationException">It has no plan.</exception>
    public ResourceId Resource => (Plan ?? throw new InvalidOperationException($"pod {Name} has no plan")).Resource;

    /// <summary>Answers of the operator to the reports of this pod, in order.</summary>
    public IReadOnlyList<HttpStatusCode> Answers => answers;

    private readonly List<HttpStatusCode> answers = [];

    /// <summary>The pod's deletion was asked for: the signal to end. What plays it has the pod's grace period, and then it is gone.</summary>
    public CancellationToken Terminating => terminating.Token;

    private readonly CancellationTokenSource terminating = new();

    /// <summary>Of a stream: the kubelet starts its containers again and again.</summary>
    public bool IsEndless => (string?)spec["restartPolicy"] is null or "Always";

    private string Path => $"/api/v1/namespaces/{Namespace}/pods/{Name}";

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>No node takes it.</summary>
    public Task UnschedulableAsync(string message = "0/3 nodes are available: 3 Insufficient memory.") => WriteAsync(PodStatuses.Unschedulable(message, Now));

    /// <summary>Puts it on the node, where its containers are being created.</summary>
    public async Task BindAsync()
    {
        if (spec["nodeName"] is null)
        {
            await api.PostAsync($"{Path}/binding", new JsonObject
            {
                ["apiVersion"] = "v1", ["kind"] = "Binding", ["metadata"] = new JsonObject { ["name"] = Name, ["uid"] = Uid },
                ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
            });
            spec["nodeName"] = node;
        }

        await WaitAsync("ContainerCreating", null);
    }

    /// <summary>Its containers run; it is ready.</summary>
    public async Task RunAsync()
    {
        if (spec["nodeName"] is null)
            await BindAsync();
        started = Now;
        await WriteAsync(PodStatuses.Running(containers, Address(), started, restarts));
    }

    /// <summary>A container cannot start yet.</summary>
    /// <param name="reason">ImagePullBackOff, ErrImagePull, CreateContainerConfigError, ...</param>
    public Task WaitAsync(string reason, string? message, string container = Runner) =>
        WriteAsync(PodStatuses.Waiting(containers, containers.Contains(container) ? container : containers[0], reason, message, Now));

    /// <summary>The containers end for good, this one so.</summary>
    /// <param name="message">The termination message.</param>
    public Task EndAsync(int exitCode, string? message = null, string? reason = null, string container = Runner) => WriteAsync(PodStatuses.Ended(
        containers,
        new Dictionary<string, JsonObject>(StringComparer.Ordinal)
        {
            [containers.Contains(container) ? container : containers[0]] =
                PodStatuses.Terminated(exitCode, reason ?? (exitCode == 0 ? "Completed" : "Error"), message, started, Now),
        },
        started,
        Now));

    /// <summary>Both the runner's and the SQL worker's end, where the kernel ended the worker.</summary>
    public Task EndOutOfMemoryAsync(string container = Runner) => EndAsync(137, null, "OOMKilled", container);

    /// <summary>The runner and the SQL worker beside it end so.</summary>
    public Task EndAllAsync(int runnerCode, string runnerReason, int workerCode, string workerReason) => WriteAsync(PodStatuses.Ended(
        containers,
        new Dictionary<string, JsonObject>(StringComparer.Ordinal)
        {
            [Runner] = PodStatuses.Terminated(runnerCode, runnerReason, null, started, Now),
            ["sql-worker"] = PodStatuses.Terminated(workerCode, workerReason, null, started, Now),
        },
        started,
        Now));

    /// <summary>The kubelet needs the room.</summary>
    /// <summary>As the kubelet ends one that was at work for longer than its <c>activeDeadlineSeconds</c>.</summary>
    public Task ExceedDeadlineAsync() => WriteAsync(PodStatuses.Evicted("Pod was active on the node longer than the specified deadline", started, "DeadlineExceeded"));

    public Task EvictAsync(string message = "The node was low on resource: memory.") => WriteAsync(PodStatuses.Evicted(message, started));

    /// <summary>A container of a pod that is always started again ended so; it waits for its next start.</summary>
    public async Task CrashAsync(int exitCode, string? message = null, string? reason = null, string container = Runner)
    {
        var last = PodStatuses.Terminated(exitCode, reason ?? "Error", message, started, Now);
        await WriteAsync(PodStatuses.CrashLooping(containers, container, last, ++restarts, started, Now));
    }

    /// <summary>The node is gone, and the pod with it: nobody hears from it again.</summary>
    public async Task LoseAsync() => await api.DeleteAsync(Path, Uid, graceSeconds: 0);

    /// <summary>Sends a report as the runner does, with a token minted as the kubelet does for the pod's own projection.</summary>
    /// <param name="bearer">Another token.</param>
    /// <param name="to">Another operator than the one that its arguments name.</param>
    public async Task<HttpStatusCode> ReportAsync(RunReport report, string? bearer = null, Uri? to = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, to ?? new Uri(Argument("--report-url")))
        {
            Content = new StringContent(ReportJson.Write(report), Encoding.UTF8, "application/json"),
            Headers = { Authorization = new("Bearer", bearer ?? (token ??= await TokenAsync())) },
        };
        using var response = await Reports.SendAsync(request);
        answers.Add(response.StatusCode);
        return response.StatusCode;
    }

    /// <summary>A token of the pod's ServiceAccount, bound to the pod.</summary>
    /// <param name="audience">The one that the pod's volume asks for, unless another is given.</param>
    /// <exception cref="InvalidOperationException">No volume asks for one.</exception>
    public async Task<string> TokenAsync(string? audience = null)
    {
        var projection = spec["volumes"]?.AsArray().SelectMany(volume => volume!["projected"]?["sources"]?.AsArray() ?? [])
            .Select(source => source!["serviceAccountToken"]).FirstOrDefault(source => (string?)source?["path"] == "token")
            ?? throw new InvalidOperationException($"pod {Name} has no volume that holds a token");
        var account = (string?)spec["serviceAccountName"] ?? "default";
        var request = await api.PostAsync($"/api/v1/namespaces/{Namespace}/serviceaccounts/{account}/token", new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject
            {
                ["audiences"] = new JsonArray(audience ?? (string)projection["audience"]!),
                ["expirationSeconds"] = (long?)projection["expirationSeconds"] ?? 3600,
                ["boundObjectRef"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = Name, ["uid"] = Uid },
            },
        });
        return (string)request["status"]!["token"]!;
    }

    /// <summary>What follows an option among the runner's arguments.</summary>
    /// <exception cref="InvalidOperationException">It is not among them.</exception>
    public string Argument(string option)
    {
        var container = spec["containers"]!.AsArray().FirstOrDefault(container => (string?)container!["name"] == Runner)
            ?? throw new InvalidOperationException($"pod {Name} has no container {Runner}");
        List<string> arguments = [.. (container["args"]?.AsArray() ?? []).Select(argument => (string)argument!)];
        var at = arguments.IndexOf(option);
        return at >= 0 && at + 1 < arguments.Count
            ? arguments[at + 1]
            : throw new InvalidOperationException($"the runner of pod {Name} is started without {option}: {string.Join(' ', arguments)}");
    }

    internal void Terminate() => terminating.Cancel();

    internal Task RemoveAsync() => api.DeleteAsync(Path, Uid, graceSeconds: 0);

    /// <summary>Of no network: distinct for each pod, so far as anybody compares.</summary>
    private string Address() => $"10.200.{Convert.ToInt32(Uid[..2], 16)}.{Convert.ToInt32(Uid[2..4], 16)}";

    private Task WriteAsync(JsonObject status) => api.PatchAsync($"{Path}/status", new JsonObject { ["status"] = status });
}
