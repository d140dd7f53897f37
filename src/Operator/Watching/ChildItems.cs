using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;

namespace LakehouseOperator.Operator.Watching;

/// <summary>A stream's Deployment.</summary>
/// <param name="Generation">Grows with every change of its spec, whoever makes it.</param>
/// <param name="PlanName">The ConfigMap that its template mounts.</param>
/// <param name="IsRolledOut">The controller has seen this generation, and no pod of an older one is left.</param>
internal sealed record StreamItem(
    ObjectKey Key, string Uid, string OwnerUid, string RunId, string PlanName, int Replicas, long Generation, bool IsRolledOut, bool Deleting, DateTimeOffset Created)
{
    /// <summary>What the resource said when it was applied; how its Pods end is said of that.</summary>
    public string MadeFor { get; init; } = "";

    /// <summary>Hash of the name of the Lakehouse that it writes to.</summary>
    public string Lakehouse { get; init; } = "";

    /// <summary>Hash over what of people's it was made from; empty where that is not known.</summary>
    public string Source { get; init; } = "";

    /// <summary>Hash over the template, as it was applied; see <see cref="Ingestions.StreamRolls"/>.</summary>
    public string Template { get; init; } = "";

    /// <summary>Rolled out, and its Pod has run for a while.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Why its controller can make no Pod, such as a quota.</summary>
    public string? Refusal { get; init; }

    /// <summary>Null where it is nobody's of ours.</summary>
    public static StreamItem? Of(Deployment deployment)
    {
        var metadata = deployment.Metadata;
        if (Owners.Of(metadata) is not { } owner)
            return null;
        var replicas = deployment.Spec?.Replicas ?? 1;
        var rolledOut = deployment.Status is { } status && status.ObservedGeneration >= metadata.Generation && (status.Replicas ?? 0) == (status.UpdatedReplicas ?? 0) && (status.UpdatedReplicas ?? 0) == replicas;
        return new StreamItem(
            ObjectKey.Of(metadata),
            metadata.Uid ?? "",
            owner,
            deployment.Spec?.Template?.Metadata?.Labels?.GetValueOrDefault(Labels.RunId) ?? "",
            deployment.Spec?.Template?.Spec?.Volumes?.FirstOrDefault(volume => volume.Name == "plan")?.ConfigMap?.Name ?? "",
            replicas,
            metadata.Generation ?? 0,
            rolledOut,
            metadata.DeletionTimestamp is not null,
            metadata.CreationTimestamp ?? DateTimeOffset.MinValue)
        {
            Lakehouse = metadata.Labels?.GetValueOrDefault(Labels.Lakehouse) ?? "",
            MadeFor = metadata.Annotations?.GetValueOrDefault(Labels.Generation) ?? "",
            Source = metadata.Annotations?.GetValueOrDefault(Labels.SourceHash) ?? "",
            Template = metadata.Annotations?.GetValueOrDefault(Labels.TemplateHash) ?? "",
            IsAvailable = rolledOut && (deployment.Status?.AvailableReplicas ?? 0) >= replicas,
            Refusal = deployment.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "ReplicaFailure", Status: "True" })?.Message,
        };
    }
}

/// <summary>A plan, of a stream or of a Job.</summary>
/// <param name="OwnerUid">Of the resource whose stream it is, or of the Job.</param>
/// <param name="Deleting">It has been deleted, and somebody's finalizer keeps it.</param>
internal sealed record PlanItem(ObjectKey Key, string Uid, string OwnerUid, bool Deleting)
{
    public static PlanItem? Of(ConfigMap map) => (Owners.Of(map.Metadata) ?? Owners.JobOf(map.Metadata)) is { } owner
        ? new PlanItem(ObjectKey.Of(map.Metadata), map.Metadata.Uid ?? "", owner, map.Metadata.DeletionTimestamp is not null)
        : null;
}

internal sealed record PolicyItem(ObjectKey Key, string Uid, string OwnerUid, long Generation)
{
    public static PolicyItem? Of(NetworkPolicy policy) =>
        Owners.Of(policy.Metadata) is { } owner ? new PolicyItem(ObjectKey.Of(policy.Metadata), policy.Metadata.Uid ?? "", owner, policy.Metadata.Generation ?? 0) : null;
}

/// <summary>Whose an object is: the one controller among its owners, where that is of ours. Anybody can write an owner's name; only the uid of a resource that is there counts.</summary>
internal static class Owners
{
    public static string? JobOf(ObjectMeta metadata) => metadata.OwnerReferences?.FirstOrDefault(static reference => reference is { Controller: true, ApiVersion: "batch/v1", Kind: "Job" })?.Uid;

    public static string? Of(ObjectMeta metadata) => metadata.OwnerReferences?
        .FirstOrDefault(reference => reference.Controller == true && reference.ApiVersion == Pipelines.Documents.Document.ApiVersion)?.Uid;
}
