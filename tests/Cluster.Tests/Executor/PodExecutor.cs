using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>What happens to one pod, from its creation to its end.</summary>
public delegate Task Play(ExecutedPod pod);

/// <summary>
/// Plays the kubelet for the pods of one namespace: each is played by the first play that waits for its resource, else by <see cref="Default"/>, and goes, as a kubelet lets it
/// go, when its deletion is asked for.
/// </summary>
public sealed class PodExecutor : IAsyncDisposable
{
    /// <summary>A busy machine takes its time; what never comes is told after so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly ClusterApi api;
    private readonly string node;
    private readonly string @namespace;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<string, (ExecutedPod Pod, Task Playing)> pods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ResourceId, ConcurrentQueue<Play>> waiting = new();
    private readonly ConcurrentDictionary<ResourceId, Play> always = new();
    private readonly ConcurrentQueue<ExecutedPod> seen = new();
    private readonly ConcurrentQueue<Exception> failures = new();
    private Task watching = Task.CompletedTask;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PodExecutor(ClusterApi api, string node, string @namespace)
    {
        this.api = api;
        this.node = node;
        this.@namespace = @namespace;
        Lake = new PretendLake();
        Default = Plays.Work(Lake);
    }

    /// <summary>What the runs of this namespace have done, so far as anybody can see.</summary>
    public PretendLake Lake { get; }

    /// <summary>At first: everything works.</summary>
    public Play Default { get; set; }

    /// <summary>Every pod that came, in order.</summary>
    public IReadOnlyList<ExecutedPod> Pods => [.. seen];

    internal static PodExecutor Start(ClusterApi api, string node, string @namespace)
    {
        var executor = new PodExecutor(api, node, @namespace);
        executor.watching = executor.WatchAsync(executor.ending.Token);
        return executor;
    }

    /// <summary>The next pod of this resource that no other play waits for is played so, and the ones after it by what is said next.</summary>
    public void Next(ResourceKind kind, string name, params IReadOnlyList<Play> plays)
    {
        var queue = waiting.GetOrAdd(new ResourceId(kind, name, @namespace), _ => new ConcurrentQueue<Play>());
        foreach (var play in plays)
            queue.Enqueue(play);
    }

    /// <summary>Every pod of this resource that no play waits for is played so.</summary>
    public void Always(ResourceKind kind, string name, Play play) => always[new ResourceId(kind, name, @namespace)] = play;

    /// <summary>The n-th pod of a resource, once it is there.</summary>
    /// <param name="number">From 1.</param>
    /// <exception cref="TimeoutException">It does not come within two minutes.</exception>
    public async Task<ExecutedPod> PodAsync(ResourceKind kind, string name, int number = 1)
    {
        var id = new ResourceId(kind, name, @namespace);
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        while (true)
        {
            var change = Volatile.Read(ref changed).Task;
            if (seen.Where(pod => pod.Plan is not null && pod.Resource == id).ElementAtOrDefault(number - 1) is { } found)
                return found;
            try
            {
                await change.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                var came = string.Join(", ", seen.Select(pod => pod.Name));
                throw new TimeoutException($"pod {number} of {id} does not come; there came {came}; {string.Join("; ", failures)}", e);
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (type, value) in api.WatchAsync($"/api/v1/namespaces/{@namespace}/pods", cancellationToken))
                await TakeAsync(type, value);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task TakeAsync(string type, JsonObject value)
    {
        var uid = (string)value["metadata"]!["uid"]!;
        if (type == "DELETED")
        {
            if (pods.TryGetValue(uid, out var gone))
                gone.Pod.Terminate();
            return;
        }

        if (!pods.TryGetValue(uid, out var known))
        {
            var pod = new ExecutedPod(api, node, value, await PlanOfAsync(value));
            seen.Enqueue(pod);
            known = pods[uid] = (pod, PlayAsync(pod));
            Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        if (value["metadata"]!["deletionTimestamp"] is not null && !known.Pod.Terminating.IsCancellationRequested)
        {
            known.Pod.Terminate();
            pods[uid] = (known.Pod, RemoveAsync(known.Pod, known.Playing));
        }
    }

    private async Task PlayAsync(ExecutedPod pod)
    {
        var play = pod.Plan is null ? Default
            : waiting.TryGetValue(pod.Resource, out var queue) && queue.TryDequeue(out var next) ? next
            : always.GetValueOrDefault(pod.Resource, Default);
        try
        {
            await play(pod);
        }
        catch (OperationCanceledException) when (pod.Terminating.IsCancellationRequested)
        {
            // It ended by its deletion.
        }
        catch (Exception e) // the boundary of one pod: the test hears of it at the end
        {
            // A pod that was deleted meanwhile is nothing that anybody could have played on.
            if (e is ClusterApiException { Code: HttpStatusCode.NotFound or HttpStatusCode.Conflict } && !await IsThereAsync(pod.Pod))
                return;

            // Nor is one in a namespace that goes.
            if (e is ClusterApiException { Code: HttpStatusCode.Forbidden } && e.Message.Contains("NamespaceTerminating", StringComparison.Ordinal))
                return;
            failures.Enqueue(new InvalidOperationException($"pod {pod.Name} could not be played: {e.Message}", e));
        }
    }

    private static async Task RemoveAsync(ExecutedPod pod, Task playing)
    {
        await playing;
        await pod.RemoveAsync();
    }

    /// <summary>As the kubelet mounts it: a volume whose ConfigMap is missing holds the pod up until it is there. The plan of a Job comes after the Job.</summary>
    private async Task<RunPlan?> PlanOfAsync(JsonObject pod)
    {
        var maps = (pod["spec"]!["volumes"]?.AsArray() ?? []).Select(volume => (string?)volume!["configMap"]?["name"]).OfType<string>();
        foreach (var map in maps)
        {
            var found = await api.GetAsync($"/api/v1/namespaces/{@namespace}/configmaps/{map}");
            var begun = TimeProvider.System.GetTimestamp();
            while (found is null && TimeProvider.System.GetElapsedTime(begun) < Patience && await IsThereAsync(pod))
            {
                await Task.Delay(LookInterval, TimeProvider.System);
                found = await api.GetAsync($"/api/v1/namespaces/{@namespace}/configmaps/{map}");
            }

            if ((string?)found?["data"]?["plan.json"] is { } text)
                return PlanJson.Read(text);
        }

        return null;
    }

    private async Task<bool> IsThereAsync(JsonObject pod) =>
        await api.GetAsync($"/api/v1/namespaces/{@namespace}/pods/{(string)pod["metadata"]!["name"]!}") is { } there && there["metadata"]!["deletionTimestamp"] is null
        && (string?)there["metadata"]!["uid"] == (string?)pod["metadata"]!["uid"];

    /// <exception cref="AggregateException">A pod could not be played.</exception>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await watching;
        foreach (var (pod, playing) in pods.Values)
        {
            pod.Terminate();
            await playing;
        }

        ending.Dispose();
        if (!failures.IsEmpty)
            throw new AggregateException(failures);
    }
}
