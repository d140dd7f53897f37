using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>From a decision to the Job that carries it out, alike for every kind that has runs.</summary>
internal static class RunActs
{
    private const int HistoryLength = 10;

    /// <param name="plan">From the attempt to its plan.</param>
    /// <returns>The act, or when it may be tried, or why it cannot be.</returns>
    public static (Act? Start, DateTimeOffset? Again, Standing? Refused) Start(
        Member member, RunLedger ledger, Decision decision, LakeScene lake, RunnerSpec? runner, Func<PlanAttempt, RunPlan> plan)
    {
        // One at a time, and no result is left behind: what ended goes into the status first, its Job goes next.
        if (ledger.InHand is not null || ledger.Ended is not null || decision.Trigger is not { } trigger)
            return default;
        if (member.Setback is { } setback && setback.Until > lake.Now)
            return (null, setback.Until, Standing.Of(setback));
        var disruptions = ledger.DisruptionsOf(trigger, decision.Attempt, member.Item.Effective);
        if (ledger.NotBefore(disruptions) is { } at && at > lake.Now && at - lake.Now <= Attempts.LongestBackoff)
            return (null, at, new Standing(false, "Pending", LostAgain(ledger, disruptions, at)));
        var runId = RunObjects.RunIdOf(member.Item, trigger, decision.Attempt, disruptions, ledger.Last?.Id);
        var built = plan(new PlanAttempt(runId, decision.Attempt, trigger));
        var job = RunObjects.JobOf(member.Item, built, disruptions, decision.ScheduleTime, lake.Name, lake.DemandsOf(runner), lake.Runner, lake.MadeWith);

        // What was refused is told until it has been taken, also while it is tried once more.
        return (new Act.StartRun(job, built), null, member.Setback is { } before ? Standing.Of(before) : null);
    }

    public static string LostAgain(RunLedger ledger, int disruptions, DateTimeOffset at) =>
        $"it was lost {disruptions} times and is begun anew at {at.UtcDateTime:HH:mm:ss}Z; {(ledger.Last?.Error is { } lost ? RunLedger.Describe(lost) : "")}";

    /// <summary>Jobs whose result the status holds, and a Job that cannot start and was made for a spec, or with settings of its Lakehouse or of the operator, that are no more.</summary>
    /// <param name="lake">Null where it is not to be used.</param>
    public static IEnumerable<Act> Clear(Member member, RunLedger ledger, LakeScene? lake)
    {
        foreach (var job in ledger.Spent)
            yield return new Act.DeleteRun(job);
        if (ledger is { InHand: { Deleting: false } stuck, Hindrance: not null } && (stuck.Generation != member.Item.Effective || (lake is not null && stuck.MadeWith != lake.MadeWith)))
            yield return new Act.DeleteRun(stuck);
    }

    /// <summary>
    /// A Job without a plan waits for ever: whoever made it was killed in between. It gets the same plan where that can still be made, else it goes; nothing of it ever ran. One that runs had its plan.
    /// </summary>
    /// <param name="usable">A run may be started now.</param>
    public static IEnumerable<Act> Mend(Member member, RunLedger ledger, bool usable, Func<PlanAttempt, RunPlan> plan)
    {
        if (ledger.InHand is not { Deleting: false } job || member.Seen.Plans[job.Uid].Any() || member.Seen.Pods(job.RunId).Any(pod => pod.OwnerUid == job.Uid && pod.HasStarted))
            yield break;
        if (member.Setback is { } setback && setback.Until > member.Seen.Now)
        {
            // A plan that is refused keeps nobody's place: its Job goes, and comes again when it is tried again.
            if (setback.IsRefusal)
                yield return new Act.DeleteRun(job);
        }
        else if (usable && job.Generation == member.Item.Effective)
        {
            yield return new Act.CompleteRun(job, RunObjects.PlanOf(job, member.Item, plan(new PlanAttempt(job.RunId, job.Attempt, job.Trigger))));
        }
        else
        {
            yield return new Act.DeleteRun(job);
        }
    }

    public static IReadOnlyList<PastRunStatus>? History(IReadOnlyList<PastRunStatus>? before, RunLedger ledger)
    {
        if (ledger.Ended is null || ledger.Last is not { } last)
            return before;
        var line = new PastRunStatus(last.Id, last.Trigger.Kind, last.Attempt, last.StartTime, last.CompletionTime, last.Result, last.RowsWritten, last.Error?.Code, last.JobUid);
        return [line, .. (before ?? []).Where(run => run.JobUid != last.JobUid).Take(HistoryLength - 1)];
    }

    /// <summary>An Event for every run that ended.</summary>
    public static IEnumerable<Note> Notes(RunLedger ledger)
    {
        if (ledger.Ended is null || ledger.Last is not { } last)
            yield break;
        if (last.Exit == RunnerExit.Done)
            yield return new Note($"Run{last.Result}", $"attempt {last.Attempt}, {last.RowsWritten ?? 0} rows written");
        else
            yield return new Note(last.Exit is null ? "RunLost" : last.Result == Pipelines.Reports.RunResult.Blocked ? "RunBlocked" : "RunFailed", last.Error is { } error ? RunLedger.Describe(error) : $"ended with {last.Exit}", IsWarning: true);
    }

    public static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? earliest = null;
        foreach (var time in times)
        {
            if (time is not null && (earliest is null || time < earliest))
                earliest = time;
        }

        return earliest;
    }
}
