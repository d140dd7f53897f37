using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Runs;

/// <summary>Where a Job's run stands, from everything that tells of it.</summary>
internal abstract record RunPhase
{
    /// <summary>Under way, or about to be.</summary>
    /// <param name="Hindrance">What keeps its Pod from starting, where something does.</param>
    /// <param name="Until">Its Job is over; until then its Pod may still say how.</param>
    internal sealed record Working(Hindrance? Hindrance, DateTimeOffset? Until = null) : RunPhase;

    /// <summary>Over.</summary>
    /// <param name="Exit">Null: it ended without saying how, which uses up no attempt.</param>
    /// <param name="Report">All that it said, or what its termination message kept of it; null: nothing.</param>
    internal sealed record Ended(RunnerExit? Exit, RunReport? Report, RunError? Error, DateTimeOffset StartTime, DateTimeOffset CompletionTime) : RunPhase;
}

internal enum HindranceKind
{
    Unschedulable,
    ImagePull,
    Container,
    NoPod,
}

/// <param name="Message">The cluster's words.</param>
internal sealed record Hindrance(HindranceKind Kind, string Message);

/// <summary>
/// Reads the end of a run off its report, its containers and its Job, in this order: a report says most; a termination message what fits; an exit code always
/// something; and a Job whose Pod is gone says only that it is over.
/// </summary>
internal static class RunPhases
{
    /// <summary>A Job controller that makes no Pod for so long cannot: it says why in an Event of the Job, which we do not read.</summary>
    public static readonly TimeSpan PodPatience = TimeSpan.FromSeconds(15);

    /// <summary>Jobs and Pods are watched apart, so that a Job's end may show before its Pod's, which says how it ended.</summary>
    private static readonly TimeSpan WordPatience = TimeSpan.FromMinutes(1);

    /// <summary>A Pod that does not show is mostly gone.</summary>
    private static readonly TimeSpan ShowPatience = TimeSpan.FromSeconds(5);

    private const int Killed = 137;
    private const int Terminated = 143;

    /// <param name="pods">Of this Job's run.</param>
    /// <param name="report">What the run posted, if that arrived.</param>
    public static RunPhase Of(RunJob job, IReadOnlyList<RunPod> pods, RunReport? report, DateTimeOffset now)
    {
        // A Job that was made anew under the same name finds the old one's Pod still going.
        var pod = pods.Where(one => one.OwnerUid == job.Uid).OrderByDescending(one => one.Created).FirstOrDefault();
        var late = job.End == JobEnd.DeadlineExceeded || pod?.Reason == "DeadlineExceeded";
        if (report is not null && report.Result != RunResult.Running)
            return late && IsInterrupted(report) ? Late(job, report.CompletionTime) : Told(report);
        if (pod?.Find(RunPod.Runner)?.End is { } end)
            return OfContainer(job, pod, end, late, now);

        // The runner ends itself before; where it is not known to have begun, nothing of the run was too long.
        if (late)
            return pod is { HasStarted: true } or { Reason: "DeadlineExceeded", Containers.Count: 0 } ? Late(job, now) : Lost(job, now, "its deadline passed before its Pod told anything");
        if (pod is { Phase: "Failed" })
            return Lost(job, now, $"its Pod ended as {pod.Reason ?? pod.Phase}{(pod.Message is { } message ? $": {message}" : "")}");
        if (WordBy(job, pod, now) is { } until && until > now && until - now <= WordPatience)
            return new RunPhase.Working(null, until);
        if (job.End is not null || job.Deleting)
            return Lost(job, now, job.EndMessage ?? "its Pod is gone and left no word");
        return new RunPhase.Working(pod is not null ? HindranceOf(pod) : now - job.Created > PodPatience ? NoPod(job) : null);
    }

    /// <summary>Until when a Job that is over may still be told of by its Pod; null where nothing is awaited.</summary>
    private static DateTimeOffset? WordBy(RunJob job, RunPod? pod, DateTimeOffset now) =>
        job is not { End: not null, Deleting: false } ? null : pod is null ? job.EndTime + ShowPatience : (job.EndTime ?? now) + WordPatience;

    /// <summary>The report that a container left as its termination message; null where it left none of this run.</summary>
    public static RunReport? ReportOf(string? terminationMessage, string runId)
    {
        if (string.IsNullOrEmpty(terminationMessage))
            return null;
        try
        {
            return TerminationMessage.Read(terminationMessage) is { } report && report.RunId == runId && report.Result != RunResult.Running ? ReportBounds.Of(report) : null;
        }
        catch (DiagnosticException)
        {
            // Another version's, or the last lines of a log where the container was ended before it could write.
            return null;
        }
    }

