using LakehouseOperator.Operator.Ingestions;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Lakehouses;

/// <summary>A Lakehouse's past: its status, moved on by the probe that has just ended.</summary>
/// <param name="Hash">Over what a probe is about; it is immutable. Null where the spec cannot be read.</param>
internal sealed record LakehouseState(LakehouseStatus Status, RunLedger Ledger, string? Hash)
{
    public static LakehouseState Of(Member member)
    {
        var status = member.Item.ReadStatus(StatusJson.Default.LakehouseStatus) ?? new LakehouseStatus();
        return new LakehouseState(status, member.Ledger(status.LastRun), member.Spec is LakehouseResource { Spec: var spec } ? HashOf(member, spec) : null);
    }

    /// <summary>The last probe was about this very storage, with these orders.</summary>
    public bool IsProbed(Member member) => Ledger.Last is { Exit: RunnerExit.Done } last && last.Trigger.Key.StartsWith(KeyOf(member), StringComparison.Ordinal);

    /// <summary>What a probe is told apart by, but for the request and what made it due.</summary>
    public string KeyOf(Member member) => $"storage={Hash};{(member.Item.Annotations.GetValueOrDefault(ResourceItem.TakeOver) == "true" ? "take-over;" : "")}";

    private static string HashOf(Member member, LakehouseSpec spec)
    {
        var setting = LakeScene.SettingOf(member, spec);
        var text = System.Text.Json.JsonSerializer.Serialize(new LakehouseSpec(spec.Storage), SpecJson.Default.LakehouseSpec);
        return ChildNames.Hash([text, .. setting.Layers.OrderBy(layer => layer.Key, StringComparer.Ordinal).Select(layer => $"{layer.Key}={layer.Value}")]);
    }
}

/// <summary>A Lakehouse: a probe Job finds out whether its store can hold tables and marks it; nothing else is run before that.</summary>
internal static class LakehouseRules
{
    /// <summary>A store that a run could not reach is asked again, but no more often than this.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    private const string FailedMark = "failed=";

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong with it in a cluster beyond what validation finds; null: nothing.</summary>
    public static Standing? FaultOf(Member member, LakehouseState state)
    {
        if (member.Fault is { } fault)
            return Standing.Of(fault);
        if (member.Spec is not LakehouseResource { Spec: var spec })
            return new Standing(false, nameof(Reason.Invalid), "its spec cannot be read", Stalled: true);
        if (ClusterLocations.Of(member.Id, spec) is { } wrong)
            return new Standing(false, nameof(Reason.Invalid), Judgement.Describe(wrong), Stalled: true);
        if (state.Status.StorageHash is { } taken && taken != state.Hash)
            return new Standing(false, nameof(Reason.Invalid), $"{ClusterCodes.Immutable.Id}: spec.storage: storage and layers cannot be changed once they are taken up; write them as they were, or make another Lakehouse", Stalled: true);
        return null;
    }

    /// <summary>Null where runs may be started: what was probed once is used until somebody says otherwise.</summary>
    public static string? NotReady(Member member, LakehouseState state, Standing? fault)
    {
        if (fault is not null)
            return $"{member.Id} has errors: {fault.Message}";
        if (member.Item.Deleting is not null)
            return $"{member.Id} is being deleted";
        return state.IsProbed(member) ? null : $"{member.Id} is not ready: {(state.Ledger.Last?.Error is { } error ? RunLedger.Describe(error) : "its store is being probed")}";
    }

    /// <param name="storeFailed">When a run of this Lakehouse last failed for the store.</param>
    public static Intent Decide(Member member, LakehouseState state, Standing? fault, DateTimeOffset? storeFailed, RunnerSetting runner)
    {
        var item = member.Item;
        var scene = member.Spec is LakehouseResource { Spec: { Storage: not null } known } ? new LakeScene(member, known, null, [], null!, runner, member.Seen.Now) { Rolls = new StreamRolls(member.Seen) } : null;
        var acts = new List<Act>(RunActs.Clear(member, state.Ledger, scene));
        DateTimeOffset? again = null;
        var stand = fault;
        if (fault is null && item.Deleting is null && scene is { Spec: var spec } lake && member.Spec is LakehouseResource resource)
        {
            var setback = member.Setback is { } last && last.Until > member.Seen.Now ? last : null;
            if (Policy(member, spec) is { } policy)
            {
                // Without its policy no pod of it runs; what was refused is told until it has been taken.
                stand = member.Setback is { } refusal ? Standing.Of(refusal) : null;
                if (setback is null)
                    acts.Add(policy);
            }

            again = setback?.Until;
            acts.AddRange(RunActs.Mend(
                member, state.Ledger, usable: true, attempt => PlanBuilder.BuildProbe(resource, item.Annotations.GetValueOrDefault(ResourceItem.TakeOver) == "true", item.Uid, lake.Setting, attempt)));
            var (decision, at) = Due(member, state, storeFailed);
            again = RunActs.Earliest(again, at);
            if (decision is not null)
            {
                var takeOver = item.Annotations.GetValueOrDefault(ResourceItem.TakeOver) == "true";
                var (start, later, refused) = RunActs.Start(member, state.Ledger, decision, lake, null, attempt => PlanBuilder.BuildProbe(resource, takeOver, item.Uid, lake.Setting, attempt));
                (stand, again) = (refused ?? stand, RunActs.Earliest(again, later));
                if (start is not null)
                    acts.Add(start);
            }
        }

        stand ??= Stand(member, state);
        var report = state.Ledger.Ended?.End.Report?.Storage;
        var status = new LakehouseStatus(
            item.Generation,
            stand.Conditions(state.Status.Conditions, item.Generation, member.Seen.Now).ToList(),
            report is not null ? new StorageStatus(report.Reachable, report.ConditionalWrites, state.Ledger.Last!.CompletionTime) : state.Status.Storage,
            report?.Tables ?? state.Status.TableCount,
            state.Status.StorageHash ?? (state.Ledger.Last?.Exit == RunnerExit.Done ? state.Hash : null),
            state.Ledger.Last,
            Handled.By(state.Ledger, item.Id.Kind, 0) ?? state.Status.LastHandledRequest);
        return StatusChanges.Intend(
            member, acts, StatusChanges.Of(state.Status, status, StatusJson.Default.LakehouseStatus, state.Status.Conditions, status.Conditions), state.Ledger,
            state.Status.Conditions, status.Conditions, RunActs.Earliest(again, Waits.ForPod(state.Ledger)));
    }

