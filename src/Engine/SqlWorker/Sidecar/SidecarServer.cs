using System.Net.Sockets;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Engine.SqlWorker.Serving;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Sql.Server;

namespace LakehouseOperator.Engine.SqlWorker.Sidecar;

/// <summary>
/// The SQL worker as a container of its own: <c>lakehouse-runner sql-worker --sidecar</c>. It serves the connections of one guardian one after another, and ends when that is gone, when none comes, and
/// when it is not to be trusted with another request. A signal to end means nothing while there is a guardian: whoever finishes a commit in hand may still have questions.
/// </summary>
public sealed class SidecarServer : IDisposable
{
    /// <summary>Connections at once, most of them waiting for their turn; more are hung up on.</summary>
    private const int MostConnections = 32;

    private const string Leftovers = "lh-sidecar-";

    /// <summary>Without a guardian for so long, nobody will come.</summary>
    public static readonly TimeSpan GuardianWithin = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan HelloWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastWordsWithin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider time;
    private readonly TaskCompletionSource<RunnerExit> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim serving = new(1, 1);
    private readonly SemaphoreSlim places = new(MostConnections, MostConnections);
    private readonly SelfWatch bounds;
    private readonly RequestHandler handler;
    private FrameStream? guardian;

    private SidecarServer(string scratch, int? parent, TimeProvider time)
    {
        this.time = time;
        bounds = new SelfWatch(
            scratch, new CgroupMemory().Limit(), () => Watchdog.MemoryOf(Environment.ProcessId) + (parent is { } keeper ? Watchdog.MemoryOf(keeper) : 0), () => Tell(Frame.Of(0, FrameKind.Pressure)), EndNow);
        handler = SqlWorkerServer.Open(scratch, time, bounds);
    }

    /// <param name="socketPath">At most 107 bytes, in a folder that both containers have and nobody else.</param>
    /// <param name="scratch">A folder of this container alone; what an earlier one left there is removed.</param>
    /// <param name="guardianWithin">How long it waits for a guardian.</param>
    /// <param name="parent">Pid of the <see cref="SidecarKeeper"/> that started this process, whose end is the end of this one; null: none did.</param>
    /// <param name="stop">Heeded only while there is no guardian.</param>
    /// <returns>How the process is to end: <see cref="RunnerExit.Done"/> when it was no longer wanted.</returns>
    /// <exception cref="DiagnosticException">libduckdb cannot be used.</exception>
    public static async Task<RunnerExit> RunAsync(
        string socketPath, string scratch, TextWriter output, TimeProvider time, TimeSpan guardianWithin, int? parent, CancellationToken stop)
    {
        SqlWorkerServer.Harden(parent);
        var own = Clear(scratch);
        File.Delete(socketPath);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var server = new SidecarServer(own, parent, time);
        listener.Listen(MostConnections);
        await output.WriteLineAsync(WorkerProcess.ReadyLine).ConfigureAwait(false);
        await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        using var patience = new CancellationTokenSource(guardianWithin, time);
        await using var alone = patience.Token.Register(server.EndAlone).ConfigureAwait(false);
        await using var stopped = stop.Register(server.EndAlone).ConfigureAwait(false);
        using var closing = new CancellationTokenSource();
        var accepting = server.AcceptAsync(listener, closing.Token);
        var exit = await server.ended.Task.ConfigureAwait(false);
        await closing.CancelAsync().ConfigureAwait(false);
        await accepting.ConfigureAwait(false);
        File.Delete(socketPath);

        // DuckDB's threads do not take part in an orderly end.
        if (server.serving.CurrentCount == 0)
            Libc.ExitNow((int)exit);
        return exit;
    }

    public void Dispose()
    {
        handler.Dispose();
        bounds.Dispose();
        serving.Dispose();
        places.Dispose();
    }

