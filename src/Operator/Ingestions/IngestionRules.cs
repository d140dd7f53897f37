using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Ingestions;

/// <summary>An Ingestion: a stream that reads while its Deployment has a replica. Suspending it, or what only a change mends, takes the replica away; the position stays in the table.</summary>
internal static class IngestionRules
{
    /// <summary>A stream further behind than this is catching up.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(2);

    /// <summary>A stream reports every ten seconds; one that was not heard of for so long may be dead.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    public static Subject? Observe(Member member, IngestionState state, LakeScene lake)
    {
        if (member.Spec is not IngestionResource { Spec: var spec })
            return null;
        var suspended = spec.Suspend || member.Item.Deleting is not null;

        // A run ends by itself, so that suspending waits for it; a stream does not, and is taken away.
        var reads = !suspended && member.Stream is { Replicas: > 0, Deleting: false } && state.Attempted is null;
        return new IngestionSubject(member.Id, IngestionState.GenerationOf(member), [.. spec.Tables.SelectMany(table => Pipelines.TableName.WithQuarantine(table.Name))])
        {
            Held = Setbacks.Of(member),
            Suspended = suspended,
            Stalled = StallOf(member, state, spec, lake),
            Running = reads ? new RunInHand("stream", 1, member.Stream!.Created) : null,
            LastRun = state.Attempted,
            DueSince = member.Memory.DueSince,
        };
    }

    public static Intent Decide(Member member, IngestionState state, Decision? decision, LakeScene? lake)
    {
        var item = member.Item;
        var acts = new List<Act>(RunActs.Clear(member, state.Drops, lake));
        DateTimeOffset? again = decision?.At;
        if (lake is not null && decision is not null && item.Deleting is null && member.Spec is IngestionResource ingestion)
            acts.AddRange(Stream(member, ingestion, state, decision, lake));
        else if (lake is null && member.Stream is { Deleting: false } left && (member.Item.IsSuspended || !member.HasLakehouse(left.Lakehouse)))
            acts.Add(new Act.DeleteStream(left)); // No plan can be made that would leave it without a replica.
        member.Memory.FirstSeen ??= member.Seen.Now;

        // What was refused is told until it has been taken, also while it is tried once more.
        var refused = member.Setback is { } setback && (setback.Until > member.Seen.Now || acts.Exists(static act => act is Act.ApplyStream)) ? member.Setback : null;
        again = RunActs.Earliest(again, refused?.Until, SilentAt(member, state) is { } silent && silent > member.Seen.Now ? silent : null);
        var stand = refused is not null ? Standing.Of(refused) : Stand(member, state, decision, lake);
        var conditions = stand.Conditions(state.Status.Conditions, item.Generation, member.Seen.Now);
        var connected = Connected(member, state);
        conditions.Set(ConditionTypes.SourceConnected, connected.Is, connected.Reason, connected.Message);
        var main = state.Tables.Where(table => table.Rows is not null || table.Version is not null).ToList();
        var status = new IngestionStatus(
            item.Generation,
            conditions.ToList(),
            state.Tables,
            state.Tables.Any(table => table.LagRecords is not null) ? Sum(state.Tables.Select(table => table.LagRecords)) : null,
            state.Tables.Max(table => table.LagSeconds),
            main.Count > 0 ? Sum(main.Select(table => table.Rows)) : null,
            main.Max(table => table.LastCommitTime),
            state.Status.SourceKind ?? (member.Fault is null && member.Spec is IngestionResource { Spec: var spec } && main.Count > 0 ? KindOf(spec.Source) : null),
            state.Last,
            item.Request is { } request && state.Report is not null && decision?.Reason == Reason.Streaming ? request : state.Status.LastHandledRequest);
        return StatusChanges.Intend(
            member, acts, StatusChanges.Of(state.Status, status, StatusJson.Default.IngestionStatus, state.Status.Conditions, status.Conditions), null,
            state.Status.Conditions, status.Conditions, again);
    }

    /// <summary>A runner may say anything; numbers that add up to none end in the greatest.</summary>
    private static long Sum(IEnumerable<long?> numbers) => (long)Int128.Clamp(numbers.Aggregate(Int128.Zero, static (sum, number) => sum + (number ?? 0)), long.MinValue, long.MaxValue);

    /// <summary>The name of the source's member, which is immutable.</summary>
    public static string KindOf(SourceSpec source) => source switch
    {
        { Generator: not null } => "generator",
        { Files: not null } => "files",
        { RedisStreams: not null } => "redisStreams",
        _ => "unknown",
    };

