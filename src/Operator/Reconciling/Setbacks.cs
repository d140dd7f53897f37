using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>What a setback means for the looks that follow it.</summary>
internal static class Setbacks
{
    /// <summary>So soon others may have the place of a run that was refused.</summary>
    private static readonly TimeSpan PlaceIsFree = TimeSpan.FromMilliseconds(200);

    /// <summary>As decisions see it: who was refused, or was lost with his pod again and again, gives up his place and is tried again in time.</summary>
    public static Held? Of(Member member, RunLedger? ledger = null)
    {
        if (member.Setback is { } setback)
            return new Held(setback.Until, setback.Message, setback.Count);
        if (ledger?.Last is not { Exit: null } last)
            return null;
        var disruptions = ledger.DisruptionsOf(new RunTrigger(last.Trigger.Kind, last.Trigger.Key), last.Attempt, member.Item.Effective);
        return ledger.NotBefore(disruptions) is { } at ? new Held(at, RunActs.LostAgain(ledger, disruptions, at), Key: last.Trigger.Key) : null;
    }

    /// <summary>How a resource stands whose run is not tried now because it was refused; null: nothing like that.</summary>
    public static Standing? Stand(Member member, Decision? decision) => decision is { IsHeld: true } && member.Setback is { } setback ? Standing.Of(setback) : null;

    /// <summary>
    /// Whether an intent that was carried out ends the setback before it. That something was deleted says nothing of what is to be made; and whoever waits for his turn has not been tried.
    /// </summary>
    public static bool IsOver(Setback before, Intent done, DateTimeOffset now) =>
        done.Acts.Any(static act => act is not (Act.DeleteRun or Act.DeleteStream or Act.DeletePlan)) || (before.Until <= now && !done.Waits);

    /// <summary>When to look again after an intent was refused.</summary>
    public static DateTimeOffset Again(Setback setback, Intent refused, DateTimeOffset now) =>
        refused.Acts.Any(static act => act is Act.StartRun) && now + PlaceIsFree < setback.Until ? now + PlaceIsFree : setback.Until;
}
