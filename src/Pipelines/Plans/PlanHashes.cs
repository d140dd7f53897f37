using System.Text.Json;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>The hashes that decide whether something is the same as before. Each is lower-case hex of SHA-256 over canonical JSON.</summary>
public static class PlanHashes
{
    private static readonly string[] OfTheAttempt = ["runId", "planHash", "attempt", "trigger"];

    /// <summary>The plan with its hash set.</summary>
    public static RunPlan WithHash(RunPlan plan) => plan with { PlanHash = Plan(JsonSerializer.SerializeToElement(plan, PlanJsonContext.Default.RunPlan)) };

    /// <summary>Over a plan's JSON as it stands, so that a reader of a later version finds the hash that the writer found.</summary>
    public static string Plan(JsonElement plan) => CanonicalJson.Sha256(plan, OfTheAttempt);

    /// <summary>
    /// Over the SQL and what else shapes its result: materialization and partitions. Line endings and white space around the text do not
    /// count; comments do.
    /// </summary>
    public static string Sql(string sql, MaterializationSpec? materialization, IReadOnlyList<PartitionSpec>? partitionBy) =>
        CanonicalJson.Sha256(JsonSerializer.SerializeToElement(
            new Shape(sql.ReplaceLineEndings("\n").Trim(), materialization ?? Defaults.Materialization, partitionBy ?? []),
            PlanJsonContext.Default.Shape));

    /// <summary>Over a QualityCheck's checks, in their order.</summary>
    public static string Checks(IReadOnlyList<CheckSpec> checks) =>
        CanonicalJson.Sha256(JsonSerializer.SerializeToElement(checks, PlanJsonContext.Default.IReadOnlyListCheckSpec));

    internal sealed record Shape(string Sql, MaterializationSpec Materialization, IReadOnlyList<PartitionSpec> PartitionBy);
}
