using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Faults.Runs;

/// <summary>Where and when a run happens.</summary>
/// <param name="Lake">Folder of the layers.</param>
/// <param name="Scratch">Root of the scratch folders of all processes.</param>
/// <param name="Now">The time of day, which stands still; null: the machine's, for sources whose connections have time-outs of their own.</param>
public sealed record Scene(string Lake, string Scratch, DateTimeOffset? Now);

/// <summary>One <c>lakehouse run --once</c> with stores of the test's making: all else is what the command line composes, in the same order.</summary>
public static class PipelineRun
{
    private const int Places = 2;

    /// <param name="wrap">Given a layer's name and its store, the store to use.</param>
    public static async Task<LocalReport> ExecuteAsync(
        LocalDocuments documents, Scene scene, ISqlWorkerPool workers, ILocalObserver observer, Func<string, IObjectStore, IObjectStore> wrap, CancellationToken stop)
    {
        var time = scene.Now is { } now ? new HeldTime(now) : TimeProvider.System;
        var lakehouse = documents.Catalogue.Lakehouses.Single();
        var set = LocalSets.Of(lakehouse, documents.Catalogue);
        var locations = LakeLocations.Of(lakehouse.Spec, scene.Lake);
        var layers = locations.ToDictionary(layer => layer.Key, layer => wrap(layer.Key, StoreFactory.Open(layer.Value, time)), StringComparer.Ordinal);
        var lake = new Lake(layers, time);
        using var scratch = ScratchRoot.Open(scene.Scratch);
        try
        {
            foreach (var (_, layer) in lake.Layers)
                await LayerOwner.ClaimAsync(layer, lakehouse.Id, takeOver: false, time, CancellationToken.None);
            var setting = new PlanSetting(lakehouse, locations, Machine.MemoryOfOne(Places), Machine.Cores);
            var context = new RunContext(lake, workers, scratch, time, observer, NullLogger.Instance);
            var outcomes = await new LocalLoop(set, setting, context, observer, new LoopOptions(Once: true, Places)).RunAsync(stop);
            await lake.SettleAsync();
            return new LocalReport(outcomes, documents.HasErrors);
        }
        catch (DiagnosticException e)
        {
            return new LocalReport([Outcomes.OfLakehouse(lakehouse, RunFailures.Describe(e.Diagnostic))]);
        }
    }
}
