using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Engine.Local;

/// <param name="Paths">Files and folders of documents.</param>
/// <param name="LakeFolder">Overrides where layers lie.</param>
/// <param name="Secrets">Folder of secrets, <c>name/key</c>.</param>
/// <param name="Once">Drain, run what is due, check, end.</param>
public sealed record LocalRequest(IReadOnlyList<string> Paths, string? LakeFolder, string? Secrets, bool Once);

/// <summary><c>lakehouse run</c> from documents to report: one loop for each Lakehouse, side by side.</summary>
public sealed class LocalRun
{
    private readonly LocalRequest request;
    private readonly ISqlWorkerPool workers;
    private readonly ScratchRoot scratch;
    private readonly TimeProvider time;
    private readonly ILocalObserver observer;
    private readonly ILogger log;

    private LocalRun(LocalRequest request, ISqlWorkerPool workers, ScratchRoot scratch, TimeProvider time, ILocalObserver observer, ILogger log)
    {
        this.request = request;
        this.workers = workers;
        this.scratch = scratch;
        this.time = time;
        this.observer = observer;
        this.log = log;
    }

    /// <summary>Ends with a report in every case; what is wrong with one resource is its line in it.</summary>
    /// <exception cref="DiagnosticException">Nothing could be begun: no runner, no scratch, no such folder of secrets.</exception>
    public static async Task<LocalReport> ExecuteAsync(
        LocalRequest request, TimeProvider time, ILocalObserver observer, ILogger log, CancellationToken stop)
    {
        if (request.Secrets is { } secrets && !Directory.Exists(secrets))
            throw new DiagnosticException(InputCodes.PathMissing, $"{secrets}: no such folder", "--secrets takes a folder of DIR/<name>/<key> files");
        using var root = ScratchRoot.Open();
        await using var pool = LocalWorkers.Open(time);
        return await new LocalRun(request, pool, root, time, observer, log).ExecuteAsync(stop);
    }

    private async Task<LocalReport> ExecuteAsync(CancellationToken stop)
    {
        var documents = await LocalDocuments.LoadAsync(request.Paths, workers, CancellationToken.None);
        if (documents.Diagnostics.Count > 0)
            observer.Found(documents.Diagnostics);
        var catalogue = documents.Catalogue;
        var loops = await Task.WhenAll(catalogue.Lakehouses.Select(lakehouse => ExecuteAsync(lakehouse, catalogue, stop)));
        var known = loops.SelectMany(loop => loop).ToDictionary(outcome => outcome.Resource);
        foreach (var (id, _, _) in documents.Resources)
            known.TryAdd(id, new ResourceOutcome(id, Outcome.Invalid, null, null, null, [], null));
        foreach (var outcome in known.Values.Where(outcome => outcome.Error is not null).ToList())
            known[outcome.Resource] = outcome with { Place = documents.PlaceOf(outcome.Resource, outcome.Error!) };
        var order = catalogue.Graph.Order.Select((id, place) => (id, place)).ToDictionary(pair => pair.id, pair => pair.place);
        return new LocalReport(
            [.. known.Values.OrderBy(outcome => outcome.Resource.Kind).ThenBy(outcome => order.GetValueOrDefault(outcome.Resource)).ThenBy(outcome => outcome.Resource.Name, StringComparer.Ordinal)],
            documents.HasErrors,
            Sample(catalogue, known));
    }

    private async Task<IReadOnlyList<ResourceOutcome>> ExecuteAsync(LakehouseResource lakehouse, Catalogue catalogue, CancellationToken stop)
    {
        var set = LocalSets.Of(lakehouse, catalogue);
        try
        {
            var locations = LakeLocations.Of(lakehouse.Spec, request.LakeFolder);
            var secrets = new DocumentSecrets(catalogue.Secrets, lakehouse.Id.Namespace, request.Secrets is { } folder ? new FolderSecrets(folder) : null);
            var lake = LakeLocations.Open(locations, LakeLocations.StoreOf(lakehouse.Spec), secrets, time, scratch.Path);
            await lake.RequireConditionalWritesAsync(stop);
            var takeOver = lakehouse.Metadata.Annotations?.GetValueOrDefault("lakehouse.dev/take-over") == "true";
            foreach (var (_, layer) in lake.Layers)
                await LayerOwner.ClaimAsync(layer, lakehouse.Id, takeOver, time, CancellationToken.None);
            var places = Math.Max(1, Math.Min(lakehouse.Spec.Runner?.MaxConcurrentRuns ?? Defaults.MaxConcurrentRuns, Machine.Cores));
            var setting = new PlanSetting(lakehouse, locations, Machine.MemoryOfOne(places), Machine.Cores);
            var context = new RunContext(lake, workers, scratch, time, observer, log) { Secrets = secrets };
            var outcomes = await new LocalLoop(set, setting, context, observer, new LoopOptions(request.Once, places)).RunAsync(stop);

            // A checkpoint that is under way would be lost with the process, and short runs would never leave one.
            await lake.SettleAsync();
            return [Outcomes.OfLakehouse(lakehouse, null), .. outcomes];
        }
        catch (DiagnosticException e)
        {
            return [Outcomes.OfLakehouse(lakehouse, RunFailures.Describe(e.Diagnostic)), .. set.InOrder().Select(resource => Outcomes.WithoutLake(resource, lakehouse))];
        }
    }

    /// <summary>A table worth a look: of those written last in the graph, the first.</summary>
    private static string? Sample(Catalogue catalogue, Dictionary<ResourceId, ResourceOutcome> known)
    {
        var written = catalogue.Transformations.Where(transformation => known.GetValueOrDefault(transformation.Id) is { Rows: > 0 }).ToList();
        var leaf = written.Find(transformation => catalogue.Graph.ConsumersOf(transformation.Id).All(consumer => consumer.Kind != ResourceKind.Transformation));
        return leaf?.Spec.Table ?? catalogue.Ingestions.FirstOrDefault(ingestion => known.GetValueOrDefault(ingestion.Id) is { Rows: > 0 })?.Spec.Tables[0].Name;
    }
}