    public static Hindrance? HindranceOf(RunPod pod)
    {
        if (pod.Unschedulable is { } unschedulable)
            return new Hindrance(HindranceKind.Unschedulable, unschedulable);
        foreach (var container in pod.Containers)
        {
            if (container.WaitingReason is not { } reason)
                continue;
            var message = $"{reason}{(container.WaitingMessage is { Length: > 0 } words ? $": {words}" : "")}";
            if (reason is "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull" or "RegistryUnavailable" or "ImageInspectError")
                return new Hindrance(HindranceKind.ImagePull, message);
            if (reason is not ("ContainerCreating" or "PodInitializing" or "CrashLoopBackOff"))
                return new Hindrance(HindranceKind.Container, message);
        }

        return null;
    }

    private static Hindrance NoPod(RunJob job) => new(
        HindranceKind.NoPod, $"no pod has been made for job {job.Name}; a quota or an admission rule may refuse it: kubectl describe job {job.Name} --namespace {job.Namespace}");

    private static RunPhase OfContainer(RunJob job, RunPod pod, ContainerEnd end, bool late, DateTimeOffset now)
    {
        var started = end.Started ?? job.Created;
        var completed = end.Finished ?? now;
        if (ReportOf(end.Message, job.RunId) is { } told)
            return late && IsInterrupted(told) ? Late(job, completed) : Told(told);
        if (end.Reason == "OOMKilled" || pod.Find(RunPod.SqlWorker)?.End is { Reason: "OOMKilled" })
        {
            return new RunPhase.Ended(RunnerExit.Memory, null, Error(
                RunCodes.OutOfMemory, "a container of the run was ended for its memory (OOMKilled)", "raise runner.resources.limits.memory, or hold less at once"), started, completed);
        }

        if (late)
            return Late(job, completed);
        if (pod.Reason is not null || pod.Deleting || end.ExitCode is Killed or Terminated)
            return Lost(job, completed, $"its Pod was ended{(pod.Reason is { } reason ? $" ({reason})" : "")} before the run was over");
        if (end.ExitCode == (int)RunnerExit.Done)
            return Lost(job, completed, "the run is done and its report was lost");
        var exit = Enum.IsDefined((RunnerExit)end.ExitCode) ? (RunnerExit)end.ExitCode : RunnerExit.Bug;
        return new RunPhase.Ended(exit, null, Error(
            BugCodes.Unhandled, $"the runner ended with exit code {end.ExitCode} and left no report", "see the Pod's log", exit), started, completed);
    }

    /// <summary>Success is a report without an error; whatever else comes without one is a defect of whoever wrote it. Who was told to end (a drain, a preemption) has used up no attempt.</summary>
    private static RunPhase.Ended Told(RunReport report)
    {
        if (IsInterrupted(report))
            return new RunPhase.Ended(null, report, report.Error, report.StartTime, report.CompletionTime);
        var exit = (report.Error?.Exit, report.Result) switch
        {
            (null, RunResult.Succeeded or RunResult.UpToDate) => RunnerExit.Done,
            (null or RunnerExit.Done, RunResult.Blocked) => RunnerExit.Blocked,
            (null or RunnerExit.Done, _) => RunnerExit.Bug,
            ({ } named, _) => named,
        };
        return new RunPhase.Ended(exit, report, report.Error, report.StartTime, report.CompletionTime);
    }

    private static bool IsInterrupted(RunReport report) => report.Error?.Code == RunCodes.Interrupted.Id;

    private static RunPhase.Ended Late(RunJob job, DateTimeOffset at) =>
        Failed(job, at, RunCodes.DeadlineExceeded, "it passed its deadline, did not end by itself and was ended", "raise execution.activeDeadlineSeconds, or read less");

    private static RunPhase.Ended Lost(RunJob job, DateTimeOffset at, string why) =>
        new(null, null, new RunError(RunCodes.Interrupted.Id, RunCodes.Interrupted.Exit, $"{why}; it is run again"), job.Created, at);

    private static RunPhase.Ended Failed(RunJob job, DateTimeOffset at, ErrorCode code, string message, string help) =>
        new(code.Exit, null, Error(code, message, help), job.Created, at);

    private static RunError Error(ErrorCode code, string message, string help, RunnerExit? exit = null) => new(code.Id, exit ?? code.Exit, message, Help: help);
}
