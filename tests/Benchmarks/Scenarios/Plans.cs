using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>Plans as the local loop makes them, of one lake in a folder, or in a bucket.</summary>
/// <param name="store">Null: the folder.</param>
internal sealed class Plans(string lake, LakehouseSpec? store = null)
{
    private static readonly LakehouseRef Reference = new("main");
    private int made;

    private LakehouseResource Lakehouse { get; } = new(new Metadata("main"), store ?? new LakehouseSpec());

    public string Lake { get; } = lake;

    public IReadOnlyDictionary<string, string> Layers => LakeLocations.Of(Lakehouse.Spec, store is null ? Lake : null);

    public static RunLimits Limits => new(Defaults.Deadline, Machine.MemoryOfOne(Machine.Cores), Defaults.ScratchBytes, Machine.Cores);

    public RunPlan Of(Events events) => PlanBuilder.Build(
        new IngestionResource(new Metadata("events"), new IngestionSpec(Reference, events.Source, [events.Table])), [], drain: true, Setting, Attempt());

    /// <summary>One Ingestion of all streams into a table each.</summary>
    public RunPlan Of(OrderStreams streams, long commitRows) => PlanBuilder.Build(
        new IngestionResource(
            new Metadata("orders"),
            new IngestionSpec(
                Reference,
                new SourceSpec(RedisStreams: new RedisStreamsSourceSpec(streams.Url, SourceId: "bench")),
                [
                    .. OrderStreams.Keys.Select(static (key, stream) => new IngestedTableSpec(
                        OrderStreams.Table(stream), OrderStreams.Columns, key, [new PartitionSpec("placed_at", PartitionTransform.Day, "placed_date")])),
                ],
                new CommitSpec(MaxRows: commitRows))),
        [], drain: true, Setting, Attempt());

    /// <summary>A Transformation that reads <c>bronze.events</c>.</summary>
    public RunPlan Of(string table, string sql) => PlanBuilder.Build(
        new TransformationResource(new Metadata(table.Replace('.', '-').Replace('_', '-')), new TransformationSpec(Reference, sql, table)),
        [], [new PlannedInput(Events.Name)], Setting, Attempt());

    /// <returns>The plan's file.</returns>
    public string Save(RunPlan plan)
    {
        Directory.CreateDirectory(Lake);
        var file = Path.Combine(Lake, plan.RunId + ".plan.json");
        File.WriteAllText(file, PlanJson.Write(plan));
        return file;
    }

    /// <summary>Live data files of a table.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(string table)
    {
        var opened = LakeLocations.Open(Layers, TimeProvider.System).Table(Pipelines.TableName.Parse(table));
        var snapshot = await opened.ReadSnapshotAsync(null, CancellationToken.None) ?? throw new InvalidOperationException($"{table} is not there");
        return [.. snapshot.Files.Select(file => Path.Combine(Lake, table.Replace('.', '/'), Uri.UnescapeDataString(file.Path)))];
    }

    public static RunReport Report(string output) => ReportJson.Read(output);

    private PlanSetting Setting => new(Lakehouse, Layers, Machine.MemoryOfOne(Machine.Cores), Machine.Cores);

    private PlanAttempt Attempt() => new($"run{++made}", 1, new RunTrigger(TriggerKind.OnChange, "benchmark"));
}
