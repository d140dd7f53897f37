using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Runs;

/// <summary>How the Job controller says that a Job ended.</summary>
internal enum JobEnd
{
    Complete,
    Failed,
    DeadlineExceeded,
}

/// <summary>A Job of ours, as much of it as decisions need. What it was made for is written on it, so that it is known after a restart.</summary>
/// <param name="OwnerUid">Of the resource that it runs for.</param>
/// <param name="RunId">Of the plan that it carries out.</param>
/// <param name="Generation">Of the resource when it was made.</param>
/// <param name="Disruptions">Incarnations of the same attempt that ended without a word.</param>
internal sealed record RunJob(
    string Namespace,
    string Name,
    string Uid,
    string OwnerUid,
    string RunId,
    int Attempt,
    int Disruptions,
    RunTrigger Trigger,
    string Generation,
    DateTimeOffset Created,
    bool Deleting = false,
    JobEnd? End = null,
    string? EndMessage = null)
{
    /// <summary>When the Job controller said so.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>The value of <c>lakehouse.dev/requested-at</c> when it was made.</summary>
    public string? Request { get; init; }

    /// <summary>Of the operator's and the Lakehouse's settings when it was made.</summary>
    public string MadeWith { get; init; } = "";

    /// <summary>The scheduled time that it serves.</summary>
    public DateTimeOffset? ScheduledFor { get; init; }
}

/// <summary>A Pod of ours.</summary>
/// <param name="RunId">Of the plan; a stream's Pods share the one of their Deployment.</param>
/// <param name="Reason">Of its status, such as <c>Evicted</c>.</param>
/// <param name="Unschedulable">What the scheduler says of it, where it has found no node.</param>
internal sealed record RunPod(
    string Namespace,
    string Name,
    string Uid,
    string RunId,
    DateTimeOffset Created,
    bool Deleting,
    string Phase,
    string? Reason,
    string? Message,
    string? Unschedulable,
    IReadOnlyList<RunContainer> Containers)
{
    public const string Runner = "runner";
    public const string SqlWorker = "sql-worker";

    /// <summary>Of its Job; a stream's Pod belongs to a ReplicaSet.</summary>
    public string? OwnerUid { get; init; }

    /// <summary>Name of the ReplicaSet that made it; of a stream's.</summary>
    public string? ReplicaSet { get; init; }

    /// <summary>Whether a container of it runs or ran.</summary>
    public bool HasStarted => Containers.Any(container => container.Running || container.End is not null || container.LastEnd is not null);

    public RunContainer? Find(string container) => Containers.FirstOrDefault(one => one.Name == container);
}

/// <param name="End">How it ended, where it has.</param>
/// <param name="LastEnd">How it ended before it was started again.</param>
internal sealed record RunContainer(
    string Name, bool Running, string? WaitingReason, string? WaitingMessage, ContainerEnd? End, ContainerEnd? LastEnd, int Restarts, DateTimeOffset? Started);

/// <param name="Message">The termination message, as the container wrote it.</param>
internal sealed record ContainerEnd(int ExitCode, string? Reason, string? Message, DateTimeOffset? Started, DateTimeOffset? Finished);
