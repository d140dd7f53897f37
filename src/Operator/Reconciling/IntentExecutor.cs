using System.Diagnostics.CodeAnalysis;
using System.Net;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Telemetry;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>Writes intents to the API server, a few resources side by side. What is refused about one resource is remembered, told on it, and stops nobody else.</summary>
[SuppressMessage("Design", "CA1031", Justification = "The boundary of one resource.")]
internal sealed class IntentExecutor(KubernetesClient client, ClusterCache cache, OwnWrites<string> writes, EventRecorder events, TimeProvider time, Random random, ILogger log)
{
    private const int SideBySide = 8;
    private static readonly TimeSpan AfterConflict = TimeSpan.FromMilliseconds(200);

    /// <summary>In a row; who loses more races is not in one.</summary>
    private const int MostConflicts = 5;

    private readonly Lock chance = new();

    /// <returns>When a setback ends, if there are any.</returns>
    public async Task<DateTimeOffset?> ExecuteAsync(string ns, IReadOnlyList<Intent> intents, NamespaceMemory memory, CancellationToken cancellationToken)
    {
        DateTimeOffset? again = null;
        var gate = new Lock();
        await Parallel.ForEachAsync(
            intents.Where(intent => intent.Acts.Count > 0 || intent.Status is not null || intent.Notes.Count > 0),
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken },
            async (intent, cancellation) =>
            {
                var remembered = memory.Of(intent.Item);
                try
                {
                    await ExecuteAsync(ns, intent, remembered, cancellation);
                    remembered.Conflicts = 0;
                }
                catch (ConflictException) when (remembered.Conflicts++ < MostConflicts)
                {
                    // Somebody else was first: what there is now is on its way here, and is decided anew.
                    lock (gate)
                        again = RunActs.Earliest(again, time.GetUtcNow() + AfterConflict);
                }
                catch (Exception e) when (e is not (FencedException or OperationCanceledException))
                {
                    // The boundary of one resource: what the API server refuses, and a defect of ours, stop nobody else.
                    if (e is not KubernetesException)
                        Log.Fault(log, ns, intent.Item.Id, e);
                    lock (gate)
                    {
                        remembered.Setback = SetbackOf(e, remembered.Setback);
                        again = RunActs.Earliest(again, Setbacks.Again(remembered.Setback, intent, time.GetUtcNow()));
                    }
                }
            });
        return again;
    }

    private async Task ExecuteAsync(string ns, Intent intent, Remembered memory, CancellationToken cancellationToken)
    {
        if (intent.Status is { } status)
        {
            var written = await client.ApplyStatusAsync(ResourceKinds.TypeOf(intent.Item.Id.Kind), new CustomResource
            {
                ApiVersion = Pipelines.Documents.Document.ApiVersion,
                Kind = intent.Item.Id.Kind.ToString(),
                Metadata = new ObjectMeta { Name = intent.Item.Id.Name, Namespace = intent.Item.Id.Namespace, Uid = intent.Item.Uid },
                Status = status.Status,
            }, force: true, cancellationToken);
            if (StatusLeftovers.Removal(written.Status, status.Status) is { } removal)
            {
                written = await client.MergePatchAsync(
                    ResourceKinds.TypeOf(intent.Item.Id.Kind), intent.Item.Key, removal, cancellationToken, subresource: "status", resourceVersion: written.Metadata.ResourceVersion);
            }

            memory.LastStatusWrite = time.GetUtcNow();
            writes.Record(ns, () => cache.HasSeen(intent.Item.Id, written.Metadata.ResourceVersion!));
        }

        foreach (var note in intent.Notes)
            events.Record(intent.Item, note);
        foreach (var act in intent.Acts)
            await CarryOutAsync(ns, intent.Item, act, memory, cancellationToken);

        if (memory.Setback is { } before && Setbacks.IsOver(before, intent, time.GetUtcNow()))
            memory.Setback = null;
    }

    private Task CarryOutAsync(string ns, ResourceItem item, Act act, Remembered memory, CancellationToken cancellationToken) => act switch
    {
        Act.StartRun start => StartAsync(ns, item, start, cancellationToken),
        Act.CompleteRun complete => PlanAsync(ns, complete.Plan, complete.Job.Uid, cancellationToken),
        Act.DeleteRun delete => DeleteAsync(ns, ResourceTypes.Jobs, new ObjectKey(delete.Job.Namespace, delete.Job.Name), delete.Job.Uid, key => cache.Jobs.HasLost(key, delete.Job.Uid), cancellationToken),
        Act.ApplyStream apply => ApplyAsync(ns, item, apply, memory, cancellationToken),
        Act.DeleteStream delete => DeleteAsync(ns, ResourceTypes.Deployments, delete.Stream.Key, delete.Stream.Uid, key => cache.Streams.HasLost(key, delete.Stream.Uid), cancellationToken, foreground: true),
        Act.DeletePlan delete => DeleteAsync(ns, ResourceTypes.ConfigMaps, delete.Plan.Key, delete.Plan.Uid, key => cache.Plans.HasLost(key, delete.Plan.Uid), cancellationToken),
        Act.ApplyPolicy apply => ApplyAsync(ns, apply, memory, cancellationToken),
        Act.SetFinalizers set => SetFinalizersAsync(ns, item, set, cancellationToken),
        _ => throw new InvalidOperationException($"no such act: {act.GetType().Name}"),
    };

    private async Task StartAsync(string ns, ResourceItem item, Act.StartRun start, CancellationToken cancellationToken)
    {
        var job = await CreateAsync(ResourceTypes.Jobs, start.Job, item.Uid, cancellationToken);
        if (RunObjects.Read(job) is null || job.Metadata.Labels?.GetValueOrDefault(Labels.ManagedBy) != Labels.Manager)
        {
            // It was ours, and somebody took off what it is known by: no watch shows it any more, and nothing that it does would be heard of.
            await client.DeleteAsync(ResourceTypes.Jobs, ObjectKey.Of(job.Metadata), new DeleteOptions { Uid = job.Metadata.Uid, PropagationPolicy = "Background" }, cancellationToken);
            throw new UnavailableException($"Job {job.Metadata.Name} had lost its labels or annotations and was removed; it is made anew");
        }

        writes.Record(ns, () => cache.Jobs.HasSeen(ObjectKey.Of(job.Metadata), job.Metadata.ResourceVersion!));
        await PlanAsync(ns, RunObjects.PlanOf(job, start.Plan), job.Metadata.Uid!, cancellationToken);
    }

    private async Task PlanAsync(string ns, ConfigMap plan, string owner, CancellationToken cancellationToken)
    {
        var made = await CreateAsync(ResourceTypes.ConfigMaps, plan, owner, cancellationToken);
        writes.Record(ns, () => cache.Plans.HasSeen(ObjectKey.Of(made.Metadata), made.Metadata.ResourceVersion!));
    }

    /// <summary>One that is there already counts as made where it is ours; anybody else's is not touched.</summary>
    private async Task<T> CreateAsync<T>(ResourceType<T> type, T value, string owner, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        try
        {
            return await client.CreateAsync(type, value, cancellationToken);
        }
        catch (ConflictException e) when (e.IsAlreadyExists)
        {
            var there = await client.GetAsync(type, ObjectKey.Of(value.Metadata), cancellationToken) ?? throw new UnavailableException($"{type.Kind} {ObjectKey.Of(value.Metadata)} is there and is not", e);
            return there.Metadata.OwnerReferences?.Any(reference => reference.Controller == true && reference.Uid == owner) == true
                ? there
                : throw new NameTakenException($"{ClusterCodes.NameTaken.Id}: {type.Kind} {there.Metadata.Name} is there and belongs to somebody else; remove it, or give this resource another name");
        }
    }

    private async Task ApplyAsync(string ns, ResourceItem item, Act.ApplyStream apply, Remembered memory, CancellationToken cancellationToken)
    {
        if (!apply.IsPlanned)
            await PlanAsync(ns, apply.Plan, item.Uid, cancellationToken);
        await RequireOursAsync(ResourceTypes.Deployments, ObjectKey.Of(apply.Deployment.Metadata), apply.Uid, item.Uid, cancellationToken);
        var written = await client.ApplyAsync(
            ResourceTypes.Deployments, apply.Deployment with { Metadata = apply.Deployment.Metadata with { Uid = apply.Uid } }, force: true, cancellationToken);
        writes.Record(ns, () => cache.Streams.HasSeen(ObjectKey.Of(written.Metadata), written.Metadata.ResourceVersion!));
        memory.Applied[written.Metadata.Name!] = (written.Metadata.Uid!, written.Metadata.Generation ?? 0, apply.Hash);
    }

    private async Task ApplyAsync(string ns, Act.ApplyPolicy apply, Remembered memory, CancellationToken cancellationToken)
    {
        await RequireOursAsync(ResourceTypes.NetworkPolicies, ObjectKey.Of(apply.Policy.Metadata), apply.Uid, apply.Policy.Metadata.OwnerReferences![0].Uid, cancellationToken);
        var written = await client.ApplyAsync(ResourceTypes.NetworkPolicies, apply.Policy with { Metadata = apply.Policy.Metadata with { Uid = apply.Uid } }, force: true, cancellationToken);
        writes.Record(ns, () => cache.Policies.HasSeen(ObjectKey.Of(written.Metadata), written.Metadata.ResourceVersion!));
        memory.Applied[written.Metadata.Name!] = (written.Metadata.Uid!, written.Metadata.Generation ?? 0, apply.Hash);
    }

    /// <summary>An apply without a uid takes over what it finds: first it is looked at whose that is.</summary>
    private async Task RequireOursAsync<T>(ResourceType<T> type, ObjectKey key, string? known, string owner, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (known is null && await client.GetAsync(type, key, cancellationToken) is { } there && there.Metadata.OwnerReferences?.Any(reference => reference.Controller == true && reference.Uid == owner) != true)
            throw new NameTakenException($"{ClusterCodes.NameTaken.Id}: {type.Kind} {key.Name} is there and belongs to somebody else; remove it, or give this resource another name");
    }

    private async Task DeleteAsync(
        string ns, ResourceType type, ObjectKey key, string uid, Func<ObjectKey, bool> lost, CancellationToken cancellationToken, bool foreground = false)
    {
        try
        {
            await client.DeleteAsync(type, key, new DeleteOptions { Uid = uid, PropagationPolicy = foreground ? "Foreground" : "Background" }, cancellationToken);
        }
        catch (ConflictException)
        {
            // Another object of that name is there by now; ours is gone.
        }

        if (!foreground)
            writes.Record(ns, () => lost(key));
    }

    private async Task SetFinalizersAsync(string ns, ResourceItem item, Act.SetFinalizers set, CancellationToken cancellationToken)
    {
        var list = string.Join(',', set.Finalizers.Select(finalizer => $"\"{System.Text.Json.JsonEncodedText.Encode(finalizer)}\""));
        try
        {
            var written = await client.MergePatchAsync(
                ResourceKinds.TypeOf(item.Id.Kind), item.Key, RawJson.Parse($"{{\"metadata\":{{\"finalizers\":[{list}]}}}}"), cancellationToken, resourceVersion: item.ResourceVersion);
            writes.Record(ns, () => cache.HasSeen(item.Id, written.Metadata.ResourceVersion!));
        }
        catch (NotFoundException)
        {
            // It is gone, which is what letting go was for.
        }
    }

    private static string Asked(RefusedException no) =>
        no.Code == HttpStatusCode.UnprocessableEntity && RefusedFields.Of(no.Causes) is { } fields ? $"{fields}, here or of the Lakehouse, makes no valid object: " : "";

    private Setback SetbackOf(Exception e, Setback? before)
    {
        var count = (before?.Count ?? 0) + 1;
        double spread;
        lock (chance)
            spread = 0.8 + (random.NextDouble() * 0.4);
        var wait = e is UnavailableException { RetryAfter: { } after } ? (after < Attempts.LongestHold ? after : Attempts.LongestHold) : Attempts.Backoff(count) * spread;
        var reason = e switch { NameTakenException => "NameConflict", RefusedException { Code: HttpStatusCode.UnprocessableEntity } => Setback.Invalid, RefusedException => "JobRefused", _ => "Pending" };
        var going = e is RefusedException refused && refused.Causes.Any(static cause => cause.Reason == "NamespaceTerminating");
        var message = e is NameTakenException ? e.Message : e is RefusedException no ? $"{ClusterCodes.ObjectRefused.Id}: {Asked(no)}the API server refuses it: {e.Message}" : e is KubernetesException ? $"the API server did not take it: {e.Message}"
            : $"{BugCodes.Unhandled.Id}: the operator fails over this resource ({e.GetType().Name}); see its log, and please report it";
        return new Setback(reason, message, count, time.GetUtcNow() + wait, going);
    }
}

/// <summary>An object of the name that ours must have belongs to somebody else.</summary>
internal sealed class NameTakenException(string message) : KubernetesException(message);
