using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>
/// Runs an Ingestion: drains its source up to now, or streams until told to stop. Every commit holds its rows and the source's position
/// together, so that whatever ends the process, each record is in the table once.
/// </summary>
public static class IngestionRun
{
    /// <summary>
    /// Ends when the source is drained (<c>plan.Ingestion.Drain</c>) or when <paramref name="stop"/> is cancelled; then the commit in hand is finished
    /// first. A table that fails does not keep the plan's other tables from going on; the report carries the first error.
    /// </summary>
    /// <param name="workers">Judge the rows of tables with gates; not used for others.</param>
    /// <param name="scratch">An existing folder for staged files, outside the lake; what a run leaves there is removed by the caller.</param>
    /// <param name="log">Told of defects, whose report says little.</param>
    /// <returns>What the source or the tables refuse is the report's error and never thrown.</returns>
    public static async Task<RunReport> RunAsync(
        RunPlan plan, Lake lake, ISqlWorkerPool workers, string scratch, TimeProvider time, IRunProgress progress, CancellationToken stop, ILogger? log = null)
    {
        var started = time.GetUtcNow();
        var tally = new RunTally(plan.Resource, progress, time);
        var tables = new List<TableIngestion>();
        RunError? error = null;
        try
        {
            var ingestion = plan.Ingestion ?? throw new ArgumentException("the plan is no ingestion's", nameof(plan));
            using var database = new IngestionDatabase(plan.Limits, scratch);
            await using var source = SourceCatalog.Create(ingestion.Source, time);
            tables.AddRange(ingestion.Tables.Select(table => new TableIngestion(plan, table, source, lake, workers, database, scratch, time, tally)));
            var ends = await Task.WhenAll(tables.Select(table => RunTableAsync(table, plan.Resource, log, stop)));
            error = Array.Find(ends, static end => end is not null);
        }
        catch (Exception e)
        {
            // The boundary of a run: whatever ended it is its report.
            error = Describe(e, plan.Resource, log);
        }

        error ??= tally.FirstError is { } noticed ? RunFailures.Describe(noticed) : null;
        return new RunReport(
            plan.Protocol,
            plan.RunId,
            plan.Kind,
            plan.Namespace,
            plan.Name,
            error is not null ? RunResult.Failed : tally.Commits > 0 ? RunResult.Succeeded : RunResult.UpToDate,
            started,
            time.GetUtcNow(),
            error,
            Tables: [.. tables.Select(static table => table.Report()).OfType<TableReport>()],
            RowsRead: tally.Read,
            RowsWritten: tally.Written);
    }

    private static async Task<RunError?> RunTableAsync(TableIngestion table, ResourceId resource, ILogger? log, CancellationToken stop)
    {
        try
        {
            // Off the caller's thread: opening a source and reading a log do not always yield.
            await Task.Run(() => table.RunAsync(stop), CancellationToken.None);
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // The boundary of a table: the plan's others go on.
            return Describe(e, resource, log);
        }
    }

    private static RunError Describe(Exception e, ResourceId resource, ILogger? log)
    {
        if (log is not null && e is not (DiagnosticException or SqlWorkerGoneException))
            RunLog.Defect(log, resource, e);
        return RunFailures.Describe(e);
    }
}
