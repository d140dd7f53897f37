using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Schedules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Transformations;

/// <summary>A Transformation: observed as decisions see it, and from a decision to its Job and its status.</summary>
internal static class TransformationRules
{
    public static int Retries(TransformationSpec spec) => spec.Execution?.Retries ?? Defaults.Retries;

    /// <summary>Null where nothing can be known of it.</summary>
    public static Subject? Observe(Member member, TransformationState state, LakeScene lake)
    {
        if (member.Spec is not TransformationResource { Spec: var spec } || (member is { Fault: null, IsUnjudged: false } && !lake.Judgement.Catalogue.Reads.ContainsKey(member.Id)))
            return null;
        var gates = PlanBuilder.GatesOf(lake.Checks, spec.Table);
        var inputs = Inputs(member, lake);
        var trigger = spec.Trigger ?? Defaults.Trigger;
        return new TransformationSubject(
            member.Id,
            member.Item.Effective,
            spec.Table,
            inputs,
            PlanHashes.Sql(spec.Sql, spec.Materialization, spec.PartitionBy),
            gates.ToDictionary(gate => gate.Name, gate => gate.Hash, StringComparer.Ordinal),
            trigger.OnChange is not null,
            trigger.OnChange?.MinInterval ?? TimeSpan.Zero,
            trigger.OnChange?.MaxWait ?? Defaults.MaxWait,
            Retries(spec))
        {
            Held = Setbacks.Of(member, state.Ledger),
            Suspended = spec.Suspend || member.Item.Deleting is not null,
            Stalled = StallOf(member, state, spec, inputs, gates.Count, lake) ?? Unjudged.StallOf(member, spec.Suspend || member.Item.Deleting is not null),
            Prefers = [.. gates.SelectMany(gate => gate.Checks).Select(check => check.Reference?.To).OfType<string>().Distinct(StringComparer.Ordinal)],
            Running = state.Ledger.Running,
            LastRun = lake.Attempted(state.Ledger),
            Request = member.Item.Request,
            LastHandledRequest = state.LastHandledRequest(Retries(spec)),
            DueSince = member.Memory.DueSince,
            Schedule = Schedule.Of(trigger.Schedule),
            ScheduledSince = member.Item.Created,
            LastScheduleTime = state.LastScheduleTime,
            Committed = state.Committed,
        };
    }

    public static Intent Decide(Member member, TransformationState state, Decision? decision, LakeScene? lake)
    {
        var item = member.Item;
        var spec = (member.Spec as TransformationResource)?.Spec;
        var acts = new List<Act>(RunActs.Clear(member, state.Ledger, lake));
        DateTimeOffset? again = decision?.At;
        var refused = Setbacks.Stand(member, decision);
        if (decision is { Verdict: Verdict.Start } && lake is { NotReady: null } && spec is not null)
        {
            var (start, later, standing) = RunActs.Start(
                member, state.Ledger, decision, lake, spec.Runner, attempt => PlanBuilder.Build((TransformationResource)member.Spec!, lake.Checks, Inputs(member, lake), lake.SettingFor(spec.Runner), attempt));
            (refused, again) = (standing, RunActs.Earliest(again, later));
            if (start is not null)
                acts.Add(start);
        }

        if (spec is not null && item.Deleting is null && !member.IsUnjudged)
        {
            acts.AddRange(RunActs.Mend(member, state.Ledger, member.Fault is null && lake is { NotReady: null }, attempt =>
                PlanBuilder.Build((TransformationResource)member.Spec!, lake!.Checks, Inputs(member, lake), lake.SettingFor(spec.Runner), attempt)));
        }

        var stand = refused ?? Stand(member, state, decision, lake);
        var status = new TransformationStatus(
            item.Generation,
            stand.Conditions(state.Status.Conditions, item.Generation, member.Seen.Now).ToList(),
            state.Inputs,
            state.Output,
            state.Ledger.Last,
            state.LastScheduleTime,
            decision?.NextScheduleTime ?? (decision is null || member.IsUnjudged ? state.Status.NextScheduleTime : null),
            spec is null ? state.Status.LastHandledRequest : state.LastHandledRequest(Retries(spec)),
            RunActs.History(state.Status.History, state.Ledger),
            decision?.MissedScheduleTime ?? state.Status.MissedScheduleTime);
        var intent = StatusChanges.Intend(
            member, acts, StatusChanges.Of(state.Status, status, StatusJson.Default.TransformationStatus, state.Status.Conditions, status.Conditions), state.Ledger,
            state.Status.Conditions, status.Conditions, RunActs.Earliest(again, decision?.NextScheduleTime, Waits.ForPod(state.Ledger)));
        return MissedSchedules.Tell(intent, state.Status.MissedScheduleTime, status.MissedScheduleTime);
    }

