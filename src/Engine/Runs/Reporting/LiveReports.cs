using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Engine.Runs.Reporting;

/// <summary>
/// Posts what a stream has done so far, while it runs: soon after its commits, and now and then without one, for lag moves by itself. Every report says all that the one before did, so that one which is
/// not taken is not kept.
/// </summary>
public sealed class LiveReports(ReportEndpoint endpoint, TimeProvider time, ILogger log, ReportPace pace) : IRunProgress, IAsyncDisposable
{
    public LiveReports(ReportEndpoint endpoint, TimeProvider time, ILogger log)
        : this(endpoint, time, log, ReportPace.Default)
    {
    }

    private readonly CancellationTokenSource ending = new();
    private TaskCompletionSource committed = New();
    private Task? loop;

    public void Stage(ResourceId resource, RunStage stage)
    {
    }

    public void Rows(ResourceId resource, long rows)
    {
    }

    public void Committed(ResourceId resource, TableName table, long version, long rowsAdded) => Volatile.Read(ref committed).TrySetResult();

    public void Running(ResourceId resource, Func<RunReport> present)
    {
        // One run a process; what would come second is told by its own end.
        if (loop is null && !ending.IsCancellationRequested)
            loop = Task.Run(() => PostAsync(resource, present, ending.Token), CancellationToken.None);
    }

    /// <summary>Ends; a report that is under way is given up, for the last one says more.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        if (loop is not null)
            await loop;
        ending.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Telling of a run never ends it.")]
    private async Task PostAsync(ResourceId resource, Func<RunReport> present, CancellationToken cancellationToken)
    {
        try
        {
            await RepeatAsync(present, cancellationToken);
        }
        catch (Exception e)
        {
            RunLog.Defect(log, resource, e);
        }
    }

    private async Task RepeatAsync(Func<RunReport> present, CancellationToken cancellationToken)
    {
        for (var failures = 0; !cancellationToken.IsCancellationRequested;)
        {
            // What is committed from here on may be missing from the report.
            var next = New();
            Volatile.Write(ref committed, next);
            var answer = await endpoint.SendOnceAsync(present(), cancellationToken);
            failures = answer == ReportAnswer.Taken ? 0 : Math.Min(failures + 1, 8);
            var least = pace.After(failures);
            await Task.Delay(least, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (least < pace.Latest && !cancellationToken.IsCancellationRequested)
                await NextAsync(next.Task, pace.Latest - least, cancellationToken);
        }
    }

    private async Task NextAsync(Task commit, TimeSpan rest, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(commit, Task.Delay(rest, time, either.Token));
        await either.CancelAsync();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How often a stream is told of.</summary>
/// <param name="Soonest">Between two reports, however many commits there are.</param>
/// <param name="Latest">Between two reports, where nothing is committed.</param>
public sealed record ReportPace(TimeSpan Soonest, TimeSpan Latest)
{
    public static ReportPace Default { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));

    /// <summary>The least pause after so many reports in a row that were not taken.</summary>
    public TimeSpan After(int failures) => Soonest * (1 << Math.Min(failures, 8)) is var pause && pause < Latest ? pause : Latest;
}
