using System.Diagnostics;
using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Cli.Tests.Runner;

/// <summary>A pod's volumes as folders, and its runner as a process with the arguments that it has there.</summary>
internal sealed class Pod : IDisposable
{
    private readonly Folder folder = new();

    public Pod()
    {
        folder.Write("run/token", "the-token\n");
        NewContainer();
        foreach (var part in new[] { "in", "out", "own" })
            Directory.CreateDirectory(folder.At("scratch", part));
        Directory.CreateDirectory(folder.At("secrets"));
    }

    public string Secrets => folder.At("secrets");

    public string Scratch => folder.At("scratch");

    public string Socket => folder.At("run", "worker.sock");

    public string At(params string[] parts) => folder.At(parts);

    /// <summary>An empty file, as kubelet makes it for every container that it starts.</summary>
    public void NewContainer() => folder.Write("run/termination-log", "");

    public string Termination() => File.ReadAllText(folder.At("run", "termination-log"));

    public PlanSetting Setting => new(
        new LakehouseResource(new Metadata("main"), new LakehouseSpec()),
        new[] { "bronze", "silver", "gold" }.ToDictionary(layer => layer, layer => new Uri(folder.At("lake", layer)).AbsoluteUri),
        512L << 20,
        1);

    public static PlanAttempt Attempt => new("run-1", 1, new RunTrigger(TriggerKind.Stream, "test"));

    /// <summary>Two days of a hundred events, and then one a second.</summary>
    public RunPlan Generated(bool drain, IReadOnlyList<QualityCheckResource>? gates = null)
    {
        var ingestion = new IngestionResource(new Metadata("events"), new IngestionSpec(
            new LakehouseRef("main"),
            new SourceSpec(Generator: new GeneratorSourceSpec(EventsPerSecond: drain ? 0 : 20, Users: 20, Days: 2, EventsPerDay: 100)),
            [
                new IngestedTableSpec("bronze.events",
                [
                    new ColumnSpec("event_id", "VARCHAR", Required: true), new ColumnSpec("user_id", "BIGINT"), new ColumnSpec("event_type", "VARCHAR"), new ColumnSpec("timestamp", "TIMESTAMPTZ"),
                ]),
            ],
            new CommitSpec(MaxInterval: Duration.Parse("1s"))));
        return PlanBuilder.Build(ingestion, gates ?? [], drain, Setting, Attempt);
    }

    public RunPlan Transformation(string sql, string table = "silver.made", IReadOnlyList<QualityCheckResource>? gates = null, int deadline = 60) => PlanBuilder.Build(
        new TransformationResource(new Metadata("made"), new TransformationSpec(new LakehouseRef("main"), sql, table, Execution: new ExecutionSpec(ActiveDeadlineSeconds: deadline))),
        gates ?? [], [new PlannedInput("bronze.events")], Setting, Attempt);

    public Process Start(RunPlan plan, Uri? reports, params string[] more) => Start(PlanJson.Write(plan), reports, more);

    public Process Start(string plan, Uri? reports, params string[] more)
    {
        string[] arguments =
        [
            "run", "--plan", folder.Write("plan/plan.json", plan), "--secrets", Secrets, "--termination-log", folder.At("run", "termination-log"),
            .. reports is null ? [] : new[] { "--report-url", reports.ToString(), "--report-token", folder.At("run", "token") },
            .. more,
        ];
        return Lakehouse.Start("lakehouse-runner", arguments, new Dictionary<string, string> { ["LAKEHOUSE_SCRATCH"] = Scratch, ["POD_NAMESPACE"] = "default" });
    }

    public Task<Ended> RunAsync(RunPlan plan, Uri? reports, params string[] more) => Lakehouse.EndAsync(Start(plan, reports, more));

    public void Dispose() => folder.Dispose();
}
