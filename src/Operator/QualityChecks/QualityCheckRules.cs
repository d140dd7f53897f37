using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Schedules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.QualityChecks;

/// <summary>A QualityCheck: observed as decisions see it, and from a decision to its Job and its status.</summary>
internal static class QualityCheckRules
{
    public static Subject? Observe(Member member, QualityCheckState state, LakeScene lake)
    {
        if (member.Spec is not QualityCheckResource { Spec: var spec })
            return null;
        var hash = PlanHashes.Checks(spec.Checks);

        // That a gate let a version pass is known by the version; what it found is told by the run alone. Where that was lost, it is found again.
        var isTold = state.Findings.ChecksHash == hash;
        return new QualityCheckSubject(member.Id, member.Item.Effective, spec.Table, hash, spec.Enforcement == Enforcement.Gate && isTold)
        {
            Stalled = member.Fault is { } fault ? new Stall(fault.Reason, fault.Message) : PlanBounds.Of(member, spec, lake) ?? Unjudged.StallOf(member, member.Item.Deleting is not null),
            Held = Setbacks.Of(member, state.Ledger),
            Suspended = member.Item.Deleting is not null,
            Prefers = [.. spec.Checks.Select(check => check.Reference?.To).OfType<string>().Distinct(StringComparer.Ordinal)],
            Running = state.Ledger.Running,
            LastRun = lake.Attempted(state.Ledger),
            Request = member.Item.Request,
            LastHandledRequest = state.LastHandledRequest,
            DueSince = member.Memory.DueSince,
            Schedule = Schedule.Of(spec.Trigger?.Schedule),
            ScheduledSince = member.Item.Created,
            LastScheduleTime = state.LastScheduleTime,
            Evaluated = state.Findings.Evaluated,
        };
    }

    public static Intent Decide(Member member, QualityCheckState state, Decision? decision, LakeScene? lake)
    {
        var item = member.Item;
        var spec = (member.Spec as QualityCheckResource)?.Spec;
        var acts = new List<Act>(RunActs.Clear(member, state.Ledger, lake));
        DateTimeOffset? again = decision?.At;
        var refused = Setbacks.Stand(member, decision);
        if (decision is { Verdict: Verdict.Start } && lake is { NotReady: null } && spec is not null)
        {
            var (start, later, why) = RunActs.Start(
                member, state.Ledger, decision, lake, spec.Runner, attempt => PlanBuilder.Build((QualityCheckResource)member.Spec!, null, lake.SettingFor(spec.Runner), attempt));
            (refused, again) = (why, RunActs.Earliest(again, later));
            if (start is not null)
                acts.Add(start);
        }

        if (spec is not null && item.Deleting is null && !member.IsUnjudged)
        {
            acts.AddRange(RunActs.Mend(member, state.Ledger, member.Fault is null && lake is { NotReady: null }, attempt =>
                PlanBuilder.Build((QualityCheckResource)member.Spec!, null, lake!.SettingFor(spec.Runner), attempt)));
        }

        var stand = refused ?? Stand(member, state, decision, lake);
        var conditions = stand.Conditions(state.Status.Conditions, item.Generation, member.Seen.Now);
        Judge(conditions, member, state, spec);
        var findings = state.Findings;
        var status = new QualityCheckStatus(
            item.Generation, conditions.ToList(), findings.Version, findings.DataVersion, findings.TableId, findings.ChecksHash, findings.Summary, findings.EvaluatedTime, findings.Checks,
            state.Ledger.Last, state.LastScheduleTime, decision?.NextScheduleTime ?? (decision is null || member.IsUnjudged ? state.Status.NextScheduleTime : null), state.LastHandledRequest,
            RunActs.History(state.Status.History, state.Ledger), decision?.MissedScheduleTime ?? state.Status.MissedScheduleTime);
        var intent = StatusChanges.Intend(
            member, acts, StatusChanges.Of(state.Status, status, StatusJson.Default.QualityCheckStatus, state.Status.Conditions, status.Conditions), state.Ledger,
            state.Status.Conditions, status.Conditions, RunActs.Earliest(again, decision?.NextScheduleTime, Waits.ForPod(state.Ledger)));
        return MissedSchedules.Tell(intent, state.Status.MissedScheduleTime, status.MissedScheduleTime);
    }

