using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RawJson = LakehouseOperator.Kubernetes.Objects.RawJson;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>Whether a status is worth a write.</summary>
internal static class StatusChanges
{
    /// <summary>A status whose conditions stand is written at most so often: counters move all the time.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <returns>Null where the two say the same, as far as the schema of a status lets them.</returns>
    public static StatusChange? Of<T>(T before, T after, JsonTypeInfo<T> type, IReadOnlyList<Condition>? conditionsBefore, IReadOnlyList<Condition>? conditionsAfter)
        where T : class
    {
        if (JsonSerializer.SerializeToUtf8Bytes(before, type).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(after, type)))
            return null;
        var text = StatusBounds.Write(after, type);
        return StatusBounds.Write(before, type).AsSpan().SequenceEqual(text)
            ? null
            : new StatusChange(RawJson.Parse(text), ConditionList.Differ(conditionsBefore, conditionsAfter));
    }

    /// <summary>The whole intent, with the status held back where it may wait, and Events for what changed in the conditions.</summary>
    public static Intent Intend(
        Member member, IReadOnlyList<Act> acts, StatusChange? status, RunLedger? ledger, IReadOnlyList<Condition>? before, IReadOnlyList<Condition>? after, DateTimeOffset? again)
    {
        var notes = new List<Note>(ledger is null ? [] : RunActs.Notes(ledger));
        if (status is { ConditionsChanged: false } && ledger?.Ended is null && member.Memory.LastStatusWrite is { } last && last + Rest > member.Seen.Now && last <= member.Seen.Now)
            return new Intent(member.Item, acts, null, notes, RunActs.Earliest(again, last + Rest));
        notes.AddRange(Transitions(before, after));
        return new Intent(member.Item, acts, status, notes, again);
    }

    /// <summary>Reasons that are on the way to another are not worth an Event of their own.</summary>
    private static IEnumerable<Note> Transitions(IReadOnlyList<Condition>? before, IReadOnlyList<Condition>? after)
    {
        foreach (var type in new[] { ConditionTypes.Ready, ConditionTypes.Passed, ConditionTypes.SourceConnected })
        {
            var (was, now) = (ConditionList.Find(before, type), ConditionList.Find(after, type));
            if (now is null || (was?.Status == now.Status && was.Reason == now.Reason) || (type != ConditionTypes.Ready && now.Status == ConditionStatus.Unknown))
                continue;
            if (now.Status != ConditionStatus.False && now.Reason is "Running" or "Pending" or "Queued" or "WaitingForUpstream" or "Probing")
                continue;
            yield return new Note(now.Reason, now.Message, IsWarning: now.Status == ConditionStatus.False && now.Reason is not ("Running" or "Pending" or "Queued" or "WaitingForUpstream" or "Probing"));
        }
    }
}

/// <summary>Moments at which something that has not happened counts.</summary>
internal static class Waits
{
    /// <summary>When a Job without a Pod is to be wondered at, or one that is over and whose Pod has not told how.</summary>
    public static DateTimeOffset? ForPod(RunLedger ledger) => ledger.AwaitedUntil ?? (ledger is { InHand: { } job, Hindrance: null } ? job.Created + RunPhases.PodPatience + TimeSpan.FromSeconds(1) : null);
}
