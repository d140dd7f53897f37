using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Runs;

/// <summary>One evaluation of a QualityCheck over a version that is published. It succeeds when every check has a result, whatever these say.</summary>
public sealed class QualityCheckRun(RunPlan plan, RunContext context, RunScratch scratch)
{
    private readonly QualityCheckPlan spec = plan.QualityCheck ?? throw new ArgumentException("not a quality check's plan", nameof(plan));
    private readonly DateTimeOffset started = context.Time.GetUtcNow();

    /// <exception cref="DiagnosticException">The table is not there or cannot be read.</exception>
    public async Task<RunReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        context.Progress.Stage(plan.Resource, RunStage.Reading);
        var name = TableName.Parse(spec.Table);
        var table = context.Lake.Table(name);
        var snapshot = await table.ReadSnapshotAsync(spec.Version, cancellationToken)
            ?? throw new DiagnosticException(RunCodes.InputMissing, $"{spec.Table} does not exist yet", "run what writes it first");

        context.Progress.Stage(plan.Resource, RunStage.Staging);
        var staging = new RunScratchBudget(scratch.Folder(ScratchPart.In), plan.Limits.ScratchBytes, scratch.IsApart);
        var subject = await TableStaging.StageAsync([new PinnedTable(table, snapshot)], staging, cancellationToken);
        var checks = NamedCheck.Of(plan.Name, spec.Checks);
        var references = await GateAudit.ReferencesAsync(context.Lake, checks, name, staging, cancellationToken);

        var worker = await context.Workers.RentAsync(cancellationToken);
        await using (worker)
        {
            context.Progress.Stage(plan.Resource, RunStage.Checking);
            var results = await CheckEvaluation.EvaluateAsync(
                checks, subject[0], references, worker, GateAudit.LimitsOf(plan), context.Time, new TableStatistics(snapshot).NullCounts(), cancellationToken);
            return RunReport.Of(plan, RunResult.Succeeded, started, context.Time.GetUtcNow()) with
            {
                Inputs = [new InputVersion(spec.Table, snapshot.TableId, snapshot.Version, snapshot.DataVersion)],
                Tables = [new TableReport(spec.Table, snapshot.TableId, snapshot.Version, snapshot.DataVersion, snapshot.Rows, 0, LastCommitTime: snapshot.Timestamp)],
                RowsRead = snapshot.Rows ?? 0,
                Checks = results,
            };
        }
    }
}
