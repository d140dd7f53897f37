using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cli.Progress;

/// <summary>What a person sees of a run while it goes on, on stderr: a live table on a terminal, plain lines elsewhere.</summary>
internal abstract class RunProgress : ILocalObserver, IAsyncDisposable
{
    public static RunProgress For(Streams streams, TimeProvider time) =>
        streams.ErrorIsTerminal ? new LiveProgress(streams, time) : new LineProgress(streams);

    public abstract void Found(IReadOnlyList<Diagnostic> diagnostics);

    public abstract void Started(ResourceId resource, int attempt);

    public abstract void Stage(ResourceId resource, RunStage stage);

    public abstract void Rows(ResourceId resource, long rows);

    public abstract void Committed(ResourceId resource, TableName table, long version, long rowsAdded);

    public abstract void Finished(ResourceId resource, RunReport report);

    public abstract void Retrying(ResourceId resource, RunError error, int attempt, TimeSpan after);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The end of a run in one line.</summary>
    protected static string End(ResourceId resource, RunReport report)
    {
        var took = Cells.Duration(report.CompletionTime - report.StartTime);
        var failing = (report.Checks ?? []).Where(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Errored).Select(check => check.Name).ToList();
        return report switch
        {
            { Error: { } error } => $"{resource}: {report.Result} after {took}: {error.Code} {error.Message}",
            { Kind: ResourceKind.QualityCheck } when failing.Count > 0 => $"{resource}: failed: {string.Join(", ", failing)} ({took})",
            { Kind: ResourceKind.QualityCheck } => $"{resource}: {report.Checks?.Count ?? 0} checks ({took})",
            { Result: RunResult.UpToDate } => $"{resource}: up to date ({took})",
            { Tables: [{ } table] } => $"{resource}: {table.Table} version {table.Version}, {Cells.Number(report.RowsWritten)} rows written ({took})",
            _ => $"{resource}: {Cells.Number(report.RowsWritten)} rows written ({took})",
        };
    }
}
