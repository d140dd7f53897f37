using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>
/// <c>deletionPolicy: Delete</c> as a finalizer: stop what runs, remove the tables, let go. Where that cannot be done any more, or not within ten minutes, the tables stay and an Event says so: a resource
/// that cannot be deleted is worse than a table that was left.
/// </summary>
internal static class Deletion
{
    public const string Finalizer = "lakehouse.dev/tables";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static Intent Complete(Member member, RunLedger ledger, Intent intent, LakeScene? lake)
    {
        if (member.Id.Kind is ResourceKind.QualityCheck or ResourceKind.Lakehouse)
            return intent;
        var holds = member.Item.Finalizers.Contains(Finalizer, StringComparer.Ordinal);
        var wanted = PolicyOf(member.Spec) == DeletionPolicy.Delete;
        if (member.Item.Deleting is not { } since)
        {
            // A spec that cannot be read keeps what the last one said.
            return member.Spec is null || wanted == holds
                ? intent
                : intent with { Acts = [new Act.SetFinalizers(wanted ? [.. member.Item.Finalizers, Finalizer] : Without(member)), .. intent.Acts] };
        }

        if (!holds)
            return intent;
        if (!wanted || member.Spec is null)
            return Release(member, intent, "TablesRetained", member.Spec is null ? "its spec cannot be read, so its tables are left" : "deletionPolicy is Retain");
        if (!HasLakehouse(member))
            return Release(member, intent, "TablesRetained", "its Lakehouse is gone, so its tables are left");
        if (member.Setback is { NamespaceGoing: true })
            return Release(member, intent, "TablesRetained", "its namespace is being deleted, so its tables are left");
        if (member.Seen.Now - since > Patience)
            return Release(member, intent, "TablesRetained", $"its tables could not be removed within {Patience.TotalMinutes:0} minutes{(ledger.Last?.Error is { } error ? $": {RunLedger.Describe(error)}" : "")}");
        return lake is null ? Await(member, intent, since + Patience) : Drop(member, ledger, intent, lake, since + Patience);
    }

    private static bool HasLakehouse(Member member) => LakehouseOf(member.Spec) is { } name
        && member.Seen.Items.Any(item => item.Id.Kind == ResourceKind.Lakehouse && item.Id.Name == name && item.Deleting is null);

    private static string? LakehouseOf(Resource? resource) => resource switch
    {
        IngestionResource ingestion => ingestion.Spec.LakehouseRef.Name,
        TransformationResource transformation => transformation.Spec.LakehouseRef.Name,
        _ => null,
    };

    /// <summary>A Lakehouse that has errors may yet be mended; until then nothing reads on.</summary>
    private static Intent Await(Member member, Intent intent, DateTimeOffset end) => intent with
    {
        Acts = member.Stream is { Deleting: false } stream ? [.. intent.Acts, new Act.DeleteStream(stream)] : intent.Acts,
        Again = RunActs.Earliest(intent.Again, end),
    };

    private static Intent Drop(Member member, RunLedger ledger, Intent intent, LakeScene lake, DateTimeOffset end)
    {
        var key = $"drop={member.Item.Uid}";
        if (ledger.Last is { Exit: RunnerExit.Done } done && done.Trigger.Key == key)
            return Release(member, intent, "TablesDeleted", $"{string.Join(", ", TablesOf(member.Spec!))} removed");
        if (ledger.Last is { Exit: RunnerExit.SecretMissing } keyless && keyless.Trigger.Key == key)
            return Release(member, intent, "TablesRetained", $"its tables cannot be removed without the Secret: {(keyless.Error is { } missing ? RunLedger.Describe(missing) : "it is gone")}");
        var acts = new List<Act>(intent.Acts);
        if (member.Stream is { Deleting: false } stream)
            acts.Add(new Act.DeleteStream(stream));
        if (ledger.InHand is { Deleting: false } other && other.Trigger.Key != key)
            acts.Add(new Act.DeleteRun(other));
        if (ledger.InHand?.Trigger.Key == key)
            acts.AddRange(RunActs.Mend(member, ledger, usable: lake.NotReady is null, one => PlanBuilder.BuildDrop(member.Spec!, TablesOf(member.Spec!), lake.Setting, one)));
        var busy = member.Stream is not null || ledger.InHand is not null || (ledger.Ended is not null && ledger.Ended.Job.Trigger.Key != key);
        if (busy || lake.NotReady is not null)
            return intent with { Acts = acts, Again = RunActs.Earliest(intent.Again, end) };
        var attempt = ledger.Last is { } last && last.Trigger.Key == key ? last.Exit is null ? last.Attempt : last.Attempt + 1 : 1;
        if (attempt > 1 && ledger.Last!.CompletionTime + Attempts.Backoff(attempt - 1) is var at && at > lake.Now && at - lake.Now <= Attempts.LongestBackoff)
            return intent with { Acts = acts, Again = RunActs.Earliest(intent.Again, at, end) };
        var decision = new Decision(member.Id, Verdict.Start, Reason.Running, "removing its tables", new RunTrigger(TriggerKind.Request, key), attempt);
        var (start, again, _) = RunActs.Start(member, ledger, decision, lake, null, one => PlanBuilder.BuildDrop(member.Spec!, TablesOf(member.Spec!), lake.Setting, one));
        if (start is not null)
            acts.Add(start);
        return intent with { Acts = acts, Again = RunActs.Earliest(intent.Again, again, end) };
    }

    private static Intent Release(Member member, Intent intent, string reason, string message) => intent with
    {
        Acts = [.. intent.Acts, new Act.SetFinalizers(Without(member))],
        Notes = [.. intent.Notes, new Note(reason, message, IsWarning: reason == "TablesRetained")],
    };

    private static List<string> Without(Member member) => [.. member.Item.Finalizers.Where(finalizer => finalizer != Finalizer)];

    private static DeletionPolicy PolicyOf(Resource? resource) => resource switch
    {
        IngestionResource ingestion => ingestion.Spec.DeletionPolicy,
        TransformationResource transformation => transformation.Spec.DeletionPolicy,
        _ => DeletionPolicy.Retain,
    };

    private static IReadOnlyList<string> TablesOf(Resource resource) => resource switch
    {
        IngestionResource ingestion => [.. ingestion.Spec.Tables.Select(table => table.Name)],
        TransformationResource transformation => [transformation.Spec.Table],
        _ => [],
    };
}
