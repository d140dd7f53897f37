using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>
/// Resources of which SQL is not judged, because the SQL worker beside the operator does not answer: nobody knows whether they are right, so that nothing of them is started. What runs already runs on, and
/// everything else about them (suspending, deleting, results of runs) takes its course.
/// </summary>
internal static class Unjudged
{
    public const string Message = "the SQL worker beside the operator does not answer; the SQL is judged, and what is due is started, as soon as it does";

    /// <summary>For decisions; a stall holds nobody who reads what the resource writes.</summary>
    public static Stall? StallOf(Member member, bool suspended) => member.IsUnjudged && !suspended ? new Stall(Reason.Pending, Message) : null;

    /// <summary>
    /// What the status says of this very generation was said by somebody who had judged it, and stands, be it good or bad. Of any other generation nothing is known.
    /// </summary>
    /// <param name="served">Whether results of an earlier run stand.</param>
    /// <param name="done">How it stands after a run that ended well.</param>
    public static Standing Stand(Member member, IReadOnlyList<Condition>? before, RunLedger ledger, bool served, Func<Standing> done)
    {
        if (ledger is { InHand: not null, Hindrance: { } hindrance })
            return Standing.Of(hindrance);
        if (ledger.InHand is { } running)
            return new Standing(served, nameof(Reason.Running), $"attempt {running.Attempt} is under way");
        var ready = ConditionList.Find(before, ConditionTypes.Ready);
        if (ledger.Last is { Exit: { } exit } last && last.Generation == member.Item.Effective && (ledger.Ended is not null || ready is { Reason: nameof(Reason.Running) }))
            return exit == RunnerExit.Done ? done() : new Standing(false, Standing.ReasonOf(last.Error, exit, member.Id.Kind), last.Error is { } error ? RunLedger.Describe(error) : $"ended with {exit}");
        return ready is { Reason: not (nameof(Reason.Running) or nameof(Reason.Queued) or nameof(Reason.Suspended)) } && ready.ObservedGeneration == member.Item.Generation
            ? new Standing(
                ready.Status switch { ConditionStatus.True => true, ConditionStatus.False => false, _ => null }, ready.Reason, ready.Message,
                Stalled: Holds(before, ConditionTypes.Stalled), Reconciling: Holds(before, ConditionTypes.Reconciling))
            : new Standing(null, nameof(Reason.Pending), Message, Reconciling: true);
    }

    private static bool Holds(IReadOnlyList<Condition>? conditions, string type) => ConditionList.Find(conditions, type) is { Status: ConditionStatus.True };
}
