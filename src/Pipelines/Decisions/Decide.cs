using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>
/// What is due, decided once for the operator and for <c>lakehouse run</c>: a pure function of what was observed, whatever the order in
/// which it is listed. Gather first, then ask a list of rules, then share out the places.
/// </summary>
public static class Decide
{
    /// <summary>One decision a subject, ordered by id.</summary>
    public static IReadOnlyList<Decision> All(Observed observed)
    {
        var view = new View(observed);
        var decisions = observed.Subjects.Select(subject => One(new Case(subject, view.CauseOf(subject), view))).ToList();
        return
        [
            .. Queue(decisions, observed)
                .OrderBy(decision => decision.Resource.Kind)
                .ThenBy(decision => decision.Resource.Namespace, StringComparer.Ordinal)
                .ThenBy(decision => decision.Resource.Name, StringComparer.Ordinal),
        ];
    }

    private static Decision One(Case @case)
    {
        var rules = @case.Subject switch
        {
            IngestionSubject => Rules.OfIngestions,
            TransformationSubject => Rules.OfTransformations,
            _ => Rules.OfQualityChecks,
        };
        return WithSchedule(rules.Select(rule => rule(@case)).OfType<Decision>().First(), @case.Slot);
    }

    private static Decision WithSchedule(Decision decision, ScheduleSlot slot) => decision with
    {
        ScheduleTime = decision.Trigger?.Kind == TriggerKind.Schedule ? slot.Due : null,
        NextScheduleTime = slot.Next,
        MissedScheduleTime = slot.Missed,
        At = decision.Verdict == Verdict.Start || decision.At < slot.Next ? decision.At : slot.Next ?? decision.At,
    };

    /// <summary>Gives the free places to those that have been due longest; the others say so.</summary>
    private static IEnumerable<Decision> Queue(IReadOnlyList<Decision> decisions, Observed observed)
    {
        var free = Math.Max(1, observed.MaxConcurrentRuns) - observed.Subjects.Count(subject => subject is { Running.IsKeptOut: false } and not IngestionSubject);
        var queued = decisions
            .Where(decision => decision.Verdict == Verdict.Start && decision.Resource.Kind != ResourceKind.Ingestion)
            .OrderBy(decision => decision.DueSince)
            .ThenBy(decision => decision.Resource.Kind)
            .ThenBy(decision => decision.Resource.Namespace, StringComparer.Ordinal)
            .ThenBy(decision => decision.Resource.Name, StringComparer.Ordinal)
            .Skip(Math.Max(0, free))
            .Select(decision => decision.Resource)
            .ToHashSet();
        var places = observed.MaxConcurrentRuns;
        return decisions.Select(decision => queued.Contains(decision.Resource)
            ? decision with { Verdict = Verdict.Wait, Reason = Reason.Queued, Message = $"waits for one of {places} places (maxConcurrentRuns)" }
            : decision);
    }
}
