using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
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
    /// first. A table that fails does not keep the plan's other tables from going on; the report carries the first error, and the others are
    /// noticed. A drain that was stopped before its end has not succeeded, and reports <see cref="RunCodes.Interrupted"/>.
    /// </summary>
    /// <param name="workers">Judge the rows of tables with gates; not used for others.</param>
    /// <param name="scratch">For staged files, outside the lake; what a run leaves there is removed by the caller.</param>
    /// <param name="progress">Of a stream, also told how to ask for what it has done so far (<see cref="IRunProgress.Running"/>).</param>
    /// <param name="log">Told of defects, whose report says little.</param>
    /// <param name="guard">Where the source may not be; null: anywhere.</param>
    /// <returns>What the source or the tables refuse is the report's error and never thrown.</returns>
    public static async Task<RunReport> RunAsync(
        RunPlan plan, Lake lake, ISqlWorkerPool workers, RunScratch scratch, TimeProvider time, IRunProgress progress, CancellationToken stop, ILogger? log = null,
        ISecrets? secrets = null, ConnectGuard? guard = null)
    {
        var started = time.GetUtcNow();
        var tally = new RunTally(plan.Resource, progress, time);
        var tables = new List<TableIngestion>();
        RunError? error = null;
        try
        {
            var ingestion = plan.Ingestion ?? throw new ArgumentException("the plan is no ingestion's", nameof(plan));
            using var database = new IngestionDatabase(plan.Limits, scratch.Path);
            await using var source = SourceCatalog.Create(ingestion.Source, secrets ?? NoSecrets.Instance, time, guard);
            tables.AddRange(ingestion.Tables.Select(table => new TableIngestion(plan, table, source, lake, workers, database, scratch, time, tally)));
            if (!ingestion.Drain)
                progress.Running(plan.Resource, () => Present(plan, tables, tally, started, time));
            var ends = await Task.WhenAll(tables.Select(table => ingestion.Drain || tables.Count == 1
                ? RunTableAsync(table, stop)
                : StreamTableAsync(table, tally, time, stop)));
            error = Report([.. ends.OfType<Exception>()], plan, tally, log);
        }
        catch (Exception e)
        {
            // The boundary of a run: whatever ended it is its report.
            error = Describe(e, plan.Resource, log);
        }

        error ??= tally.FirstError is { } noticed ? RunFailures.Describe(noticed) : null;
        if (error is null && plan.Ingestion!.Drain && tables.Exists(static table => !table.IsDrained))
        {
            error = RunFailures.Describe(new Diagnostic(
                RunCodes.Interrupted, DiagnosticSeverity.Error, "interrupted before the source was read to its end", Help: "run it again; what was committed is not read twice"));
        }

        var result = error is not null ? RunResult.Failed : tally.Commits > 0 ? RunResult.Succeeded : RunResult.UpToDate;
        return Done(RunReport.Of(plan, result, started, time.GetUtcNow()) with { Error = error }, tables, tally);
    }

    /// <summary>What the run has done so far; its error is what it waits for to pass, or has noticed and gone on.</summary>
    private static RunReport Present(RunPlan plan, List<TableIngestion> tables, RunTally tally, DateTimeOffset started, TimeProvider time)
    {
        var noticed = tables.Select(static table => table.Trouble).FirstOrDefault(static trouble => trouble is not null) ?? tally.FirstError;
        return Done(RunReport.Of(plan, RunResult.Running, started, time.GetUtcNow()) with { Error = noticed is null ? null : RunFailures.Describe(noticed) }, tables, tally);
    }

    private static RunReport Done(RunReport report, List<TableIngestion> tables, RunTally tally) => report with
    {
        Tables = [.. tables.Select(static table => table.Report()).OfType<TableReport>()],
        RowsRead = tally.Read,
        RowsWritten = tally.Written,
        Quarantines = Quarantines(tables),
    };

    private static List<InputVersion>? Quarantines(IEnumerable<TableIngestion> tables) =>
        tables.Select(static table => table.Quarantine()).OfType<InputVersion>().ToList() is { Count: > 0 } there ? there : null;

    private static async Task<Exception?> RunTableAsync(TableIngestion table, CancellationToken stop)
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
            return e;
        }
    }

    /// <summary>
    /// One table of a stream that has several. The others go on for as long as nobody stops them, so that nobody hears of this one's end by the run's: it is told
    /// at once, and what waiting may mend is tried again here.
    /// </summary>
    private static async Task<Exception?> StreamTableAsync(TableIngestion table, RunTally tally, TimeProvider time, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var began = time.GetTimestamp();
            if (await RunTableAsync(table, stop) is not { } end)
                return null;
            if (stop.IsCancellationRequested)
                return end;
            if (end is not DiagnosticException { Diagnostic: var why } || !RunFailures.IsTransient(why.Code.Exit))
            {
                if (end is DiagnosticException { Diagnostic: var final })
                    tally.Notice(final);
                table.Trouble = (end as DiagnosticException)?.Diagnostic ?? new Diagnostic(BugCodes.Unhandled, DiagnosticSeverity.Error, $"{end.GetType().Name} where none was expected");
                return end;
            }

            attempt = time.GetElapsedTime(began) > Attempts.LongestBackoff ? 1 : attempt;
            var wait = Attempts.Backoff(attempt);
            var trouble = why with { Severity = DiagnosticSeverity.Warning, Message = $"{why.Message}; tried again in {wait.TotalSeconds:0} s" };
            table.Trouble = trouble;
            tally.Notice(trouble);
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The first as the run's; a report has room for one, and none shall hide another.</summary>
    private static RunError? Report(IReadOnlyList<Exception> ends, RunPlan plan, RunTally tally, ILogger? log)
    {
        var errors = ends.Select(end => Describe(end, plan.Resource, log)).ToList();
        if (plan.Ingestion!.Drain)
        {
            foreach (var other in ends.Skip(1).OfType<DiagnosticException>())
                tally.Notice(other.Diagnostic);
        }

        return errors.FirstOrDefault();
    }

    private static RunError Describe(Exception e, ResourceId resource, ILogger? log)
    {
        if (log is not null && e is not (DiagnosticException or SqlWorkerGoneException))
            RunLog.Defect(log, resource, e);
        return RunFailures.Describe(e);
    }
}
