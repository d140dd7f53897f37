using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Local;

/// <summary>SQL workers as children of this process, from the <c>lakehouse-runner</c> beside it.</summary>
public static class LocalWorkers
{
    /// <param name="warm">Start one ahead of the first question.</param>
    /// <exception cref="DiagnosticException"><see cref="RunCodes.WorkerGone"/>: the runner is not there.</exception>
    public static ISqlWorkerPool Open(TimeProvider time, bool warm = true)
    {
        try
        {
            var pool = new LocalSqlWorkerPool(new LocalSqlWorkerOptions(LocalSqlWorkerPool.FindRunner(), Scratch(), Machine.Cores), time);
            if (warm)
                pool.Warm();
            return new RememberingWorkers(pool);
        }
        catch (FileNotFoundException e)
        {
            throw new DiagnosticException(RunCodes.WorkerGone, e.Message, "install lakehouse and lakehouse-runner into one folder", e);
        }
    }

    /// <summary>Rows are spilled where runs keep theirs; judging SQL alone needs no such place, so that a temporary one does too.</summary>
    private static string? Scratch()
    {
        try
        {
            return Directory.CreateDirectory(ScratchRoot.Default()).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