    /// <summary>A probe is due for new storage, a request, and a store that failed a run; a failed one is tried again for as long as only waiting may mend it.</summary>
    private static (Decision? Start, DateTimeOffset? At) Due(Member member, LakehouseState state, DateTimeOffset? storeFailed)
    {
        var now = member.Seen.Now;
        var request = member.Item.Request;
        var key = state.KeyOf(member) + (request is null ? "" : $"request={request};");
        var last = state.Ledger.Last;
        var same = last is not null && last.Trigger.Key.StartsWith(key, StringComparison.Ordinal) ? last : null;
        
        // Clocks of two nodes are not compared closely; that a failure was probed for is known by its mark.
        var failedSince = same is not null && storeFailed > same.CompletionTime - Skew && !same.Trigger.Key.Contains(MarkOf(storeFailed.Value), StringComparison.Ordinal) ? storeFailed : null;
        if (same is { Exit: RunnerExit.Done } && failedSince is null)
            return default;
        if (same is { Exit: { } exit } && exit != RunnerExit.Done && exit is not (RunnerExit.Store or RunnerExit.SecretMissing or RunnerExit.Bug or RunnerExit.Deadline or RunnerExit.Memory or RunnerExit.ScratchFull) && same.Generation == member.Item.Effective)
            return default;

        // Attempts count from the first of a row of failures, and belong to what that was started for.
        var failures = same is { Exit: not null and not RunnerExit.Done } ? same.Attempt : 0;
        var at = same is null ? now : same.CompletionTime + (failures > 0 ? Attempts.Backoff(failures) : AskAgain);
        if (at > now && at - now <= Attempts.LongestBackoff)
            return (null, at);
        var trigger = new RunTrigger(
            request is not null && request != state.Status.LastHandledRequest ? TriggerKind.Request : TriggerKind.OnChange,
            same is not null and not { Exit: RunnerExit.Done } ? same.Trigger.Key : failedSince is { } time ? key + MarkOf(time) : key);
        return (new Decision(member.Id, Verdict.Start, Reason.Running, "probing", trigger, same is { Exit: null } ? same.Attempt : failures + 1), null);
    }

    /// <summary>The failure of a run that the last probe was made for, and did not repeat: what that run missed is there again.</summary>
    public static DateTimeOffset? MendedSince(LakehouseState state) =>
        state.Ledger.Last is { Exit: RunnerExit.Done, Trigger.Key: var key } && key.LastIndexOf(FailedMark, StringComparison.Ordinal) is >= 0 and var at
            && long.TryParse(key.AsSpan(at + FailedMark.Length).TrimEnd(';'), System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static string MarkOf(DateTimeOffset failed) => $"{FailedMark}{failed.ToUnixTimeSeconds()};";

    private static Standing Stand(Member member, LakehouseState state)
    {
        if (state.Ledger is { InHand: not null, Hindrance: { } hindrance })
            return Standing.Of(hindrance);
        if (state.IsProbed(member))
            return new Standing(true, "Ready", "the store is reachable, puts objects only where none are, and is marked");
        if (state.Ledger.Last is { Exit: not null and not RunnerExit.Done, Error: { } error } last && last.Trigger.Key.StartsWith(state.KeyOf(member), StringComparison.Ordinal))
        {
            var reason = Standing.ReasonOf(error, last.Exit, member.Id.Kind);
            return new Standing(false, reason, RunLedger.Describe(error), Stalled: last.Exit == RunnerExit.Invalid && last.Generation == member.Item.Effective);
        }

        return new Standing(false, "Probing", "its store is being probed", Reconciling: true);
    }

    private static Act.ApplyPolicy? Policy(Member member, LakehouseSpec spec)
    {
        var wanted = LakehousePolicy.Of(member.Item, spec);
        var there = member.Seen.Policies[member.Item.Uid].FirstOrDefault(policy => policy.Key.Name == wanted.Metadata.Name);
        var hash = $"{member.Item.Uid}/{wanted.Metadata.Annotations![Labels.PlanHash]}";
        return there is not null && member.Memory.Applied.TryGetValue(wanted.Metadata.Name!, out var applied) && applied == (there.Uid, there.Generation, hash)
            ? null
            : new Act.ApplyPolicy(wanted, there?.Uid) { Hash = hash };
    }
}
