using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>What an API server holds of one namespace, in memory: objects by name, uids, generations, owners. Every write is counted, and each may be the last before the writer dies.</summary>
internal sealed class ModelCluster
{
    public const string Namespace = "shop";

    private int uids;

    public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public SortedDictionary<(ResourceKind Kind, string Name), CustomResource> Resources { get; } = [];

    public SortedDictionary<string, Job> Jobs { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Pod> Pods { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Deployment> Deployments { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ConfigMap> Maps { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, NetworkPolicy> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>The largest plan that was ever sent.</summary>
    public int PlanBytes { get; private set; }

    /// <summary>Every write of the operator's, in words.</summary>
    public List<string> Writes { get; } = [];

    /// <summary>Names of Jobs in the order of their making.</summary>
    public List<string> Made { get; } = [];

    /// <summary>Of those, the ones that got the plan without which no pod of theirs starts.</summary>
    public List<string> Planned { get; } = [];

    public string NextUid() => string.Create(CultureInfo.InvariantCulture, $"uid-{++uids}");

    public CustomResource Apply(ResourceKind kind, string name, string spec, params (string Key, string Value)[] annotations)
    {
        var before = Resources.GetValueOrDefault((kind, name));
        var json = Specs.Json(spec);
        var changed = before is null || !before.Spec!.Equals(json);
        var resource = new CustomResource
        {
            ApiVersion = "lakehouse.dev/v1alpha1",
            Kind = kind.ToString(),
            Metadata = (before?.Metadata ?? new ObjectMeta { Name = name, Namespace = Namespace, Uid = NextUid(), CreationTimestamp = Now, Generation = 0 }) with
            {
                Generation = (before?.Metadata.Generation ?? 0) + (changed ? 1 : 0),
                ResourceVersion = NextUid(),
                Annotations = annotations.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal),
            },
            Spec = json,
            Status = before?.Status,
        };
        Resources[(kind, name)] = resource;
        return resource;
    }

    public void Change(ResourceKind kind, string name, Func<CustomResource, CustomResource> change) => Resources[(kind, name)] = change(Resources[(kind, name)]);

    /// <summary>What kubectl delete does: at once, or marked where a finalizer holds it.</summary>
    public void Delete(ResourceKind kind, string name)
    {
        Change(kind, name, one => one with { Metadata = one.Metadata with { DeletionTimestamp = one.Metadata.DeletionTimestamp ?? Now, Generation = one.Metadata.Generation + 1 } });
        Collect();
    }

    public void DeleteJob(string name)
    {
        Jobs.Remove(name);
        Collect();
    }

    /// <summary>The garbage collector, all at once.</summary>
    public void Collect()
    {
        foreach (var (key, _) in Resources.Where(one => one.Value.Metadata is { DeletionTimestamp: not null, Finalizers: null or { Count: 0 } }).ToList())
            Resources.Remove(key);
        while (RemoveOrphans(Jobs) | RemoveOrphans(Deployments) | RemoveOrphans(Maps) | RemoveOrphans(Policies) | RemoveOrphans(Pods))
        {
        }
    }

    public IReadOnlyList<ResourceItem> Items => [.. Resources.Select(one => ResourceItem.Of(one.Key.Kind, one.Value)).OrderBy(item => item.Created).ThenBy(item => item.Id.Kind).ThenBy(item => item.Id.Name, StringComparer.Ordinal)];

    public Observation Observe(Func<string, RunReport?> reports)
    {
        var pods = Pods.Values.Select(PodReading.Read).OfType<RunPod>().ToLookup(pod => pod.RunId, StringComparer.Ordinal);
        return new Observation(
            Namespace, Now, Items,
            Jobs.Values.Select(RunObjects.Read).OfType<RunJob>().ToLookup(job => job.OwnerUid, StringComparer.Ordinal),
            Deployments.Values.Select(StreamItem.Of).OfType<StreamItem>().ToLookup(stream => stream.OwnerUid, StringComparer.Ordinal),
            Maps.Values.Select(PlanItem.Of).OfType<PlanItem>().ToLookup(plan => plan.OwnerUid, StringComparer.Ordinal),
            Policies.Values.Select(PolicyItem.Of).OfType<PolicyItem>().ToLookup(policy => policy.OwnerUid, StringComparer.Ordinal),
            run => [.. pods[run]],
            reports);
    }

    /// <summary>As the executor writes it: the status first, then each act.</summary>
    /// <param name="dies">Asked before each write.</param>
    /// <param name="refuses">Why the API server does not take an act; null: it does.</param>
    /// <returns>When to look again, where something was refused.</returns>
    public DateTimeOffset? CarryOut(Intent intent, Remembered memory, Action<string> dies, Func<Act, Setback?>? refuses = null)
    {
        var key = (intent.Item.Id.Kind, intent.Item.Id.Name);
        if (intent.Status is { } status)
        {
            Write(dies, $"status {intent.Item.Id}");
            Assert.Empty(Schemas.Faults(intent.Item.Id.Kind, status.Status.Utf8).Take(5));
            if (Resources.TryGetValue(key, out var there) && there.Metadata.Uid == intent.Item.Uid)
                Resources[key] = there with { Status = status.Status, Metadata = there.Metadata with { ResourceVersion = NextUid() } };
            memory.LastStatusWrite = Now;
        }

        foreach (var act in intent.Acts)
        {
            var setback = refuses?.Invoke(act);
            if (setback is null)
                CarryOut(intent.Item, act, memory, dies, map => setback = refuses?.Invoke(map));
            if (setback is null)
                continue;
            memory.Setback = setback;
            return Setbacks.Again(setback, intent, Now);
        }

        if (memory.Setback is { } before && Setbacks.IsOver(before, intent, Now))
            memory.Setback = null;
        return null;
    }

    /// <param name="refusesPlan">A run is made by two writes, of which the second one may be refused.</param>
    private void CarryOut(ResourceItem item, Act act, Remembered memory, Action<string> dies, Func<Act.CompleteRun, Setback?> refusesPlan)
    {
        switch (act)
        {
            case Act.StartRun start:
                Start(start, dies, refusesPlan);
                break;
            case Act.CompleteRun complete:
                Write(dies, $"create map {complete.Plan.Metadata.Name}");
                AddPlan(complete.Plan.Metadata.Name!, complete.Plan with { Metadata = Stored(complete.Plan.Metadata, null) });
                break;
            case Act.DeleteRun delete:
                Write(dies, $"delete job {delete.Job.Name}");
                if (Jobs.TryGetValue(delete.Job.Name, out var there) && there.Metadata.Uid == delete.Job.Uid)
                    DeleteJob(delete.Job.Name);
                break;
            case Act.ApplyStream apply:
                Apply(apply, memory, dies);
                break;
            case Act.DeleteStream delete:
                Write(dies, $"delete deployment {delete.Stream.Key.Name}");
                Deployments.Remove(delete.Stream.Key.Name);
                Collect();
                break;
            case Act.DeletePlan delete:
                Write(dies, $"delete map {delete.Plan.Key.Name}");
                Maps.Remove(delete.Plan.Key.Name);
                break;
            case Act.ApplyPolicy apply:
                Write(dies, $"apply policy {apply.Policy.Metadata.Name}");
                Policies[apply.Policy.Metadata.Name!] = apply.Policy with { Metadata = Stored(apply.Policy.Metadata, Policies.GetValueOrDefault(apply.Policy.Metadata.Name!)?.Metadata) };
                memory.Applied[apply.Policy.Metadata.Name!] = (Policies[apply.Policy.Metadata.Name!].Metadata.Uid!, Policies[apply.Policy.Metadata.Name!].Metadata.Generation!.Value, apply.Hash);
                break;
            case Act.SetFinalizers set:
                Write(dies, $"finalizers {item.Id}");
                Change(item.Id.Kind, item.Id.Name, one => one with { Metadata = one.Metadata with { Finalizers = set.Finalizers } });
                Collect();
                break;
            default:
                throw new InvalidOperationException(act.GetType().Name);
        }
    }

    private void Start(Act.StartRun start, Action<string> dies, Func<Act.CompleteRun, Setback?> refusesPlan)
    {
        Write(dies, $"create job {start.Job.Metadata.Name}");
        var name = start.Job.Metadata.Name!;
        if (!Jobs.TryGetValue(name, out var job))
        {
            Made.Add(name);
            job = Through(start.Job with { Metadata = Stored(start.Job.Metadata, null) }, KubernetesJson.Default.Job);
            Jobs[name] = job;
        }

        if (refusesPlan(new Act.CompleteRun(RunObjects.Read(job)!, RunObjects.PlanOf(job, start.Plan))) is not null)
            return;
        Write(dies, $"create map {name}");
        PlanBytes = Math.Max(PlanBytes, System.Text.Encoding.UTF8.GetByteCount(PlanJson.Write(start.Plan)));
        AddPlan(name, Through(RunObjects.PlanOf(job, start.Plan) is var map ? map with { Metadata = Stored(map.Metadata, null) } : null!, KubernetesJson.Default.ConfigMap));
    }

    private void AddPlan(string name, ConfigMap plan)
    {
        if (Maps.TryAdd(name, plan))
            Planned.Add(name);
    }

    private void Apply(Act.ApplyStream apply, Remembered memory, Action<string> dies)
    {
        var plan = apply.Plan.Metadata.Name!;
        Write(dies, $"create map {plan}");
        Maps.TryAdd(plan, apply.Plan with { Metadata = Stored(apply.Plan.Metadata, null) });
        var name = apply.Deployment.Metadata.Name!;
        Write(dies, $"apply deployment {name}");
        var before = Deployments.GetValueOrDefault(name);
        var changed = before is null || JsonSerializer.Serialize(before.Spec, KubernetesJson.Default.DeploymentSpec) != JsonSerializer.Serialize(apply.Deployment.Spec, KubernetesJson.Default.DeploymentSpec);
        var stored = apply.Deployment with { Metadata = Stored(apply.Deployment.Metadata, before?.Metadata) with { Generation = (before?.Metadata.Generation ?? 0) + (changed ? 1 : 0) }, Status = before?.Status };
        Deployments[name] = Through(stored, KubernetesJson.Default.Deployment);
        memory.Applied[name] = (stored.Metadata.Uid!, stored.Metadata.Generation!.Value, apply.Hash);
    }

    private ObjectMeta Stored(ObjectMeta sent, ObjectMeta? before) => sent with
    {
        Uid = before?.Uid ?? NextUid(), ResourceVersion = NextUid(), CreationTimestamp = before?.CreationTimestamp ?? Now, Generation = before?.Generation ?? 1,
    };

    private void Write(Action<string> dies, string what)
    {
        dies(what);
        Writes.Add(what);
    }

    private bool RemoveOrphans<T>(SortedDictionary<string, T> objects)
        where T : IKubernetesObject
    {
        var uids = Resources.Values.Select(one => one.Metadata.Uid).Concat(Jobs.Values.Select(one => one.Metadata.Uid)).Concat(Deployments.Values.Select(one => one.Metadata.Uid)).ToHashSet(StringComparer.Ordinal);
        var orphans = objects.Where(one => one.Value.Metadata.OwnerReferences is { Count: > 0 } owners && owners.All(owner => !uids.Contains(owner.Uid))).Select(one => one.Key).ToList();
        orphans.ForEach(name => objects.Remove(name));
        return orphans.Count > 0;
    }

    /// <summary>What is stored has been through JSON.</summary>
    private static T Through<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.Deserialize(JsonSerializer.Serialize(value, type), type)!;

    public RunPlan PlanOf(string job) => PlanJson.Read(Maps[job].Data!["plan.json"]);
}
