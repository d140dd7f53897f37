using System.Runtime.InteropServices;

namespace LakehouseOperator.Cli;

/// <summary>
/// SIGINT and SIGTERM as a request to end: the commit in hand is finished first. A second one ends the process at once, as if nobody listened; what comes within
/// the same second is the same wish, sent to the process and to its group.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private static readonly TimeSpan SameWish = TimeSpan.FromSeconds(1);
    private readonly TimeProvider time;
    private long since;
    private int exitCode;

    public Signals(TimeProvider time)
    {
        this.time = time;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive);
    }

    public CancellationToken Stop => stop.Token;

    /// <summary>130 or 143 once a signal came; else null.</summary>
    public int? ExitCode => Volatile.Read(ref exitCode) is var code and > 0 ? code : null;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        stop.Dispose();
    }

    private void Receive(PosixSignalContext context)
    {
        var code = context.Signal == PosixSignal.SIGINT ? Cli.ExitCode.Interrupted : Cli.ExitCode.Terminated;
        if (Interlocked.CompareExchange(ref exitCode, code, 0) != 0)
        {
            context.Cancel = time.GetElapsedTime(Volatile.Read(ref since)) < SameWish;
            return;
        }

        Volatile.Write(ref since, time.GetTimestamp());
        context.Cancel = true;

        // Off the signal's thread: what listens may do work of its own before it returns.
        _ = stop.CancelAsync();
    }
}
