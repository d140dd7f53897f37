using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Operator.Ingestions;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Lakehouses;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.QualityChecks;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Transformations;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>
/// From what is there to what is to be done, for a whole namespace at once: a pure function, but for what it remembers for fairness. What is due is decided by
/// <see cref="Pipelines.Decisions.Decide"/>, as it is for <c>lakehouse run</c>; here is only how a cluster carries it out.
/// </summary>
internal static class Deciding
{
    public static IReadOnlyList<Intent> All(Observation seen, Judgement judgement, NamespaceMemory memory, RunnerSetting runner)
    {
        var members = seen.Items.Select(item => new Member(item, judgement.Find(item.Id), judgement.FaultOf(item.Id), seen, memory.Of(item).Setback, memory.Of(item)) { IsUnjudged = judgement.Catalogue.Unjudged.Contains(item.Id) }).ToList();
        memory.Keep(seen.Items);
        var byLakehouse = members.Where(member => member.Id.Kind != ResourceKind.Lakehouse).ToLookup(member => LakehouseOf(member.Spec), StringComparer.Ordinal);
        var intents = new List<Intent>();
        var rolls = new StreamRolls(seen);
        foreach (var lakehouse in members.Where(member => member.Id.Kind == ResourceKind.Lakehouse))
            intents.AddRange(OfLakehouse(lakehouse, [.. byLakehouse[lakehouse.Id.Name]], judgement, runner, rolls));
        var known = members.Where(member => member.Id.Kind == ResourceKind.Lakehouse).Select(member => member.Id.Name).ToHashSet(StringComparer.Ordinal);
        intents.AddRange(Orphans([.. byLakehouse.Where(group => group.Key is null || !known.Contains(group.Key)).SelectMany(group => group)]));
        return intents;
    }

    /// <summary>The Lakehouse that a resource names; null where its spec cannot be read.</summary>
    private static string? LakehouseOf(Resource? resource) => resource switch
    {
        IngestionResource ingestion => ingestion.Spec.LakehouseRef.Name,
        TransformationResource transformation => transformation.Spec.LakehouseRef.Name,
        QualityCheckResource check => check.Spec.LakehouseRef.Name,
        _ => null,
    };

    private static IEnumerable<Intent> Orphans(IReadOnlyList<Member> members)
    {
        var states = States.Of(members, null);
        return members.Select(member => Of(member, states, null, null));
    }

    /// <summary>The boundary of one Lakehouse: whatever is thrown over it is its own failure, and others go on.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A boundary.")]
    private static IReadOnlyList<Intent> OfLakehouse(Member lakehouse, IReadOnlyList<Member> members, Judgement judgement, RunnerSetting runner, StreamRolls rolls)
    {
        try
        {
            return [.. Together(lakehouse, members, judgement, runner, rolls)];
        }
        catch (Exception e)
        {
            return [Intent.Failed(lakehouse.Item, e, lakehouse.Seen.Now), .. Orphans(members)];
        }
    }

    private static IEnumerable<Intent> Together(Member lakehouse, IReadOnlyList<Member> members, Judgement judgement, RunnerSetting runner, StreamRolls rolls)
    {
        var state = LakehouseState.Of(lakehouse);
        var fault = LakehouseRules.FaultOf(lakehouse, state);
        if (lakehouse.Spec is not LakehouseResource { Spec: var spec })
        {
            yield return LakehouseRules.Decide(lakehouse, state, fault, null, runner);
            foreach (var intent in Orphans(members))
                yield return intent;
            yield break;
        }

        var lake = new LakeScene(lakehouse, spec, LakehouseRules.NotReady(lakehouse, state, fault), members, judgement, runner, lakehouse.Seen.Now) { Rolls = rolls, MendedSince = LakehouseRules.MendedSince(state) };
        var states = States.Of(members, lake);
        yield return LakehouseRules.Decide(lakehouse, state, fault, states.StoreFailed, runner);
        var observed = new Observed(
            [.. members.Select(member => states.Observe(member, lake)).OfType<Pipelines.Decisions.Subject>()],
            states.Tables,
            spec.Runner?.MaxConcurrentRuns ?? Defaults.MaxConcurrentRuns,
            lake.Now);
        var decisions = Pipelines.Decisions.Decide.All(observed).ToDictionary(decision => decision.Resource);
        foreach (var member in members)
        {
            var decision = decisions.GetValueOrDefault(member.Id);
            member.Memory.DueSince = decision?.DueSince;
            yield return Of(member, states, decision, lake) with { Waits = decision?.Verdict == Verdict.Wait };
        }
    }

    /// <summary>The boundary of one resource.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A boundary.")]
    private static Intent Of(Member member, States states, Decision? decision, LakeScene? lake)
    {
        if (states.Faults.TryGetValue(member.Id, out var fault))
            return Intent.Failed(member.Item, fault, member.Seen.Now);
        try
        {
            return Sound(member, states, decision, lake);
        }
        catch (Exception e)
        {
            return Intent.Failed(member.Item, e, member.Seen.Now);
        }
    }