    /// <summary>The verdict belongs to the checks that gave it: other checks, or a request, make it unknown until they have been asked.</summary>
    private static void Judge(ConditionList conditions, Member member, QualityCheckState state, QualityCheckSpec? spec)
    {
        var findings = state.Findings;
        if (spec is null || findings.Summary is not { } summary || findings.ChecksHash != PlanHashes.Checks(spec.Checks))
            conditions.Set(ConditionTypes.Passed, null, "NotEvaluated", "these checks have not been evaluated yet");
        else if (member.Item.Request is { } request && request != state.LastHandledRequest)
            conditions.Set(ConditionTypes.Passed, null, "Requested", "an evaluation was requested and has not ended");
        else if (summary.Failed > 0)
            conditions.Set(ConditionTypes.Passed, false, "ChecksFailed", Failures(findings.Checks ?? []));
        else
            conditions.Set(ConditionTypes.Passed, true, summary.Warned > 0 ? "Warned" : "AllPassed", $"{summary.Ratio} passed{(summary.Warned > 0 ? $", {summary.Warned} warned" : "")} on version {findings.Version}");
    }

    private static string Failures(IReadOnlyList<CheckStatus> checks)
    {
        var failed = checks.Where(check => check.Outcome is Pipelines.Reports.CheckOutcome.Failed or Pipelines.Reports.CheckOutcome.Errored).ToList();
        var shown = failed.Take(3).Select(check => $"{check.Name} ({check.Kind}, {check.Threshold}{(check.Measured is { } measured ? $", measured {measured:0.####}" : "")}){(check.Message is { } message ? $": {message}" : "")}");
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{failed.Count} of {checks.Count} failed: {string.Join("; ", shown)}{(failed.Count > 3 ? "; …" : "")}");
    }

    private static Standing Stand(Member member, QualityCheckState state, Decision? decision, LakeScene? lake)
    {
        var judged = state.Findings.Summary is not null;
        if (member.Fault is { IsUnresolved: true } unresolved)
            return new Standing(false, nameof(Reason.Pending), unresolved.Message);
        if (member.Fault is { } fault)
            return Standing.Of(fault);
        if (lake is null || decision is null)
            return new Standing(false, nameof(Reason.Pending), "its Lakehouse is not there or has errors");
        if (member.IsUnjudged && decision.Reason == Reason.Pending)
            return Unjudged.Stand(member, state.Status.Conditions, state.Ledger, judged, static () => new Standing(true, nameof(Reason.Evaluated), "judged"));
        if (state.Ledger is { InHand: not null, Hindrance: { } hindrance })
            return Standing.Of(hindrance);
        if (decision.Verdict == Verdict.Start && lake.NotReady is { } why)
            return new Standing(judged, nameof(Reason.Pending), why);
        return decision.Reason switch
        {
            Reason.Evaluated => new Standing(true, nameof(Reason.Evaluated), decision.Message),
            Reason.Running => new Standing(judged, nameof(Reason.Running), decision.Message),
            Reason.Pending or Reason.Queued or Reason.WaitingForUpstream => new Standing(judged, nameof(Reason.Pending), decision.Message),
            Reason.Invalid or Reason.SqlInvalid => new Standing(false, decision.Reason.ToString(), decision.Message, Stalled: true),
            _ => new Standing(false, Standing.ReasonOf(state.Ledger.Last?.Error, state.Ledger.Last?.Exit, member.Id.Kind), decision.Message),
        };
    }
}