    private static IEnumerable<Act> Stream(Member member, IngestionResource ingestion, IngestionState state, Decision decision, LakeScene lake)
    {
        var stream = member.Stream;
        var reads = decision.Reason == Reason.Streaming || (decision.Verdict == Verdict.Start && (lake.NotReady is null || stream is { Replicas: > 0 }));
        if (stream is { Deleting: true } || (!reads && stream is null))
            yield break;
        if (member.Setback is { } setback && setback.Until > lake.Now)
            yield break;

        // A spec that is wrong stops nobody's stream: the last good plan reads on, but for one that says not to read at all.
        if (StallOf(member, state, ingestion.Spec, lake) is not null)
        {
            if (ingestion.Spec.Suspend && stream is not null)
                yield return new Act.DeleteStream(stream);
            yield break;
        }

        if (member.IsUnjudged || (lake.NotReady is not null && stream is not null))
        {
            // Nor does a gate of which nothing is known yet, nor a Lakehouse that cannot be used now, of which no plan can be made either; what shall not read must not wait for that.
            if (!reads && stream is not null)
                yield return new Act.DeleteStream(stream);
            yield break;
        }

        var plan = Plan(member, ingestion, lake);
        var generation = IngestionState.GenerationOf(member);
        if (reads && stream?.RunId == plan.RunId && state.Broken?.Exit is { } exit && IngestionState.IsFinal(exit))
        {
            // The pod that has ended for good goes first: its end would be told of what is asked for now.
            if (stream.Replicas == 0)
                yield break;
            if (stream.MadeFor != generation)
                (reads, generation) = (false, stream.MadeFor);
        }

        var replicas = reads ? 1 : 0;
        var made = StreamObjects.DeploymentOf(member.Item, plan, lake.Name, lake.DemandsOf(ingestion.Spec.Runner), lake.Runner, replicas, generation);
        var source = SourceOf(member, plan, lake);
        if (lake.Rolls.MarkOf(stream, source, StreamObjects.TemplateHashOf(made), replicas) is not { } mark)
            yield break;
        var wanted = StreamObjects.Marked(made, source, mark);
        var name = wanted.Metadata.Name!;
        var hash = HashOf(wanted);
        var planned = StreamObjects.PlanOf(member.Item, plan, lake.Name);
        var isPlanned = member.Seen.Plans[member.Item.Uid].Any(map => map.Key.Name == planned.Metadata.Name);

        // Whoever deletes a plan stops no pod, but keeps the next one from starting.
        if (stream is null || !isPlanned || !member.Memory.Applied.TryGetValue(name, out var applied) || applied != (stream.Uid, stream.Generation, hash))
            yield return new Act.ApplyStream(wanted, planned, stream?.Uid) { Hash = hash, IsPlanned = isPlanned };
        else if (stream.IsRolledOut)
        {
            foreach (var old in member.Seen.Plans[member.Item.Uid].Where(map => !map.Deleting && map.Key.Name != stream.PlanName))
                yield return new Act.DeletePlan(old);
        }
    }

    private static RunPlan Plan(Member member, IngestionResource ingestion, LakeScene lake)
    {
        var plan = PlanBuilder.Build(ingestion, lake.Checks, drain: false, lake.SettingFor(ingestion.Spec.Runner), new PlanAttempt("", 1, new RunTrigger(TriggerKind.Stream, "stream")));
        return plan with { RunId = StreamObjects.RunIdOf(member.Item, plan.PlanHash) };
    }

    /// <summary>Everything of people's that a stream is made from; what else changes it is the operator's own doing.</summary>
    private static string SourceOf(Member member, RunPlan plan, LakeScene lake)
    {
        var gates = plan.Ingestion?.Gates?.OrderBy(static pair => pair.Key, StringComparer.Ordinal).SelectMany(static pair => pair.Value.SelectMany(gate => new[] { pair.Key, gate.Name, gate.Hash }));
        return ChildNames.Hash([IngestionState.GenerationOf(member), lake.Lakehouse.Item.Uid, lake.Lakehouse.Item.Effective, .. gates ?? []]);
    }

    private static string HashOf(Kubernetes.Objects.Deployment deployment) =>
        ChildNames.Hash(System.Text.Json.JsonSerializer.Serialize(deployment, Kubernetes.Objects.KubernetesJson.Default.Deployment));

    private static Stall? StallOf(Member member, IngestionState state, IngestionSpec spec, LakeScene lake)
    {
        if (member.Fault is { } fault)
            return new Stall(fault.Reason, fault.Message);
        if (state.Status.SourceKind is { } taken && taken != KindOf(spec.Source))
            return new Stall(Reason.Invalid, $"{ClusterCodes.Immutable.Id}: spec.source: it was {taken} and the kind of a source cannot be changed; make another Ingestion for another table");
        if (ClusterLocations.Of(member.Id, spec, lake.Lakehouse.Id, lake.Spec) is { } wrong)
            return new Stall(Reason.Invalid, Judgement.Describe(wrong));
        return lake.Judgement.Catalogue.HeldBy.TryGetValue(member.Id, out var gate)
            ? new Stall(Reason.Invalid, $"{gate} gates one of its tables and is invalid; nothing is published that it has not judged")
            : PlanBounds.Of(member, spec, lake);
    }

