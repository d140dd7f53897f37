using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Watching;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Watching;

/// <summary>What the operator sees of the cluster: projections of its four kinds and of what it made itself, each kept by one list and a watch.</summary>
internal sealed class ClusterCache
{
    private readonly IReadOnlyList<string> namespaces;
    private readonly Dictionary<ResourceKind, Informer<CustomResource, ResourceItem>> resources;
    private readonly Informer<Job, Child<RunJob>> jobs;
    private readonly Informer<Pod, Child<RunPod>> pods;
    private readonly Informer<Deployment, Child<StreamItem>> streams;
    private readonly Informer<ConfigMap, Child<PlanItem>> plans;
    private readonly Informer<NetworkPolicy, Child<PolicyItem>> policies;
    private readonly Dictionary<ResourceKind, StoreIndex<ResourceItem, string>> resourcesByNamespace;
    private readonly StoreIndex<Child<RunJob>, string> jobsByNamespace;
    private readonly StoreIndex<Child<RunPod>, string> podsByRun;
    private readonly StoreIndex<Child<StreamItem>, string> streamsByNamespace;
    private readonly StoreIndex<Child<PlanItem>, string> plansByNamespace;
    private readonly StoreIndex<Child<PolicyItem>, string> policiesByNamespace;

    /// <param name="namespaces">Empty: all.</param>
    public ClusterCache(KubernetesClient client, IReadOnlyList<string> namespaces, TimeProvider time, Random random, ILogger log)
    {
        this.namespaces = namespaces;
        var everything = new InformerOptions { Namespaces = namespaces };
        var ours = everything with { LabelSelector = Labels.Selector };
        resources = ResourceKinds.All.ToDictionary(
            kind => kind.Kind, kind => new Informer<CustomResource, ResourceItem>(client, kind.Type, everything, item => ResourceItem.Of(kind.Kind, item), time, new Random(random.Next()), log));
        jobs = new(client, ResourceTypes.Jobs, ours, job => new(RunObjects.Read(job)), time, new Random(random.Next()), log);
        pods = new(client, ResourceTypes.Pods, ours, pod => new(PodReading.Read(pod)), time, new Random(random.Next()), log);
        streams = new(client, ResourceTypes.Deployments, ours, deployment => new(StreamItem.Of(deployment)), time, new Random(random.Next()), log);
        plans = new(client, ResourceTypes.ConfigMaps, ours, map => new(PlanItem.Of(map)), time, new Random(random.Next()), log);
        policies = new(client, ResourceTypes.NetworkPolicies, ours, policy => new(PolicyItem.Of(policy)), time, new Random(random.Next()), log);
        resourcesByNamespace = resources.ToDictionary(pair => pair.Key, pair => pair.Value.Store.IndexBy<string>(static (key, _) => [key.Namespace ?? ""]));
        jobsByNamespace = jobs.Store.IndexBy<string>(static (key, _) => [key.Namespace ?? ""]);
        podsByRun = pods.Store.IndexBy<string>(static (_, pod) => pod.Item is { } item ? [$"{item.Namespace}/{item.RunId}"] : []);
        streamsByNamespace = streams.Store.IndexBy<string>(static (key, _) => [key.Namespace ?? ""]);
        plansByNamespace = plans.Store.IndexBy<string>(static (key, _) => [key.Namespace ?? ""]);
        policiesByNamespace = policies.Store.IndexBy<string>(static (key, _) => [key.Namespace ?? ""]);
    }

    public Store<Child<RunJob>> Jobs => jobs.Store;

    public Store<Child<StreamItem>> Streams => streams.Store;

    public Store<Child<PlanItem>> Plans => plans.Store;

    public Store<Child<PolicyItem>> Policies => policies.Store;

    public bool IsSynced => resources.Values.All(informer => informer.Store.IsSynced)
        && jobs.Store.IsSynced && pods.Store.IsSynced && streams.Store.IsSynced && plans.Store.IsSynced && policies.Store.IsSynced;

    /// <summary>Each of the watches.</summary>
    public IEnumerable<IHealth> Health => [.. resources.Values, jobs, pods, streams, plans, policies];

    /// <summary>Everything that there is of the four kinds.</summary>
    public IEnumerable<ResourceItem> Resources => resources.Values.SelectMany(informer => informer.Store.Items);

    /// <summary>Whether anything of the four kinds is in the namespace.</summary>
    public bool HasResources(string ns) => resourcesByNamespace.Values.Any(index => index.Find(ns).Any());

