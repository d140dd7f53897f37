using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.SqlWorker.Sidecar;

/// <summary>
/// Starts a sidecar as a child process, and again whenever that has ended: <c>sql-worker --sidecar --keep</c>, for an operator, which outlives its workers. The kubelet starts an ended container again,
/// too, but ever later (10 s to 5 minutes), so that one tenant's SQL that ends its worker again and again would leave every other's unjudged.
/// </summary>
/// <param name="program">The runner.</param>
/// <param name="arguments">Of the sidecar.</param>
/// <param name="output">Gets what the child writes to its standard output; its standard error is this process's own.</param>
/// <param name="error">Told of each end, for no restart of a container shows it.</param>
public sealed class SidecarKeeper(string program, IReadOnlyList<string> arguments, TextWriter output, TextWriter error, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>One that lived so long did not end at once, whatever it ended of.</summary>
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(10);

    /// <param name="stop">Told to the child as a signal to end, which it heeds when its guardian has gone.</param>
    /// <returns>How this process is to end: as the child did after <paramref name="stop"/>, or as one that was never ready, which another would not be either.</returns>
    /// <exception cref="DiagnosticException">The program cannot be started.</exception>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        for (var pause = FirstPause; ;)
        {
            var began = time.GetTimestamp();
            using var child = await StartAsync().ConfigureAwait(false);
            var isReady = RelayAsync(child);
            await using (stop.Register(() => Libc.Kill(child.Id, Libc.SigTerm)).ConfigureAwait(false))
                await child.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            if (!await isReady.ConfigureAwait(false) || stop.IsCancellationRequested)
                return child.ExitCode;
            var lived = time.GetElapsedTime(began);
            pause = lived >= Steady ? FirstPause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
            await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"the SQL worker ended with {child.ExitCode} after {lived.TotalSeconds:0.0} s; another follows")).ConfigureAwait(false);
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return child.ExitCode;
        }
    }

    private async Task<Process> StartAsync()
    {
        var start = new ProcessStartInfo(program, [.. arguments, "--kept-by", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        try
        {
            return await ProcessStarter.StartAsync(start).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw new DiagnosticException(RunCodes.WorkerGone, $"the SQL worker {program} cannot be started: {e.Message}", inner: e);
        }
    }

    /// <summary>Until the child closes its output, which is no later than its end.</summary>
    /// <returns>Whether it became ready.</returns>
    private async Task<bool> RelayAsync(Process child)
    {
        var isReady = false;
        using var lines = child.StandardOutput;
        while (await lines.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            isReady |= line == WorkerProcess.ReadyLine;
            await output.WriteLineAsync(line).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return isReady;
    }
}