    private static Standing Stand(Member member, IngestionState state, Decision? decision, LakeScene? lake)
    {
        if (member.Fault is { IsUnresolved: true } unresolved)
            return new Standing(false, "LakehouseNotReady", unresolved.Message);
        if (member.Fault is { } fault)
            return Standing.Of(fault);
        if (lake is null || decision is null)
            return new Standing(false, "LakehouseNotReady", "its Lakehouse is not there or has errors");
        if (decision.Reason == Reason.Suspended)
            return new Standing(true, nameof(Reason.Suspended), decision.Message);
        if (member.IsUnjudged && member.Stream?.MadeFor != state.Generation)
            return new Standing(null, "CatchingUp", $"{Unjudged.Message}: a check that gates one of its tables has such SQL", Reconciling: true);
        if (decision.Reason is Reason.Invalid && state.Attempted is null)
            return new Standing(false, nameof(Reason.Invalid), decision.Message, Stalled: true);
        if (state.Attempted is { Exit: { } exit } && decision is { Verdict: Verdict.Rest, Reason: not Reason.Streaming })
            return new Standing(false, Standing.ReasonOf(state.Last?.Error, exit, member.Id.Kind), decision.Message, Stalled: exit == RunnerExit.Invalid);
        if (lake.NotReady is { } why && state.Report is null)
            return new Standing(false, "LakehouseNotReady", why);
        if (state.Broken is { Exit: not null } broken)
            return new Standing(false, Standing.ReasonOf(broken.Error is null ? null : EndedRun.ErrorOf(broken.Error), broken.Exit, member.Id.Kind), $"{(broken.Error is { } error ? RunLedger.Describe(EndedRun.ErrorOf(error)) : $"ended with {broken.Exit}")}; started again by and by");
        if (state.Pod is { } pod && RunPhases.HindranceOf(pod) is { } hindrance)
            return Standing.Of(hindrance);
        if (member.Stream?.Refusal is { } refusal)
            return new Standing(false, "JobRefused", $"{ClusterCodes.PodMissing.Id}: no pod is made: {refusal}");
        if (SilentAt(member, state) <= member.Seen.Now)
            return new Standing(null, "StatusUnknown", $"its pod runs, and nothing was heard of it for {Fresh.TotalSeconds:0} s; see its log");
        if (state.Report is not { } report)
            return Awaited(member, state);
        if (report.Error is { } waiting)
            return new Standing(false, Standing.ReasonOf(EndedRun.ErrorOf(waiting), waiting.Exit, member.Id.Kind), RunLedger.Describe(EndedRun.ErrorOf(waiting)));
        return state.Tables.Max(table => table.LagSeconds) is { } lag && lag > Behind.TotalSeconds
            ? new Standing(true, "CatchingUp", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{lag:0} s behind its source"))
            : new Standing(true, nameof(Reason.Streaming), "reads as records come");
    }

    /// <summary>What was said before this process began stands until its first report is due; a pod that is new has said nothing.</summary>
    private static Standing Awaited(Member member, IngestionState state) =>
        IsAwaited(member, state) && ConditionList.Find(state.Status.Conditions, ConditionTypes.Ready) is { Status: ConditionStatus.True, Reason: nameof(Reason.Streaming) or "CatchingUp" } before && before.ObservedGeneration == member.Item.Generation
            ? new Standing(true, before.Reason, before.Message)
            : new Standing(state.Status.LastCommitTime is not null, "CatchingUp", "its pod is starting", Reconciling: true);

    /// <summary>Its runner was at work before this process began, which has not heard of it yet.</summary>
    private static bool IsAwaited(Member member, IngestionState state) =>
        state.Report is null && state.Pod?.Find(RunPod.Runner) is { Running: true, Started: { } started } && started < member.Memory.FirstSeen;

    /// <summary>When a stream that is not heard of until then counts as silent; null where none is expected to speak.</summary>
    private static DateTimeOffset? SilentAt(Member member, IngestionState state)
    {
        if (member.Stream is not { Replicas: > 0, Deleting: false } || state.Pod is not { Deleting: false } pod || pod.Find(RunPod.Runner) is not { Running: true } runner)
            return null;
        if (state.Report is not null)
            return state.Heard + Fresh;
        var started = runner.Started ?? pod.Created;
        return (started > member.Memory.FirstSeen ? started : member.Memory.FirstSeen) + Fresh;
    }

    private static (bool? Is, string Reason, string Message) Connected(Member member, IngestionState state)
    {
        if ((state.Broken?.Error ?? state.Report?.Error) is { Exit: RunnerExit.Source or RunnerExit.SecretMissing } error)
            return (false, Standing.ReasonOf(EndedRun.ErrorOf(error), error.Exit, member.Id.Kind), RunLedger.Describe(EndedRun.ErrorOf(error)));
        var wasConnected = IsAwaited(member, state) && ConditionList.Find(state.Status.Conditions, ConditionTypes.SourceConnected) is { Status: ConditionStatus.True };
        return member.Stream is { Replicas: > 0 } && state.Broken is null && (state.Report is not null || wasConnected) && !(SilentAt(member, state) <= member.Seen.Now)
            ? (true, "Connected", "the source answers")
            : (null, "NotReading", "nothing was heard of the source lately");
    }
}
