using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Runs;

/// <summary>
/// Finds out whether the stores of a Lakehouse can hold tables: every layer's answers, takes the credentials, and puts an object only where none is. Then it marks each layer as this Lakehouse's, and
/// counts what is there. What is wrong is the report's error, by its own code; what was found until then is in it, too.
/// </summary>
public sealed class ProbeRun(RunPlan plan, RunContext context)
{
    private readonly ProbePlan spec = plan.Probe ?? throw new ArgumentException("not a probe's plan", nameof(plan));
    private readonly DateTimeOffset started = context.Time.GetUtcNow();

    public async Task<RunReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        context.Progress.Stage(plan.Resource, RunStage.Checking);
        var found = new StorageReport(false, null, 0);
        try
        {
            foreach (var (_, layer) in InOrder())
                await layer.GetAsync(LayerOwner.Key, cancellationToken);
            found = found with { Reachable = true };
            await context.Lake.RequireConditionalWritesAsync(cancellationToken);
            foreach (var (_, layer) in InOrder())
            {
                await LayerOwner.ClaimAsync(layer, plan.Resource, spec.TakeOver, context.Time, cancellationToken, spec.OwnerUid);

                // A folder shows by the mark itself that it can.
                found = found with { ConditionalWrites = true };
            }

            found = found with { Tables = await CountAsync(cancellationToken) };
            return Report(RunResult.Succeeded, found, null);
        }
        catch (DiagnosticException e)
        {
            if (e.Diagnostic.Code == TableCodes.ConditionalWritesUnsupported)
                found = found with { ConditionalWrites = false };
            else if (e.Diagnostic.Code == TableCodes.LocationOwned)
                found = found with { ConditionalWrites = true };
            return Report(RunResult.Failed, found, RunFailures.Describe(e.Diagnostic));
        }
    }

    private async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        var tables = 0;
        foreach (var (name, _) in InOrder())
            tables += await context.Lake.TablesAsync(name, cancellationToken).CountAsync(cancellationToken);
        return tables;
    }

    /// <summary>So that of two things that are wrong it is always the same one that is told.</summary>
    private IEnumerable<KeyValuePair<string, IObjectStore>> InOrder() => context.Lake.Layers.OrderBy(static layer => layer.Key, StringComparer.Ordinal);

    private RunReport Report(RunResult result, StorageReport storage, RunError? error) =>
        RunReport.Of(plan, result, started, context.Time.GetUtcNow()) with { Error = error, Storage = storage };
}
