using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>Why a subject would run now, and what became of the attempts that the same cause had.</summary>
/// <param name="Trigger">Null where it cannot be told yet: a table that it reads was never written.</param>
/// <param name="IsDue">What is committed or was judged does not reflect the cause, and no attempt at it succeeded.</param>
/// <param name="Failure">The last attempt at this very cause and generation, where it failed.</param>
/// <param name="Attempt">The one to come, from 1.</param>
internal sealed record Cause(RunTrigger? Trigger, bool IsDue, AttemptedRun? Failure, int Attempt, int Allowed)
{
    /// <summary>No attempt is left: only a change helps.</summary>
    internal bool IsExhausted => Failure is not null && Attempt > Allowed;

    internal static Cause Of(Subject subject, View view)
    {
        var cause = subject switch
        {
            IngestionSubject ingestion => OfKey(subject, TriggerKeys.Of(ingestion), false, TriggerKind.Stream),
            TransformationSubject transformation => OfTransformation(transformation, view),
            QualityCheckSubject check => OfCheck(check, view),
            _ => throw new ArgumentException($"no rules for {subject.Id}", nameof(subject)),
        };
        if (view.SlotOf(subject).Due is not { } scheduled || IsAsked(subject))
            return cause;
        var byClock = OfKey(subject, TriggerKeys.Of(scheduled), false, TriggerKind.Schedule);

        // The clock's run shows what changed, too. Where it failed for good, a change is a new chance.
        return byClock.IsDue && !(byClock.IsExhausted && cause is { IsDue: true, IsExhausted: false }) ? byClock : cause;
    }

    private static Cause OfTransformation(TransformationSubject subject, View view)
    {
        if (TriggerKeys.Of(subject, view.Observed.Tables) is not { } key)
            return new Cause(null, false, null, 1, 1);
        var asked = IsAsked(subject);
        if (!subject.OnChange)
            return OfKey(subject, key, !asked, TriggerKind.Request);
        var reflected = subject.Committed is { } committed
            && TriggerKeys.Of(committed, null) == TriggerKeys.Of(subject with { Request = null }, view.Observed.Tables);
        return OfKey(subject, key, reflected && !asked, reflected ? TriggerKind.Request : TriggerKind.OnChange);
    }

    private static Cause OfCheck(QualityCheckSubject subject, View view)
    {
        if (view.Version(subject.Table) is not { } version)
            return new Cause(null, false, null, 1, 1);
        var wanted = new EvaluatedVersion(version.TableId, version.DataVersion, subject.ChecksHash);
        var judged = subject.Evaluated == wanted || (subject.IsGate && PassedGate(subject, view));
        return OfKey(subject, TriggerKeys.Of(wanted, subject.Request), judged && !IsAsked(subject), judged ? TriggerKind.Request : TriggerKind.OnChange);
    }

    /// <summary>The version was published by a run that this gate had let pass with the same checks.</summary>
    private static bool PassedGate(QualityCheckSubject subject, View view) =>
        view.Producer(subject.Table) is TransformationSubject { Committed: { } committed }
        && committed.Gates.GetValueOrDefault(subject.Id.Name) == subject.ChecksHash;

    /// <summary>Somebody waits for an answer.</summary>
    internal static bool IsAsked(Subject subject) =>
        subject.Request is { } request && request != subject.LastHandledRequest;

    private static Cause OfKey(Subject subject, string key, bool isReflected, TriggerKind kind)
    {
        var trigger = new RunTrigger(kind, key);
        if (isReflected)
            return new Cause(trigger, false, null, 1, 1);
        if (subject.LastRun is not { } last || last.Key != key)
            return new Cause(trigger, true, null, 1, 1);
        if (last.Exit is RunnerExit.Done)
            return new Cause(trigger, false, null, 1, 1);
        if (last.Exit is not { } exit)
            return new Cause(trigger, true, null, last.Attempt, last.Attempt);
        if (last.Generation != subject.Generation)
            return new Cause(trigger, true, null, 1, 1);
        // A stream that ran well for long and then broke begins to count anew.
        var attempt = subject is IngestionSubject { DrainKey: null } && last.CompletionTime - last.StartTime > Attempts.LongestBackoff ? 1 : last.Attempt;
        return new Cause(trigger, true, last, attempt + 1, Attempts.Allowed(exit, subject.Id.Kind, subject.Retries));
    }
}