    public bool HasSeen(ResourceId id, string resourceVersion) => resources[id.Kind].Store.HasSeen(new ObjectKey(id.Namespace, id.Name), resourceVersion);

    /// <summary>The pod of this name, if it carries out a run of ours.</summary>
    public RunPod? Pod(ObjectKey key) => pods.Store.TryGet(key, out var pod) ? pod.Item : null;

    /// <summary>Calls with the namespace for every change of anything in it.</summary>
    public void OnChanged(Action<string> changed)
    {
        foreach (var informer in resources.Values)
            informer.Store.OnChanged((key, _, _) => changed(key.Namespace ?? ""));
        jobs.Store.OnChanged((key, _, _) => changed(key.Namespace ?? ""));
        pods.Store.OnChanged((key, _, _) => changed(key.Namespace ?? ""));
        streams.Store.OnChanged((key, _, _) => changed(key.Namespace ?? ""));
        plans.Store.OnChanged((key, _, _) => changed(key.Namespace ?? ""));
        policies.Store.OnChanged((key, _, _) => changed(key.Namespace ?? ""));
    }

    public Observation Observe(string ns, ReportInbox inbox, DateTimeOffset now) => new(
        ns,
        now,
        [.. resourcesByNamespace.Values.SelectMany(index => index.Find(ns)).OrderBy(item => item.Created).ThenBy(item => item.Id.Kind).ThenBy(item => item.Id.Name, StringComparer.Ordinal)],
        jobsByNamespace.Find(ns).Select(job => job.Item).OfType<RunJob>().ToLookup(job => job.OwnerUid, StringComparer.Ordinal),
        streamsByNamespace.Find(ns).Select(stream => stream.Item).OfType<StreamItem>().ToLookup(stream => stream.OwnerUid, StringComparer.Ordinal),
        plansByNamespace.Find(ns).Select(plan => plan.Item).OfType<PlanItem>().ToLookup(plan => plan.OwnerUid, StringComparer.Ordinal),
        policiesByNamespace.Find(ns).Select(policy => policy.Item).OfType<PolicyItem>().ToLookup(policy => policy.OwnerUid, StringComparer.Ordinal),
        run => [.. podsByRun.Find($"{ns}/{run}").Select(pod => pod.Item!)],
        run => inbox.Find(ns, run))
    {
        Senders = run => inbox.SenderOf(ns, run)?.Pod,
        Owners = run => inbox.SenderOf(ns, run)?.Job,
        Arrivals = run => inbox.SenderOf(ns, run)?.Arrived,
    };

    /// <summary>Whether there is such a Job of ours, made for this run.</summary>
    public bool HasJob(string ns, string uid, string runId) => jobsByNamespace.Find(ns).Any(job => job.Item is { } one && one.Uid == uid && one.RunId == runId);

    /// <summary>Whether a Deployment of ours carries out this run, and this ReplicaSet is of it.</summary>
    public bool HasStream(string ns, string replicaSet, string runId) =>
        streamsByNamespace.Find(ns).Any(stream => stream.Item is { } one && one.RunId == runId && replicaSet.StartsWith(one.Key.Name + "-", StringComparison.Ordinal));

    /// <summary>
    /// Whether everything of the namespace shows. Where one kind may not be listed or watched, its absence means nothing, and nothing is decided.
    /// </summary>
    public bool Shows(string ns) => resources.Values.All(informer => informer.Store.IsServed(ns))
        && jobs.Store.IsServed(ns) && pods.Store.IsServed(ns) && streams.Store.IsServed(ns) && plans.Store.IsServed(ns) && policies.Store.IsServed(ns);

    /// <summary>Whether the namespace is one of those that are served.</summary>
    public bool Serves(string ns) => namespaces.Count == 0 || namespaces.Contains(ns, StringComparer.Ordinal);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        [.. resources.Values.Select(informer => informer.RunAsync(cancellationToken)), jobs.RunAsync(cancellationToken), pods.RunAsync(cancellationToken), streams.RunAsync(cancellationToken), plans.RunAsync(cancellationToken), policies.RunAsync(cancellationToken)]);

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.WhenAll(
        [
            .. resources.Values.Select(informer => informer.WaitForSyncAsync(cancellationToken)), jobs.WaitForSyncAsync(cancellationToken), pods.WaitForSyncAsync(cancellationToken),
            streams.WaitForSyncAsync(cancellationToken), plans.WaitForSyncAsync(cancellationToken), policies.WaitForSyncAsync(cancellationToken),
        ]);
}

/// <summary>An object that bears our label, and what it is to us; null: it only looks like ours.</summary>
internal sealed record Child<T>(T? Item)
    where T : class;