    private static Intent Sound(Member member, States states, Decision? decision, LakeScene? lake)
    {
        var intent = member.Id.Kind switch
        {
            ResourceKind.Ingestion => IngestionRules.Decide(member, states.Ingestions[member.Id], decision, lake),
            ResourceKind.Transformation => TransformationRules.Decide(member, states.Transformations[member.Id], decision, lake),
            _ => QualityCheckRules.Decide(member, states.Checks[member.Id], decision, lake),
        };
        var ledger = states.LedgerOf(member.Id);
        if (member.Id.Kind == ResourceKind.Transformation && ledger.Told.Where(told => !states.IsTold(told.Report)).Select(told => told.Job.Uid).ToHashSet(StringComparer.Ordinal) is { Count: > 0 } untold)
            intent = intent with { Acts = [.. intent.Acts.Where(act => act is not Act.DeleteRun delete || !untold.Contains(delete.Job.Uid))] };
        return Deletion.Complete(member, ledger, intent, lake);
    }
}

/// <summary>The past of every resource of one Lakehouse.</summary>
internal sealed class States
{
    public Dictionary<ResourceId, IngestionState> Ingestions { get; } = [];

    public Dictionary<ResourceId, TransformationState> Transformations { get; } = [];

    public Dictionary<ResourceId, QualityCheckState> Checks { get; } = [];

    /// <summary>Resources whose past could not be told: a defect of ours, which stops nobody else.</summary>
    public Dictionary<ResourceId, Exception> Faults { get; } = [];

    public static States Of(IReadOnlyList<Member> members, LakeScene? lake)
    {
        var states = new States();
        foreach (var member in members.Where(member => member.Id.Kind == ResourceKind.Ingestion))
            states.Try(member, () => states.Ingestions[member.Id] = IngestionState.Of(member));
        foreach (var member in members.Where(member => member.Id.Kind == ResourceKind.Transformation))
            states.Try(member, () => states.Transformations[member.Id] = TransformationState.Of(member, lake));

        // A gate's findings come with the run that it judged, and are kept until they are in its status: the run's Job stays as long.
        var writers = members.Where(member => member.Spec is TransformationResource && states.Transformations.ContainsKey(member.Id))
            .ToLookup(member => ((TransformationResource)member.Spec!).Spec.Table, member => states.Transformations[member.Id], StringComparer.Ordinal);
        foreach (var member in members.Where(member => member.Id.Kind == ResourceKind.QualityCheck))
        {
            var table = (member.Spec as QualityCheckResource)?.Spec.Table;
            states.Try(member, () => states.Checks[member.Id] = QualityCheckState.Of(member, table is null ? [] : writers[table].SelectMany(state => state.Ledger.Told)));
        }

        return states;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of one resource.")]
    private void Try(Member member, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e)
        {
            Faults[member.Id] = e;
        }
    }

    /// <summary>Whether every check that the run judged has its findings in its status: only then may the run's Job, which alone holds them, go.</summary>
    public bool IsTold(RunReport report) => (report.Checks ?? []).Select(check => check.QualityCheck).Distinct(StringComparer.Ordinal).All(name =>
        !Checks.TryGetValue(new ResourceId(ResourceKind.QualityCheck, name, report.Namespace), out var check) || !check.IsPending);

    /// <summary>Newest version by table, from whoever writes it.</summary>
    public IReadOnlyDictionary<string, TableVersion> Tables
    {
        get
        {
            var tables = new Dictionary<string, TableVersion>(StringComparer.Ordinal);
            foreach (var table in Ingestions.Values.SelectMany(state => state.Tables))
            {
                if (table is { TableId: { } id, DataVersion: { } version })
                    tables.TryAdd(table.Name, new TableVersion(id, version));
            }

            foreach (var state in Transformations.Values)
            {
                if (state is { Output: { } output, Version: { } version })
                    tables.TryAdd(output.Table, version);
            }

            return tables;
        }
    }

    /// <summary>A batch run's one Secret is the store's.</summary>
    private static DateTimeOffset? FailedFor(RunLedger ledger) => ledger.Last is { Exit: RunnerExit.Store or RunnerExit.SecretMissing } last ? last.CompletionTime : null;

    /// <summary>When a run last failed for the store.</summary>
    public DateTimeOffset? StoreFailed => Ingestions.Values.Select(state => state.Broken is { Exit: RunnerExit.Store } broken ? broken.CompletionTime : (DateTimeOffset?)null)
        .Concat(Transformations.Values.Select(state => FailedFor(state.Ledger)))
        .Concat(Checks.Values.Select(state => FailedFor(state.Ledger)))
        .Max();

    /// <summary>Null where nothing can be known of it.</summary>
    public Pipelines.Decisions.Subject? Observe(Member member, LakeScene lake)
    {
        Pipelines.Decisions.Subject? subject = null;
        if (!Faults.ContainsKey(member.Id))
        {
            Try(member, () => subject = member.Id.Kind switch
            {
                ResourceKind.Ingestion => IngestionRules.Observe(member, Ingestions[member.Id], lake),
                ResourceKind.Transformation => TransformationRules.Observe(member, Transformations[member.Id], lake),
                _ => QualityCheckRules.Observe(member, Checks[member.Id], lake),
            });
        }

        return subject;
    }

    public RunLedger LedgerOf(ResourceId id) => id.Kind switch
    {
        ResourceKind.Ingestion => Ingestions[id].Drops,
        ResourceKind.Transformation => Transformations[id].Ledger,
        _ => Checks[id].Ledger,
    };
}