    /// <summary>A new folder below; those of containers that ended are removed, and nothing else, for the folder itself is somebody's volume.</summary>
    private static string Clear(string scratch)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(scratch, OwnerOnly);
        foreach (var left in Directory.EnumerateDirectories(scratch, Leftovers + "*"))
            Storage.Folders.ClaimedFolder.TryRemove(left);
        return Directory.CreateDirectory(Path.Combine(scratch, $"{Leftovers}{Guid.NewGuid():N}"), OwnerOnly).FullName;
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (!SqlWorkerServer.IsWelcome(socket, null) || !places.Wait(0, CancellationToken.None))
                    socket.Dispose();
                else
                    _ = ConnectedAsync(socket, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Out of descriptors, or the peer is gone before it was looked at: neither gets better by asking at once.
                await Task.Delay(AcceptPause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ConnectedAsync(Socket socket, CancellationToken cancellationToken)
    {
        var frames = new FrameStream(new NetworkStream(socket, ownsSocket: true));
        var isGuardian = false;
        try
        {
            await using (frames)
            {
                var session = new WorkerSession(frames, handler);
                using var patience = new CancellationTokenSource(HelloWithin, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
                if (await session.ShakeHandsAsync(either.Token, Admit).ConfigureAwait(false) is null)
                    return;
                if (isGuardian)
                    await GuardAsync(frames, cancellationToken).ConfigureAwait(false);
                else
                    await ServeAsync(session, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WorkerProtocolException or IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A client that breaks the protocol or its connection has nobody to tell; the others are served.
        }
        finally
        {
            if (isGuardian)
                ended.TrySetResult(RunnerExit.Done);
            if (!ended.Task.IsCompleted)
                places.Release();
        }

        // One guardian, and nobody else before it.
        bool Admit(Hello client) => client.Guardian == true
            ? isGuardian = Interlocked.CompareExchange(ref guardian, frames, null) is null
            : Volatile.Read(ref guardian) is not null;
    }

    /// <summary>Returns when the guardian is gone.</summary>
    private static async Task GuardAsync(FrameStream frames, CancellationToken cancellationToken)
    {
        while (await frames.ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            // It has nothing to say.
        }
    }

    private async Task ServeAsync(WorkerSession session, CancellationToken cancellationToken)
    {
        await serving.WaitAsync(cancellationToken).ConfigureAwait(false);
        ITimer? last = null;
        try
        {
            // Whoever asked is gone: a statement that does not heed its interrupt goes with the process.
            var isUsable = await session.ServeAsync(
                () => last = time.CreateTimer(_ => EndNow(WorkerEnd.Exited, "a statement did not heed that it was given up"), null, SqlWorkerServer.GoneGrace, Timeout.InfiniteTimeSpan),
                cancellationToken).ConfigureAwait(false);
            if (!isUsable)
                ended.TrySetResult(RunnerExit.Bug);
        }
        finally
        {
            if (last is not null)
                await last.DisposeAsync().ConfigureAwait(false);
            serving.Release();
        }
    }

    private void EndAlone()
    {
        if (Volatile.Read(ref guardian) is null)
            ended.TrySetResult(RunnerExit.Done);
    }

    /// <summary>From any thread, whatever the others are doing: tells the guardian why, and is gone.</summary>
    private void EndNow(WorkerEnd end, string message)
    {
        Tell(Frame.Of(0, FrameKind.Failed, new WorkerFailure(end, message), FrameJson.Default.WorkerFailure));
        Libc.ExitNow((int)RunFailures.DiagnosticOf(new SqlWorkerGoneException(end, message)).Code.Exit);
    }

    /// <summary>A guardian that does not read is not waited for.</summary>
    private void Tell(Frame frame)
    {
        if (Volatile.Read(ref guardian) is not { } held)
            return;
        try
        {
            using var patience = new CancellationTokenSource(LastWordsWithin, time);
            held.WriteAsync(frame, patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or WorkerProtocolException)
        {
            // It is going as well.
        }
    }
}
