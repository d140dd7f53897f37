using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;

namespace LakehouseOperator.Runner;

/// <summary>Where a run's SQL is judged and run: children of this process, or the worker in the container beside it, with which the run ends.</summary>
internal sealed class RunWorkers : IAsyncDisposable
{
    private readonly SidecarSqlWorkerPool? sidecar;

    private RunWorkers(ISqlWorkerPool pool, SidecarSqlWorkerPool? sidecar)
    {
        Pool = pool;
        this.sidecar = sidecar;
    }

    public ISqlWorkerPool Pool { get; }

    /// <param name="socket">Of the worker beside this container; null: there is none.</param>
    /// <param name="pod">SQL of users is never run by a child of this process, which has the pod's secrets.</param>
    public static RunWorkers Open(RunPlan plan, string? socket, bool pod, TimeSpan within, TimeProvider time)
    {
        if (socket is null && pod)
            return new RunWorkers(NoWorkers.Instance, null);

        // A worker starts while the plan is read; an Ingestion has few questions for one, or none.
        if (socket is null)
            return new RunWorkers(LocalWorkers.Open(time, warm: RunsSql(plan) && plan.Kind != ResourceKind.Ingestion), null);
        var pool = new SidecarSqlWorkerPool(new SidecarOptions(socket, within, Returns: false), time);
        return new RunWorkers(new RememberingWorkers(pool), RunsSql(plan) ? pool : null);
    }

    /// <summary>Runs for as long as the worker is there. What it says of its end is why the run ended, where the run did not come to an end of its own.</summary>
    public async Task<RunReport> WhileThereAsync(
        Func<CancellationToken, Task<RunReport>> run, Func<SqlWorkerGoneException, RunReport> failed, CancellationToken stop)
    {
        if (sidecar is null)
            return await run(stop);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = RunAsync(run, either.Token);
        if (await Task.WhenAny(running, sidecar.Gone) == running)
            return await running;
        await either.CancelAsync();
        var report = await running;
        return report.Error?.Code == RunCodes.Interrupted.Id && !stop.IsCancellationRequested ? failed(await sidecar.Gone) : report;
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();

    /// <summary>The worker is held from the beginning: one that nobody holds ends.</summary>
    private async Task<RunReport> RunAsync(Func<CancellationToken, Task<RunReport>> run, CancellationToken cancellationToken)
    {
        await sidecar!.OpenAsync(cancellationToken);
        return await run(cancellationToken);
    }

    private static bool RunsSql(RunPlan plan) => plan is { Drop: null, Transformation: not null } or { QualityCheck: not null } or { Ingestion.Gates.Count: > 0 };

    private sealed class NoWorkers : ISqlWorkerPool
    {
        public static readonly NoWorkers Instance = new();

        public Task<ISqlWorker> RentAsync(CancellationToken cancellationToken) =>
            throw new SqlWorkerGoneException(WorkerEnd.Exited, "this pod has no container for SQL, and its plan asks for one: --worker is missing");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
