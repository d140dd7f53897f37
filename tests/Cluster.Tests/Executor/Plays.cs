using System.Net;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>What may happen to a runner's pod.</summary>
public static class Plays
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>An operator that is killed may be begun again only minutes later.</summary>
    private static readonly TimeSpan ReportWithin = TimeSpan.FromMinutes(5);

    /// <summary>Of one that is to end.</summary>
    private static readonly TimeSpan LastReportWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan SpeakInterval = TimeSpan.FromSeconds(10);

    /// <summary>It is carried out: a run reports and ends, a stream reports and stays until its pod is asked to go.</summary>
    public static Play Work(PretendLake lake) => async pod =>
    {
        await pod.RunAsync();
        if (pod.Plan is null)
            return; // not one of ours: it runs
        var report = lake.Run(pod.Plan);
        await ReportAsync(pod, report);
        if (report.Result == RunResult.Running)
        {
            await SpeakUntilTerminatedAsync(pod, () => lake.Run(pod.Plan));
            await ReportAsync(pod, lake.Run(pod.Plan) with { Result = RunResult.Succeeded });
        }

        await pod.EndAsync((int)(report.Error?.Exit ?? RunnerExit.Done), TerminationMessage.Write(report));
    };

    /// <summary>It is carried out, and the report gets lost; the termination message tells.</summary>
    public static Play WorkWithoutReport(PretendLake lake) => async pod =>
    {
        await pod.RunAsync();
        var report = lake.Run(Planned(pod));
        await pod.EndAsync((int)(report.Error?.Exit ?? RunnerExit.Done), TerminationMessage.Write(report));
    };

    /// <summary>It is carried out, and nobody hears of it: no report, no message.</summary>
    public static Play WorkUnheard(PretendLake lake) => async pod =>
    {
        await pod.RunAsync();
        lake.Run(Planned(pod));
        await pod.EndAsync((int)RunnerExit.Done);
    };

    /// <summary>The run reports an error, and ends by its exit code.</summary>
    public static Play Fail(RunnerExit exit, string code, string message, string? field = null) => async pod =>
    {
        await pod.RunAsync();
        var result = exit == RunnerExit.Blocked ? RunResult.Blocked : RunResult.Failed;
        var report = PretendLake.Of(Planned(pod), result, new RunError(code, exit, message, field));
        await ReportAsync(pod, report);
        await EndAsync(pod, (int)exit, TerminationMessage.Write(report));
    };

    /// <summary>Reports exactly this.</summary>
    public static Play Answer(Func<RunPlan, RunReport> answer) => async pod =>
    {
        await pod.RunAsync();
        var report = answer(Planned(pod));
        await ReportAsync(pod, report);
        if (report.Result == RunResult.Running)
            await SpeakUntilTerminatedAsync(pod, () => report with { CompletionTime = TimeProvider.System.GetUtcNow() });
        await pod.EndAsync((int)(report.Error?.Exit ?? RunnerExit.Done), TerminationMessage.Write(report));
    };

    /// <summary>Ends so, without a word.</summary>
    public static Play Exit(int code) => async pod =>
    {
        await pod.RunAsync();
        await EndAsync(pod, code, null);
    };

    /// <param name="container">The kernel ends this one: <c>runner</c>, or <c>sql-worker</c>.</param>
    public static Play OutOfMemory(string container = ExecutedPod.Runner) => async pod =>
    {
        await pod.RunAsync();
        if (!pod.IsEndless)
        {
            await pod.EndOutOfMemoryAsync(container);
            return;
        }

        await pod.CrashAsync(137, null, "OOMKilled", container);
        await UntilTerminatedAsync(pod);
    };

    public static Play Evict() => async pod =>
    {
        await pod.RunAsync();
        await pod.EvictAsync();
    };

    /// <summary>The node goes, and the pod with it.</summary>
    public static Play Lose() => async pod =>
    {
        await pod.RunAsync();
        await pod.LoseAsync();
    };

    /// <summary>Until its deletion, the image does not come.</summary>
    public static Play ImagePullBackOff() => async pod =>
    {
        await pod.BindAsync();
        await pod.WaitAsync("ImagePullBackOff", "Back-off pulling image \"registry.invalid/runner:0\"");
        await UntilTerminatedAsync(pod);
    };

    /// <summary>Until its deletion, no node takes it.</summary>
    public static Play Unschedulable() => async pod =>
    {
        await pod.UnschedulableAsync();
        await UntilTerminatedAsync(pod);
    };

    /// <summary>Goes on only when the test says so.</summary>
    public static Play Held(Task release, Play then) => async pod =>
    {
        await pod.RunAsync();
        await release.WaitAsync(pod.Terminating);
        await then(pod);
    };

    /// <summary>Is kept from starting until the test says so.</summary>
    /// <param name="reason"><c>Unschedulable</c> or <c>ImagePullFailed</c>, as the status calls it.</param>
    public static Play Hindered(string reason, Task release, Play then) => async pod =>
    {
        if (reason == "Unschedulable")
            await pod.UnschedulableAsync();
        else
            await pod.WaitAsync("ImagePullBackOff", "Back-off pulling image");
        await release.WaitAsync(pod.Terminating);
        await then(pod);
    };

    /// <summary>As a stream does, which reports every ten seconds though nothing happens.</summary>
    private static async Task SpeakUntilTerminatedAsync(ExecutedPod pod, Func<RunReport> report)
    {
        using var timer = new PeriodicTimer(SpeakInterval, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(pod.Terminating))
                await ReportAsync(pod, report());
        }
        catch (OperationCanceledException)
        {
            // It is asked to go.
        }
    }

    /// <summary>Waits for the pod's deletion to be asked for.</summary>
    public static async Task UntilTerminatedAsync(ExecutedPod pod)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (pod.Terminating.Register(() => ended.TrySetResult()))
            await ended.Task;
    }

    /// <summary>As the runner does: who does not lead, or is not there yet, is asked again.</summary>
    public static async Task<HttpStatusCode> ReportAsync(ExecutedPod pod, RunReport report)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            var isLast = TimeProvider.System.GetElapsedTime(began) > (pod.Terminating.IsCancellationRequested ? LastReportWithin : ReportWithin);
            try
            {
                var answer = await pod.ReportAsync(report);
                if (answer is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) || isLast)
                    return answer;
            }
            catch (HttpRequestException) when (!isLast)
            {
                // The operator is being started again.
            }
            catch (HttpRequestException)
            {
                return HttpStatusCode.ServiceUnavailable; // the termination message tells
            }

            await Task.Delay(RetryInterval, TimeProvider.System);
        }
    }

    /// <summary>For good, or, in a stream, until it is started again; which never comes here.</summary>
    private static async Task EndAsync(ExecutedPod pod, int code, string? message)
    {
        if (!pod.IsEndless)
        {
            await pod.EndAsync(code, message);
            return;
        }

        await pod.CrashAsync(code, message);
        await UntilTerminatedAsync(pod);
    }

    private static RunPlan Planned(ExecutedPod pod) => pod.Plan ?? throw new InvalidOperationException($"pod {pod.Name} has no plan");
}
