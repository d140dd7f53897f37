using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;

namespace LakehouseOperator.Operator.Objects;

/// <summary>A Pod as decisions see it.</summary>
internal static class PodReading
{
    /// <summary>Null where it carries out no run of ours.</summary>
    public static RunPod? Read(Pod pod)
    {
        var metadata = pod.Metadata;
        if (metadata.Labels?.GetValueOrDefault(Labels.RunId) is not { } runId)
            return null;
        var scheduled = pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "PodScheduled");
        return new RunPod(
            metadata.Namespace!, metadata.Name!, metadata.Uid ?? "", runId, metadata.CreationTimestamp ?? DateTimeOffset.MinValue, metadata.DeletionTimestamp is not null,
            pod.Status?.Phase ?? "Pending", pod.Status?.Reason, pod.Status?.Message,
            scheduled is { Status: "False", Reason: "Unschedulable" } ? scheduled.Message ?? "no node takes it" : null,
            [.. (pod.Status?.ContainerStatuses ?? []).Select(Read)])
        {
            OwnerUid = Owners.JobOf(metadata),
            ReplicaSet = metadata.OwnerReferences?.FirstOrDefault(static reference => reference is { Controller: true, Kind: "ReplicaSet" })?.Name,
        };
    }

    private static RunContainer Read(ContainerStatus status) => new(
        status.Name ?? "",
        status.State?.Running is not null,
        status.State?.Waiting?.Reason,
        status.State?.Waiting?.Message,
        Read(status.State?.Terminated),
        Read(status.LastState?.Terminated),
        status.RestartCount ?? 0,
        status.State?.Running?.StartedAt);

    private static ContainerEnd? Read(ContainerStateTerminated? end) =>
        end is null ? null : new ContainerEnd(end.ExitCode, end.Reason, end.Message, end.StartedAt, end.FinishedAt);
}