    private static IReadOnlyList<PlannedInput> Inputs(Member member, LakeScene lake) =>
        [.. lake.Judgement.Catalogue.Reads.GetValueOrDefault(member.Id, []).Select(read => new PlannedInput(read.Table, read.PinnedVersion))];

    private static Stall? StallOf(Member member, TransformationState state, TransformationSpec spec, IReadOnlyList<PlannedInput> inputs, int gates, LakeScene lake)
    {
        if (member.Fault is { } fault)
            return new Stall(fault.Reason, fault.Message);
        if (state.Status.Output is { Table: { } taken } && taken != spec.Table)
            return new Stall(Reason.Invalid, $"{ClusterCodes.Immutable.Id}: spec.table: it was {taken} and cannot be changed; write {taken} again, or make another Transformation for {spec.Table}");
        return lake.Judgement.Catalogue.HeldBy.TryGetValue(member.Id, out var gate)
            ? new Stall(Reason.Invalid, $"{gate} gates its table and is invalid; nothing is published that it has not judged")
            : PlanBounds.Of(member, spec, inputs, gates, lake);
    }

    private static Standing Stand(Member member, TransformationState state, Decision? decision, LakeScene? lake)
    {
        var served = state.Output?.Version is not null && state.Ledger.Last?.Exit is null or RunnerExit.Done;
        if (member.Item.Deleting is not null)
            return new Standing(served, nameof(Reason.Suspended), "it is being deleted");
        if (member.Fault is { IsUnresolved: true } unresolved)
            return new Standing(false, nameof(Reason.WaitingForUpstream), unresolved.Message);
        if (member.Fault is { } fault)
            return Standing.Of(fault);
        if (lake is null || decision is null)
            return new Standing(false, nameof(Reason.Pending), "its Lakehouse is not there or has errors");
        if (member.IsUnjudged && decision.Reason == Reason.Pending)
            return Unjudged.Stand(member, state.Status.Conditions, state.Ledger, served, () => new Standing(true, nameof(Reason.Succeeded), Rows(state)));
        if (state.Ledger is { InHand: not null, Hindrance: { } hindrance })
            return Standing.Of(hindrance);
        if (decision.Verdict == Verdict.Start && lake.NotReady is { } why)
            return new Standing(served, nameof(Reason.Pending), why);
        return decision.Reason switch
        {
            Reason.Succeeded => new Standing(true, nameof(Reason.Succeeded), Rows(state)),
            Reason.Suspended => new Standing(true, nameof(Reason.Suspended), decision.Message),
            Reason.Running or Reason.Pending or Reason.Queued or Reason.WaitingForUpstream => new Standing(served, decision.Reason.ToString(), decision.Message),
            Reason.Invalid or Reason.SqlInvalid or Reason.OutputConflict or Reason.Cycle => new Standing(false, decision.Reason.ToString(), decision.Message, Stalled: true),
            _ => new Standing(false, Standing.ReasonOf(state.Ledger.Last?.Error, state.Ledger.Last?.Exit, member.Id.Kind), decision.Message),
        };
    }

    private static string Rows(TransformationState state) => state.Output switch
    {
        { Version: { } version, Rows: { } rows } => $"version {version}, {rows} rows",
        { Version: { } version } => $"version {version}",
        _ => "up to date",
    };
}
