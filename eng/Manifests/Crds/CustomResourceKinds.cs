using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Manifests.Crds;

/// <param name="Type">As the API server knows it; <c>date</c> shows an age, so that times to come are strings.</param>
/// <param name="Wide">Only with <c>-o wide</c>.</param>
internal sealed record PrinterColumn(string Name, string Type, string JsonPath, string Description, bool Wide = false);

internal sealed record CustomResourceKind(ResourceKind Kind, string Plural, string ShortName, JsonTypeInfo Spec, JsonTypeInfo Status, IReadOnlyList<PrinterColumn> Columns);

/// <summary>The four kinds. Columns tell the story in 80 characters: whether it is well, why, the number that matters, how fresh it is, how old.</summary>
internal static class CustomResourceKinds
{
    private static readonly PrinterColumn Ready = new("Ready", "string", """.status.conditions[?(@.type=="Ready")].status""", "Whether it does what it should.");

    private static readonly PrinterColumn Status = new("Status", "string", """.status.conditions[?(@.type=="Ready")].reason""", "Why it is ready or not.");

    private static readonly PrinterColumn Age = new("Age", "date", ".metadata.creationTimestamp", "How long ago it was made.");

    private static readonly PrinterColumn Next = new("Next", "string", ".status.nextScheduleTime", "When its schedule comes next.", Wide: true);

    private static readonly PrinterColumn Message = new("Message", "string", """.status.conditions[?(@.type=="Ready")].message""", "Why, in words.", Wide: true);

    public static IReadOnlyList<CustomResourceKind> All { get; } =
    [
        new(ResourceKind.Lakehouse, "lakehouses", "lh", SpecJson.Default.LakehouseSpec, StatusJson.Default.LakehouseStatus,
            [
                Ready, Status,
                new("Tables", "integer", ".status.tableCount", "Tables in all its layers."),
                new("Probed", "date", ".status.storage.lastProbeTime", "How long ago its store was probed."),
                Age, Message,
            ]),
        new(ResourceKind.Ingestion, "ingestions", "igs", SpecJson.Default.IngestionSpec, StatusJson.Default.IngestionStatus,
            [
                Ready, Status,
                new("Lag", "integer", ".status.lagRecords", "Records that the source holds beyond the tables."),
                new("Committed", "date", ".status.lastCommitTime", "How long ago a table had its last commit."),
                Age,
                new("Rows", "integer", ".status.rows", "Rows of its tables.", Wide: true),
                new("Behind", "number", ".status.lagSeconds", "Age in seconds of the oldest record beyond the tables.", Wide: true),
                Message,
            ]),
        new(ResourceKind.Transformation, "transformations", "xf", SpecJson.Default.TransformationSpec, StatusJson.Default.TransformationStatus,
            [
                Ready, Status,
                new("Rows", "integer", ".status.output.rows", "Rows of its table."),
                new("Committed", "date", ".status.output.lastCommitTime", "How long ago its table had its last commit."),
                Age,
                new("Table", "string", ".spec.table", "The table that it writes.", Wide: true),
                new("Version", "integer", ".status.output.version", "The table's newest version.", Wide: true),
                Next, Message,
            ]),
        new(ResourceKind.QualityCheck, "qualitychecks", "qc", SpecJson.Default.QualityCheckSpec, StatusJson.Default.QualityCheckStatus,
            [
                Ready, Status,
                new("Passed", "string", """.status.conditions[?(@.type=="Passed")].status""", "Whether its checks hold."),
                new("Checks", "string", ".status.summary.ratio", "Checks that hold, of all."),
                new("Evaluated", "date", ".status.evaluatedTime", "How long ago it was judged."),
                Age,
                new("Table", "string", ".spec.table", "The table that it judges.", Wide: true),
                new("Version", "integer", ".status.version", "The version that was judged.", Wide: true),
                Next, Message,
            ]),
    ];
}
