using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Engine.Tests.Transforms;

/// <summary>A lake in a folder with real workers, in which Transformations run one after another; their first input is itself made by one.</summary>
internal sealed class TransformationHouse : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScratchRoot scratch;
    private readonly RunContext context;

    public TransformationHouse(ISqlWorkerPool workers, FaultPlan? plan = null)
    {
        scratch = ScratchRoot.Open(folder["scratch"]);
        Layers = new[] { "bronze", "silver" }.ToDictionary(layer => layer, layer => new Uri(folder[layer]).AbsoluteUri, StringComparer.Ordinal);
        Lake = new Lake(
            new[] { "bronze", "silver" }.ToDictionary(
                layer => layer, layer => (IObjectStore)new FaultyStore(new FolderStore(folder[layer], TimeProvider.System), plan ?? FaultPlan.None, layer + "/"), StringComparer.Ordinal),
            TimeProvider.System);
        context = new RunContext(Lake, workers, scratch, TimeProvider.System, NoProgress.Instance, NullLogger.Instance);
    }

    public Lake Lake { get; }

    public Dictionary<string, string> Layers { get; }

    public string Scratch => folder["scratch"];

    public Task<RunReport> RunAsync(
        string table, string sql, IReadOnlyList<string>? inputs = null, IReadOnlyList<QualityCheckResource>? gates = null, string? name = null, ExecutionSpec? execution = null, bool adopt = false)
    {
        var lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec());
        var resource = new TransformationResource(
            new Metadata(name ?? table.Replace('.', '-'), Annotations: adopt ? new Dictionary<string, string>(StringComparer.Ordinal) { ["lakehouse.dev/adopt"] = "true" } : null), new TransformationSpec(new LakehouseRef("main"), sql, table, Execution: execution));
        var plan = PlanBuilder.Build(
            resource, gates ?? [], (inputs ?? []).Select(input => new PlannedInput(input)), new PlanSetting(lakehouse, Layers, 1L << 30, 1),
            new PlanAttempt(Guid.NewGuid().ToString("N"), 1, new RunTrigger(TriggerKind.OnChange, "")));
        return PlanRunner.ExecuteAsync(plan, context, TestContext.Current.CancellationToken);
    }

    public static QualityCheckResource Gate(string table, params CheckSpec[] checks) =>
        new(new Metadata("gate"), new QualityCheckSpec(new LakehouseRef("main"), table, checks, Enforcement.Gate));

    public async Task<Snapshot?> ReadAsync(string table) =>
        await new DeltaTable(TableName.Parse(table), StoreFactory.Open(Layers[table.Split('.')[0]], TimeProvider.System).At(table.Split('.')[1]), TimeProvider.System)
            .ReadSnapshotAsync(null, TestContext.Current.CancellationToken);

    /// <summary>Data files that lie in a table's folder, named by a commit or not.</summary>
    public int DataFilesOf(string table) => Directory.Exists(folder[table.Replace('.', '/')])
        ? Directory.EnumerateFiles(folder[table.Replace('.', '/')], "*.parquet", SearchOption.AllDirectories).Count()
        : 0;

    public void Dispose()
    {
        scratch.Dispose();
        folder.Dispose();
    }
}
