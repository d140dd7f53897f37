using System.Globalization;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Objects;

/// <summary>
/// A run as two objects: a Job, immutable and named by what it is for, so that a second operator or a second look cannot make it twice; and the plan, a ConfigMap that goes with the
/// Job. The Job comes first, because the plan is its own: its Pod waits for it.
/// </summary>
internal static class RunObjects
{
    /// <summary>The runner ends itself at its deadline and says so; the Pod is ended for one that cannot.</summary>
    private static readonly TimeSpan DeadlineMargin = TimeSpan.FromMinutes(2);

    /// <summary>Equal for equal attempts at equal causes, whoever computes it.</summary>
    /// <param name="after">The run before it: a cause that comes again is another run.</param>
    public static string RunIdOf(ResourceItem item, RunTrigger trigger, int attempt, int disruptions, string? after) => ChildNames.Hash(
        item.Uid, item.Effective, trigger.Kind.ToString(), trigger.Key, attempt.ToString(CultureInfo.InvariantCulture), disruptions.ToString(CultureInfo.InvariantCulture), after ?? "");

    /// <param name="scheduledFor">The scheduled time that the run serves.</param>
    /// <param name="madeWith">Of the settings behind <paramref name="demands"/> and <paramref name="setting"/>.</param>
    public static Job JobOf(
        ResourceItem item, RunPlan plan, int disruptions, DateTimeOffset? scheduledFor, string lakehouse, PodDemands demands, RunnerSetting setting, string madeWith = "")
    {
        var name = ChildNames.Of(item.Id.Name, plan.RunId);
        var labels = LabelsOf(item, lakehouse, "run", plan.RunId);
        return new Job
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = item.Id.Namespace,
                Labels = labels,
                Annotations = Annotations(item, plan, disruptions, scheduledFor, madeWith),
                OwnerReferences = [item.Owner],
            },
            Spec = new JobSpec
            {
                BackoffLimit = 0,
                Template = Template(demands, labels, RunnerPod.Of(plan, demands, setting, name, endless: false) with { ActiveDeadlineSeconds = DeadlineOf(plan) }, new Dictionary<string, string>(StringComparer.Ordinal)),
            },
        };
    }

    /// <summary>Of the Pod and not of the Job: it counts from when a node takes the Pod, and not while that waits for one.</summary>
    private static long? DeadlineOf(RunPlan plan) => plan.Limits.Deadline > TimeSpan.Zero ? (long)(plan.Limits.Deadline + DeadlineMargin).TotalSeconds : null;

    private static SortedDictionary<string, string> Annotations(ResourceItem item, RunPlan plan, int disruptions, DateTimeOffset? scheduledFor, string madeWith)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Labels.Attempt] = plan.Attempt.ToString(CultureInfo.InvariantCulture),
            [Labels.Disruptions] = disruptions.ToString(CultureInfo.InvariantCulture),
            [Labels.Generation] = item.Effective,
            [Labels.MadeWith] = madeWith,
            [Labels.TriggerKind] = plan.Trigger.Kind.ToString(),
            [Labels.TriggerKey] = plan.Trigger.Key,
        };
        if (item.Request is { } request)
            annotations[Labels.Request] = request;
        if (scheduledFor is { } time)
            annotations[Labels.ScheduledFor] = time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        return annotations;
    }

    /// <param name="job">As the API server made it.</param>
    public static ConfigMap PlanOf(Job job, RunPlan plan) => PlanMap(
        job.Metadata.Name!, job.Metadata.Namespace!, job.Metadata.Labels!, plan, new OwnerReference("batch/v1", "Job", job.Metadata.Name!, job.Metadata.Uid!, Controller: true));

    /// <summary>Of a Job that is there.</summary>
    public static ConfigMap PlanOf(RunJob job, ResourceItem item, RunPlan plan) => PlanMap(
        job.Name, job.Namespace, LabelsOf(item, plan.Lake.Lakehouse, "run", job.RunId), plan, new OwnerReference("batch/v1", "Job", job.Name, job.Uid, Controller: true));

    public static ConfigMap PlanMap(string name, string ns, IReadOnlyDictionary<string, string> labels, RunPlan plan, OwnerReference owner) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = ns, Labels = labels, OwnerReferences = [owner] },
        Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["plan.json"] = PlanJson.Write(plan) },
        Immutable = true,
    };

    /// <summary>The user's labels and annotations first, so that ours win.</summary>
    public static PodTemplateSpec Template(PodDemands demands, IReadOnlyDictionary<string, string> labels, PodSpec spec, IReadOnlyDictionary<string, string> annotations) => new()
    {
        Metadata = new ObjectMeta { Labels = Merge(demands.Labels, labels), Annotations = Merge(demands.Annotations, annotations) is { Count: > 0 } merged ? merged : null },
        Spec = spec,
    };

    public static SortedDictionary<string, string> LabelsOf(ResourceItem item, string lakehouse, string component, string runId) => new(StringComparer.Ordinal)
    {
        [Labels.Name] = "lakehouse-runner",
        [Labels.Component] = component,
        [Labels.PartOf] = "lakehouse",
        [Labels.ManagedBy] = Labels.Manager,
        [Labels.Kind] = item.Id.Kind.ToString(),
        [Labels.NameHash] = ChildNames.Hash(item.Id.Name),
        [Labels.Lakehouse] = ChildNames.Hash(lakehouse),
        [Labels.RunId] = runId,
    };

    /// <summary>A Job of ours as decisions see it; null where it is not one, whatever its labels say.</summary>
    public static RunJob? Read(Job job)
    {
        var metadata = job.Metadata;
        var owner = metadata.OwnerReferences?.FirstOrDefault(reference => reference.Controller == true && reference.ApiVersion == Pipelines.Documents.Document.ApiVersion);
        if (owner is null || metadata.Annotations is not { } annotations || metadata.Labels?.GetValueOrDefault(Labels.RunId) is not { } runId
            || !Enum.TryParse<TriggerKind>(annotations.GetValueOrDefault(Labels.TriggerKind), out var trigger) || !Enum.IsDefined(trigger)
            || !int.TryParse(annotations.GetValueOrDefault(Labels.Attempt), CultureInfo.InvariantCulture, out var attempt))
        {
            return null;
        }

        _ = int.TryParse(annotations.GetValueOrDefault(Labels.Disruptions), CultureInfo.InvariantCulture, out var disruptions);
        var end = job.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "Complete" or "Failed", Status: "True" });
        return new RunJob(
            metadata.Namespace!, metadata.Name!, metadata.Uid ?? "", owner.Uid, runId, attempt, disruptions, new RunTrigger(trigger, annotations.GetValueOrDefault(Labels.TriggerKey) ?? ""),
            annotations.GetValueOrDefault(Labels.Generation) ?? "", metadata.CreationTimestamp ?? DateTimeOffset.MinValue, metadata.DeletionTimestamp is not null,
            end switch { null => null, { Type: "Complete" } => JobEnd.Complete, { Reason: "DeadlineExceeded" } => JobEnd.DeadlineExceeded, _ => JobEnd.Failed },
            end?.Message)
        {
            Request = annotations.GetValueOrDefault(Labels.Request),
            MadeWith = annotations.GetValueOrDefault(Labels.MadeWith) ?? "",
            EndTime = end?.LastTransitionTime,
            ScheduledFor = DateTimeOffset.TryParse(annotations.GetValueOrDefault(Labels.ScheduledFor), CultureInfo.InvariantCulture, out var time) ? time : null,
        };
    }

    private static SortedDictionary<string, string> Merge(IReadOnlyDictionary<string, string>? first, IReadOnlyDictionary<string, string> second)
    {
        var merged = new SortedDictionary<string, string>((first ?? new Dictionary<string, string>(StringComparer.Ordinal)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (key, value) in second)
            merged[key] = value;
        return merged;
    }
}
