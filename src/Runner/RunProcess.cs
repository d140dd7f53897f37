using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Runs.Reporting;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.SqlWorker.Sidecar;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

namespace LakehouseOperator.Runner;

/// <summary>One run from its plan's file to its last words. Whatever it comes to, it is told in this order: termination message, file or stdout, report.</summary>
internal sealed class RunProcess : IDisposable
{
    /// <summary>Then the termination message has to do.</summary>
    private static readonly TimeSpan ReportWithin = TimeSpan.FromSeconds(60);

    /// <summary>Of who was told to stop: kubelet waits for so long and no longer.</summary>
    private static readonly TimeSpan LastReportWithin = TimeSpan.FromSeconds(10);

    /// <summary>The worker's image is on the node already, for it is this one.</summary>
    private static readonly TimeSpan WorkerWithin = TimeSpan.FromSeconds(60);

    /// <summary>Of a stream, whose containers kubelet starts again each for itself, with pauses of up to five minutes: they shall meet.</summary>
    private static readonly TimeSpan RestartedWorkerWithin = TimeSpan.FromMinutes(6);

    private readonly RunOptions options;
    private readonly TimeProvider time = TimeProvider.System;
    private readonly StandardError log = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ReportEndpoint? endpoint;
    private RunReport? told;

    private RunProcess(RunOptions options)
    {
        this.options = options;
        endpoint = options.ReportUrl is { } url
            ? new ReportEndpoint(url, options.ReportToken, time, new Random(HashCode.Combine(Environment.ProcessId, time.GetTimestamp())), log)
            : null;
    }

    public static async Task<int> RunAsync(RunOptions options)
    {
        using var process = new RunProcess(options);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, process.Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, process.Cancel);
        return (int)await process.RunAsync();
    }

    public void Dispose()
    {
        endpoint?.Dispose();
        stop.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the process.")]
    private async Task<RunnerExit> RunAsync()
    {
        var started = time.GetUtcNow();
        RunPlan? plan = null;
        var text = "";
        try
        {
            text = await File.ReadAllTextAsync(options.Plan, stop.Token);
            plan = PlanJson.Read(text);
            return await ExecuteAsync(plan);
        }
        catch (Exception e)
        {
            return await FailAsync(e, plan, text, started);
        }
    }

    private async Task<RunnerExit> ExecuteAsync(RunPlan plan)
    {
        using var scratch = ScratchRoot.Open();
        var secrets = options.Secrets is { } folder ? (ISecrets)new FolderSecrets(folder) : NoSecrets.Instance;
        var guard = options.Guard();
        var lake = LakeLocations.Open(plan.Lake.Layers, plan.Lake.S3, secrets, time, scratch.Path, guard);
        RunReport report;
        await using (var live = endpoint is null ? null : new LiveReports(endpoint, time, log))
        await using (var workers = RunWorkers.Open(plan, options.Worker, options.Pod, plan.Ingestion is { Drain: false } ? RestartedWorkerWithin : WorkerWithin, time))
        {
            var context = new RunContext(lake, workers.Pool, scratch, time, live ?? (IRunProgress)NoProgress.Instance, log) { Secrets = secrets, Guard = guard };
            report = await workers.WhileThereAsync(
                cancellation => PlanRunner.ExecuteAsync(options.Pod ? Bounded(plan) : plan, context, cancellation), gone => PlanRunner.Failure(plan, gone, time.GetUtcNow(), time), stop.Token);
        }

        await TellAsync(report);

        // A checkpoint that is under way would be lost with the process; nobody has to wait for it.
        await lake.SettleAsync();
        return report.Error?.Exit ?? RunnerExit.Done;
    }

    /// <summary>Of this container's memory, what is no buffer of DuckDB's is left to the rest of the process.</summary>
    private static RunPlan Bounded(RunPlan plan)
    {
        const double Share = 0.6;
        return new CgroupMemory().Limit() is { } most && plan.Kind == ResourceKind.Ingestion && (long)(most * Share) is var share && share < plan.Limits.MemoryBytes
            ? plan with { Limits = plan.Limits with { MemoryBytes = share } }
            : plan;
    }

    /// <summary>Nothing was begun, or something of ours broke.</summary>
    private async Task<RunnerExit> FailAsync(Exception failure, RunPlan? plan, string text, DateTimeOffset started)
    {
        var known = failure switch
        {
            DiagnosticException or SqlWorkerGoneException => failure,
            OperationCanceledException when stop.IsCancellationRequested => new DiagnosticException(RunCodes.Interrupted, "interrupted before it began", "run it again"),
            IOException or UnauthorizedAccessException when plan is null => new DiagnosticException(RunCodes.PlanUnreadable, failure.Message),
            _ => failure,
        };
        var error = RunFailures.Describe(known);
        if (told is not null)
            return told.Error?.Exit ?? RunnerExit.Done; // what was done is done, and said
        await Console.Error.WriteLineAsync(StandardError.Plain($"{error.Code}: {error.Message}{(error.Help is { } help ? $"; {help}" : "")}"));
        if (error.Code == BugCodes.Unhandled.Id && Environment.GetEnvironmentVariable("LAKEHOUSE_DEBUG") is "1")
            await Console.Error.WriteLineAsync(failure.ToString());
        if (plan is not null)
            await TellAsync(PlanRunner.Failure(plan, known, started, time));
        else
            WriteTermination(Unread(error, text, started));
        return error.Exit;
    }

    /// <summary>Of a plan that cannot be read nobody knows the run: the operator knows it by the pod.</summary>
    private RunReport Unread(RunError error, string text, DateTimeOffset started) => new(
        RunPlan.CurrentProtocol, "", PlanJson.KindOf(text) ?? ResourceKind.Lakehouse, Environment.GetEnvironmentVariable("POD_NAMESPACE") ?? "", "", RunResult.Failed,
        started, time.GetUtcNow(), error);

    private async Task TellAsync(RunReport report)
    {
        told = report;
        WriteTermination(report);
        try
        {
            await WriteAsync(report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(StandardError.Plain($"the report cannot be written: {e.Message}"));
        }

        if (endpoint is null)
            return;
        using var hurry = new CancellationTokenSource();
        await using var hurried = stop.Token.Register(() => hurry.CancelAfter(LastReportWithin));
        await endpoint.SendAsync(report, ReportWithin, hurry.Token);
    }

    private void WriteTermination(RunReport report)
    {
        if (options.TerminationLog is not { } file)
            return;
        try
        {
            TerminationFile.Write(file, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(StandardError.Plain($"the termination message cannot be written: {e.Message}"));
        }
    }

    /// <summary>Whole or not at all: whoever reads the file never sees half of it.</summary>
    private async Task WriteAsync(RunReport report)
    {
        var text = ReportJson.Write(report);
        if (options.Report is not { } file)
        {
            await Console.Out.WriteLineAsync(text);
            return;
        }

        var unfinished = file + ".part";
        await File.WriteAllTextAsync(unfinished, text + "\n");
        File.Move(unfinished, file, overwrite: true);
    }

    private void Cancel(PosixSignalContext context)
    {
        if (stop.IsCancellationRequested)
            return;
        context.Cancel = true;
        _ = stop.CancelAsync();
    }
}
