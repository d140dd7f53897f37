using System.Net.Sockets;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Sql.Server;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>The process <c>lakehouse-runner sql-worker</c>: listens on a Unix socket and answers one client after the other.</summary>
public static class SqlWorkerServer
{
    internal static readonly TimeSpan GoneGrace = TimeSpan.FromSeconds(1);

    /// <param name="socketPath">In a folder that only this user may enter.</param>
    /// <param name="scratch">A folder of this process alone, for what it spills; made here.</param>
    /// <param name="parent">Pid of the process that started this one: it alone is served, and its end is the end of this one too. Null: any process of this user.</param>
    public static async Task RunAsync(string socketPath, string scratch, int? parent, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        Harden(parent);
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(scratch, OwnerOnly);
        File.Delete(socketPath);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(16);
        await output.WriteLineAsync(WorkerProcess.ReadyLine).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        using var handler = Open(scratch, time);
        do
        {
            var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            if (!IsWelcome(socket, parent))
            {
                socket.Dispose();
                continue;
            }

            await using var frames = new FrameStream(new NetworkStream(socket, ownsSocket: true));
            await ServeAsync(frames, handler, time, cancellationToken).ConfigureAwait(false);
        }
        while (parent is null);
    }

    private static async Task ServeAsync(FrameStream frames, RequestHandler handler, TimeProvider time, CancellationToken cancellationToken)
    {
        ITimer? last = null;
        try
        {
            // Whoever asked is gone: a statement that does not heed its interrupt goes with the process.
            await new WorkerSession(frames, handler)
                .RunAsync(() => last = time.CreateTimer(static _ => Libc.ExitNow(1), null, GoneGrace, Timeout.InfiniteTimeSpan), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WorkerProtocolException or IOException or SocketException)
        {
            // A client that breaks the protocol or its connection has nobody to tell; the next one is served.
        }
        finally
        {
            if (last is not null)
                await last.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <exception cref="DiagnosticException"><see cref="RunCodes.LibraryUnusable"/>.</exception>
    internal static RequestHandler Open(string scratch, TimeProvider time, IRequestBounds? bounds = null)
    {
        try
        {
            return new RequestHandler(scratch, time, bounds);
        }
        catch (DuckDbLibraryException e)
        {
            throw new DiagnosticException(RunFailures.DiagnosticOf(e), e);
        }
    }

    internal static bool IsWelcome(Socket socket, int? parent)
    {
        var peer = PeerCredentials.Of(socket);
        return peer.Uid == Libc.geteuid() && (parent is null || peer.Pid == parent);
    }

    /// <summary>No core file with rows in it, first to go when memory is short, and gone with the parent.</summary>
    internal static void Harden(int? parent)
    {
        _ = Libc.setrlimit(Libc.RlimitCore, new Libc.Rlimit(0, 0));
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a preference of the kernel's.
        }

        if (parent is null)
            return;
        _ = Libc.SetParentDeathSignal(Libc.SigKill);

        // It may have ended before the signal was asked for. Whom orphans go to is no sign of that: in a container the parent itself may be process 1.
        if (Libc.getppid() != parent)
            Libc.ExitNow(1);
    }
}
