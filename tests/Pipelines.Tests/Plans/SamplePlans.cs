using System.Text.Json;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Plans;

/// <summary>One plan of each run kind, every member in use somewhere.</summary>
internal static class SamplePlans
{
    public static readonly LakehouseResource Main = new(new Metadata("main"), new LakehouseSpec(
        Storage: new StorageSpec(S3: new S3StorageSpec(
            "gold",
            "https://minio.storage:9000/",
            CredentialsSecretRef: new S3CredentialsRef("minio", new S3CredentialKeys(AccessKeyId: "AWS_ACCESS_KEY_ID")),
            CaSecretRef: new SecretKeyRef("minio-ca", "ca.crt"))),
        Tables: new TablesSpec(LogRetention: Duration.Parse("72h")),
        Runner: new LakehouseRunnerSpec(Scratch: new ScratchSpec(Quantity.Parse("20Gi")))));

    public static readonly PlanSetting Setting = new(
        Main, new Dictionary<string, string> { ["silver"] = "file:///lake/silver", ["bronze"] = "file:///lake/bronze", ["gold"] = "s3://gold/acme" }, 2L << 30, 2);

    public static readonly QualityCheckResource Gate = new(new Metadata("silver-events"), new QualityCheckSpec(
        new LakehouseRef("main"),
        "silver.events",
        [
            new CheckSpec("has-rows", RowCount: new RowCountCheck(Min: 1)),
            new CheckSpec("page", CheckSeverity.Warning, Missing: new MissingCheck("page", MaxPercent: 1.5)),
            new CheckSpec("key", Unique: new UniqueCheck(["event_id"])),
            new CheckSpec("type", Values: new ValuesCheck("event_type", [Json("\"login\""), Json("1"), Json("true")])),
            new CheckSpec("fresh", Freshness: new FreshnessCheck("timestamp", Duration.Parse("1h30m"))),
            new CheckSpec("user", Where: "user_id > 0", Reference: new ReferenceCheck(["user_id"], "silver.users", ["id"])),
            new CheckSpec("shape", Schema: new SchemaCheck([new SchemaCheckColumn("event_id", "VARCHAR")], AllowExtra: false)),
            new CheckSpec("rate", Metric: new MetricCheck("avg(user_id)", 0.5, 1e6)),
            new CheckSpec("sane", Rows: new RowsCheck("user_id < 0", 3)),
        ],
        Enforcement.Gate));

    public static readonly QualityCheckResource BronzeGate = new(new Metadata("bronze-events"), new QualityCheckSpec(
        new LakehouseRef("main"),
        "bronze.events",
        [new CheckSpec("user", Missing: new MissingCheck("user_id")), new CheckSpec("key", Unique: new UniqueCheck(["event_id"]))],
        Enforcement.Gate));

    public static readonly IngestionResource Events = new(new Metadata("events"), new IngestionSpec(
        new LakehouseRef("main"),
        new SourceSpec(Generator: new GeneratorSourceSpec(Seed: 7)),
        [
            new IngestedTableSpec(
                "bronze.events",
                [new ColumnSpec("event_id", "VARCHAR", Required: true), new ColumnSpec("timestamp", "TIMESTAMPTZ", Path: "$.at")],
                PartitionBy: [new PartitionSpec("timestamp", PartitionTransform.Day, "event_date")]),
        ],
        new CommitSpec(MaxRows: 50_000)));

    public static readonly IngestionResource Packages = new(new Metadata("packages"), new IngestionSpec(
        new LakehouseRef("main"),
        new SourceSpec(Files: new FilesSourceSpec("file:///drop", new FileFormatSpec(Csv: new CsvFormatSpec()))),
        [new IngestedTableSpec("bronze.packages", [new ColumnSpec("name", "VARCHAR")], Contract: new ContractSpec(UnknownFields.Quarantine, InvalidValues.Stop))]));

    public static readonly TransformationResource Silver = new(new Metadata("silver-events"), new TransformationSpec(
        new LakehouseRef("main"),
        "SELECT DISTINCT event_id, 'é \" \u0007' AS odd FROM bronze.events\n",
        "silver.events",
        PartitionBy: [new PartitionSpec("event_date")],
        Execution: new ExecutionSpec(ActiveDeadlineSeconds: 90)));

    public static PlanAttempt Attempt(TriggerKind kind, string key) => new("run-0001", 1, new RunTrigger(kind, key));

    public static RunPlan Ingestion() => PlanBuilder.Build(Events, [Gate, BronzeGate], drain: true, Setting, Attempt(TriggerKind.Stream, "drain=once"));

    public static RunPlan Files() => PlanBuilder.Build(Packages, [Gate, BronzeGate], drain: false, Setting, Attempt(TriggerKind.Stream, "stream"));

    public static RunPlan Transformation() => PlanBuilder.Build(
        Silver, [Gate, BronzeGate], [new PlannedInput("silver.users", 41), new PlannedInput("bronze.events")], Setting, Attempt(TriggerKind.OnChange, "bronze.events=t1@5;sql=abc"));

    public static RunPlan QualityCheck() => PlanBuilder.Build(Gate, 12, Setting, Attempt(TriggerKind.Request, "table=t1@5;checks=abc;request=now"));

    public static RunPlan Probe() => PlanBuilder.BuildProbe(Main, takeOver: true, "0d1f6e2c-9a53-4c1b-8a7e-3f1f8b6a2c11", Setting, Attempt(TriggerKind.OnChange, "generation=1"));

    public static RunPlan Drop() => PlanBuilder.BuildDrop(Events, ["bronze.events"], Setting, Attempt(TriggerKind.OnChange, "delete"));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
