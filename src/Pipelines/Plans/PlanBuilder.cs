using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>What every plan on one lake shares.</summary>
/// <param name="Layers">Location of every layer, after <c>--lake</c> and the Lakehouse's own were weighed.</param>
/// <param name="MemoryBytes">What one run may use where nothing says: a share of the machine, or of the pod.</param>
/// <param name="Threads">The cores.</param>
public sealed record PlanSetting(LakehouseResource Lakehouse, IReadOnlyDictionary<string, string> Layers, long MemoryBytes, int Threads);

/// <summary>Which attempt of which cause.</summary>
/// <param name="RunId">Unique per attempt.</param>
/// <param name="Attempt">From 1.</param>
public sealed record PlanAttempt(string RunId, int Attempt, RunTrigger Trigger);

/// <summary>From validated resources to plans, with every default applied. Pure: equal arguments give equal plans.</summary>
public static class PlanBuilder
{
    /// <param name="checks">QualityChecks of the Lakehouse; the row-level checks of those that gate one of the tables count.</param>
    /// <param name="drain">End when the source has nothing more.</param>
    public static RunPlan Build(IngestionResource ingestion, IEnumerable<QualityCheckResource> checks, bool drain, PlanSetting setting, PlanAttempt attempt)
    {
        var spec = ingestion.Spec;
        var gates = spec.Tables
            .Select(table => (table.Name, Gates: Gates(checks, table.Name, RowLevelOnly)))
            .Where(table => table.Gates.Count > 0)
            .ToDictionary(table => table.Name, table => table.Gates, StringComparer.Ordinal);
        var plan = new IngestionPlan(
            Defaults.Of(spec.Source),
            [.. spec.Tables.Select(Defaults.Of)],
            spec.Commit?.MaxInterval?.Value ?? Defaults.CommitInterval,
            spec.Commit?.MaxRows ?? Defaults.CommitRows,
            spec.Commit?.MaxBytes?.Bytes ?? Defaults.CommitBytes,
            drain,
            gates.Count > 0 ? Sorted(gates) : null);
        return Complete(ingestion, setting, attempt, Limits(setting, spec.Runner, null) with { Deadline = TimeSpan.Zero }, plan);
    }

    /// <param name="checks">QualityChecks of the Lakehouse; those that gate the table count.</param>
    /// <param name="inputs">What the SQL reads, from its syntax tree.</param>
    public static RunPlan Build(
        TransformationResource transformation, IEnumerable<QualityCheckResource> checks, IEnumerable<PlannedInput> inputs, PlanSetting setting, PlanAttempt attempt)
    {
        var spec = transformation.Spec;
        var plan = new TransformationPlan(
            spec.Sql,
            PlanHashes.Sql(spec.Sql, spec.Materialization, spec.PartitionBy),
            spec.Table,
            spec.Materialization ?? Defaults.Materialization,
            spec.PartitionBy ?? [],
            [.. inputs.Distinct().OrderBy(input => input.Table, StringComparer.Ordinal).ThenBy(input => input.PinnedVersion)],
            Gates(checks, spec.Table, static _ => true));
        return Complete(transformation, setting, attempt, Limits(setting, spec.Runner, spec.Execution), transformation: plan);
    }

    /// <param name="version">The version to check; null: the newest when the run starts.</param>
    public static RunPlan Build(QualityCheckResource check, long? version, PlanSetting setting, PlanAttempt attempt) =>
        Complete(check, setting, attempt, Limits(setting, check.Spec.Runner, null),
            qualityCheck: new QualityCheckPlan(check.Spec.Table, check.Spec.Checks, version));

    /// <param name="takeOver">The annotation <c>lakehouse.dev/take-over</c> is <c>true</c>.</param>
    /// <param name="ownerUid">The resource's <c>metadata.uid</c>.</param>
    public static RunPlan BuildProbe(LakehouseResource lakehouse, bool takeOver, string ownerUid, PlanSetting setting, PlanAttempt attempt) =>
        Complete(lakehouse, setting, attempt, Limits(setting, null, null) with { Deadline = Defaults.ProbeDeadline }, probe: new ProbePlan(takeOver, ownerUid));

