using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;

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
    /// <param name="workers">Judges expressions of row-level gates; nothing of the source's goes there.</param>
    /// <param name="scratch">An existing folder for staged files, outside the lake; what a run leaves there is removed by the caller.</param>
    /// <exception cref="Pipelines.Codes.DiagnosticException">Never for what the source or the tables do: that is the report's error.</exception>
    public static Task<RunReport> RunAsync(
        RunPlan plan, Lake lake, ISqlWorkerPool workers, string scratch, TimeProvider time, IRunProgress progress, CancellationToken stop) =>
        throw new NotSupportedException();
}
