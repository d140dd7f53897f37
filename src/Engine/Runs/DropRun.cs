using LakehouseOperator.Engine.Tables.Dropping;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Runs;

/// <summary>Drops the tables of a resource that is being deleted, each with its quarantine table; what is another's stays.</summary>
public sealed class DropRun(RunPlan plan, RunContext context)
{
    private readonly DropPlan spec = plan.Drop ?? throw new ArgumentException("not a drop's plan", nameof(plan));
    private readonly DateTimeOffset started = context.Time.GetUtcNow();

    /// <returns><see cref="RunResult.UpToDate"/> where nothing of the resource's was there.</returns>
    /// <exception cref="Pipelines.Codes.DiagnosticException">A table cannot be read or removed; the same run may be started again.</exception>
    public async Task<RunReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        context.Progress.Stage(plan.Resource, RunStage.Committing);
        var dropped = 0;
        foreach (var table in spec.Tables)
        {
            // The stream's own table first: with it whoever still writes is fenced from both.
            var name = TableName.Parse(table);
            dropped += await DropAsync(name, cancellationToken) + await DropAsync(name.Quarantine, cancellationToken);
        }

        return RunReport.Of(plan, dropped > 0 ? RunResult.Succeeded : RunResult.UpToDate, started, context.Time.GetUtcNow());
    }

    private async Task<int> DropAsync(TableName name, CancellationToken cancellationToken)
    {
        if (!context.Lake.Layers.ContainsKey(name.Layer))
            return 0;
        var drop = new TableDrop(context.Lake.Table(name), plan.Resource, (plan.RunId, plan.PlanHash), context.Time);
        var outcome = await drop.RunAsync(cancellationToken);
        if (outcome == DropOutcome.NotOurs)
            RunLog.NotOurs(context.Log, plan.Resource, name, drop.Owner ?? "another program");
        return outcome == DropOutcome.Dropped ? 1 : 0;
    }
}