    /// <param name="resource">An Ingestion or a Transformation that is being deleted. That it would adopt a table gives it none to drop.</param>
    /// <param name="tables">What it wrote, as <c>layer.table</c>.</param>
    public static RunPlan BuildDrop(Resource resource, IEnumerable<string> tables, PlanSetting setting, PlanAttempt attempt) =>
        Complete(resource, setting, attempt, Limits(setting, null, null), drop: new DropPlan([.. tables.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]));

    /// <summary>The gates of one table, by name.</summary>
    public static IReadOnlyList<PlannedGate> GatesOf(IEnumerable<QualityCheckResource> checks, string table) => Gates(checks, table, static _ => true);

    /// <summary>Whether a check judges one row by itself, and so can gate an ingested table.</summary>
    public static bool RowLevelOnly(CheckSpec check) => check.Missing is not null || check.Values is not null || check.Rows is not null;

    private static IReadOnlyList<PlannedGate> Gates(IEnumerable<QualityCheckResource> checks, string table, Func<CheckSpec, bool> counts) =>
    [
        .. checks
            .Where(check => check.Spec.Enforcement == Enforcement.Gate && check.Spec.Table == table)
            .OrderBy(check => check.Metadata.Name, StringComparer.Ordinal)
            .Select(check => (check.Metadata.Name, Checks: check.Spec.Checks.Where(counts).ToList()))
            .Where(gate => gate.Checks.Count > 0)
            .Select(gate => new PlannedGate(gate.Name, PlanHashes.Checks(gate.Checks), gate.Checks)),
    ];

    /// <summary>What a resource says of its runs replaces the Lakehouse's field by field, each field whole.</summary>
    private static RunLimits Limits(PlanSetting setting, RunnerSpec? own, ExecutionSpec? execution)
    {
        var shared = setting.Lakehouse.Spec.Runner;
        return new RunLimits(
            execution?.ActiveDeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Defaults.Deadline,
            (own?.Resources ?? shared?.Resources)?.Limits?.Memory?.Bytes ?? setting.MemoryBytes,
            (own?.Scratch ?? shared?.Scratch)?.SizeLimit?.Bytes ?? Defaults.ScratchBytes,
            execution?.Threads ?? setting.Threads);
    }

    private static RunPlan Complete(
        Resource resource,
        PlanSetting setting,
        PlanAttempt attempt,
        RunLimits limits,
        IngestionPlan? ingestion = null,
        TransformationPlan? transformation = null,
        QualityCheckPlan? qualityCheck = null,
        ProbePlan? probe = null,
        DropPlan? drop = null)
    {
        var tables = setting.Lakehouse.Spec.Tables;
        var lake = new LakePlan(
            setting.Lakehouse.Metadata.Name,
            Sorted(setting.Layers),
            tables?.TargetFileSize?.Bytes ?? Defaults.TargetFileSizeBytes,
            tables?.LogRetention?.Value ?? Defaults.Retention,
            tables?.FileRetention?.Value ?? Defaults.Retention,
            setting.Layers.Values.Any(Layers.IsInBucket) && setting.Lakehouse.Spec.Storage?.S3 is { } s3 ? Defaults.Of(s3) : null);
        return PlanHashes.WithHash(new RunPlan(
            RunPlan.CurrentProtocol, attempt.RunId, "", resource.Kind, resource.Id.Namespace, resource.Metadata.Name, attempt.Attempt, attempt.Trigger,
            lake, limits, ingestion, transformation, qualityCheck, drop is null && Adopts(resource) ? true : null,
            probe, drop));
    }

    private static bool Adopts(Resource resource) =>
        resource.Metadata.Annotations?.GetValueOrDefault("lakehouse.dev/adopt") == "true" && resource.Kind is ResourceKind.Ingestion or ResourceKind.Transformation;

    private static SortedDictionary<string, TValue> Sorted<TValue>(IReadOnlyDictionary<string, TValue> unordered) =>
        new(unordered.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
