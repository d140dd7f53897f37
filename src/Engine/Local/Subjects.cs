using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>Resources as decisions see them.</summary>
internal static class Subjects
{
    /// <summary>Documents are read once, so there is one generation.</summary>
    public const string Generation = "1";

    /// <summary>One drain a process.</summary>
    private const string Drain = "once";

    /// <param name="since">When the loop began: a schedule counts from then on.</param>
    /// <param name="once">A loop that shall end waits for no time: what a schedule would run is run when its inputs make it due.</param>
    public static Subject Of(SubjectState state, LocalSet set, ObservedTables tables, DateTimeOffset since, bool once)
    {
        Subject subject = state.Resource switch
        {
            IngestionResource ingestion => new IngestionSubject(
                ingestion.Id, Generation, [.. ingestion.Spec.Tables.SelectMany(table => TableName.WithQuarantine(table.Name))], once ? Drain : null) { Suspended = ingestion.Spec.Suspend },
            TransformationResource transformation => Of(transformation, set, tables, once),
            QualityCheckResource check => Of(check, state),
            _ => throw new InvalidOperationException($"{state.Resource.Id} is not run"),
        };
        return subject with
        {
            Running = state.Running,
            LastRun = state.LastRun,
            DueSince = state.DueSince,
            Schedule = once ? null : state.Schedule,
            ScheduledSince = since,
            LastScheduleTime = state.LastScheduleTime,
            Stalled = set.HeldBy.TryGetValue(state.Resource.Id, out var gate)
                ? new Stall(Reason.Invalid, $"{gate} gates its table and is invalid; nothing is published that it has not judged")
                : null,
        };
    }

    public static int Retries(Resource resource, bool once) => resource switch
    {
        TransformationResource transformation => transformation.Spec.Execution?.Retries ?? Defaults.Retries,
        IngestionResource when !once => Attempts.Unlimited,
        _ => Defaults.Retries,
    };

    private static TransformationSubject Of(TransformationResource transformation, LocalSet set, ObservedTables tables, bool once)
    {
        var spec = transformation.Spec;
        var trigger = spec.Trigger ?? Defaults.Trigger;
        var gates = PlanBuilder.GatesOf(set.Checks, spec.Table);
        return new TransformationSubject(
            transformation.Id,
            Generation,
            spec.Table,
            set.Inputs[transformation.Id],
            PlanHashes.Sql(spec.Sql, spec.Materialization, spec.PartitionBy),
            gates.ToDictionary(gate => gate.Name, gate => gate.Hash, StringComparer.Ordinal),
            trigger.OnChange is not null || (once && trigger.Schedule is not null),
            once ? TimeSpan.Zero : trigger.OnChange?.MinInterval ?? TimeSpan.Zero,
            trigger.OnChange?.MaxWait ?? Defaults.MaxWait,
            Retries(transformation, once))
        {
            Suspended = spec.Suspend,
            Prefers = ReferredTo(gates.SelectMany(gate => gate.Checks)),
            Committed = tables[spec.Table]?.Consumed,
        };
    }

    /// <summary>
    /// A gate that no run of this process asked is asked here of the version that is published, so that every check has its line in the report.
    /// </summary>
    private static QualityCheckSubject Of(QualityCheckResource check, SubjectState state) =>
        new(check.Id, Generation, check.Spec.Table, PlanHashes.Checks(check.Spec.Checks), IsGate: false)
        {
            Evaluated = state.Evaluated,
            Prefers = ReferredTo(check.Spec.Checks),
        };

    private static IReadOnlyList<string> ReferredTo(IEnumerable<CheckSpec> checks) =>
        [.. checks.Select(check => check.Reference?.To).OfType<string>().Distinct(StringComparer.Ordinal)];
}
