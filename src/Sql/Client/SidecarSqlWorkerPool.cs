using System.Net.Sockets;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Client;

/// <param name="Socket">Where the worker listens, or will.</param>
/// <param name="ConnectWithin">How long a caller waits for it to listen: containers of a pod start in any order, and an ended one is started again.</param>
/// <param name="Returns">Whether whoever started the worker starts it again when it ended: true for an operator. A run ends with its worker.</param>
public sealed record SidecarOptions(string Socket, TimeSpan ConnectWithin, bool Returns, SqlWorkerOptions? Worker = null);

/// <summary>
/// The SQL worker of a container beside this one (<c>lakehouse-runner sql-worker --sidecar</c>), over its Unix socket. It serves one caller at a time, each over a connection of
/// its own; the others wait for their turn. It lives for as long as this pool does. Thread-safe.
/// </summary>
public sealed class SidecarSqlWorkerPool(SidecarOptions options, TimeProvider time) : ISqlWorkerPool
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly TaskCompletionSource<SqlWorkerGoneException> gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource disposing = new();
    private SidecarGuardian? guardian;
    private int disposed;

    /// <summary>Completes when a worker that was there has ended by itself.</summary>
    public Task<SqlWorkerGoneException> Gone => gone.Task;

    /// <summary>Takes hold of the worker, so that it lives from here on.</summary>
    /// <exception cref="SqlWorkerGoneException">It does not listen within the time given, or has ended already.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await using var worker = await RentAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="SqlWorkerGoneException">It does not listen within the time given, or has ended already.</exception>
    public async Task<ISqlWorker> RentAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed) != 0, this);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposing.Token);
        await turn.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            var client = await ConnectAsync(either.Token).ConfigureAwait(false);
            return new SqlWorkerOnLoan(client, () => ReturnAsync(client));
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    /// <summary>Lets go of the worker, which ends then.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await disposing.CancelAsync().ConfigureAwait(false);
        if (guardian is { } held)
            await held.DisposeAsync().ConfigureAwait(false);
        disposing.Dispose();
    }

    private async Task<SqlWorkerClient> ConnectAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.ConnectWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        Exception? last = null;
        try
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    return await ConnectOnceAsync(either.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (IsPassing(e))
                {
                    last = e;
                }

                await Task.Delay(pause, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SqlWorkerGoneException(
                WorkerEnd.Exited, $"no SQL worker listens on {options.Socket} after {options.ConnectWithin.TotalSeconds:0.###} s: look at the container sql-worker", last);
        }
    }

    private async Task<SqlWorkerClient> ConnectOnceAsync(CancellationToken cancellationToken)
    {
        var held = await HoldAsync(cancellationToken).ConfigureAwait(false);
        var stream = await SidecarSocket.ConnectAsync(options.Socket, cancellationToken).ConfigureAwait(false);
        return await SqlWorkerClient.ConnectAsync(stream, new SidecarProcess(stream, held, time), time, options.Worker ?? SqlWorkerOptions.Default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Called by one caller at a time.</summary>
    private async Task<SidecarGuardian> HoldAsync(CancellationToken cancellationToken)
    {
        if (guardian is { } held)
        {
            if (!held.Ended.IsCompleted)
                return held;
            if (!options.Returns)
                throw Described(await held.Ended.ConfigureAwait(false));
        }

        var connected = await SidecarGuardian.ConnectAsync(options.Socket, cancellationToken).ConfigureAwait(false);
        guardian = connected;
        if (Volatile.Read(ref disposed) != 0)
            await connected.DisposeAsync().ConfigureAwait(false);
        _ = TellAsync(connected);
        return connected;
    }

    private async Task TellAsync(SidecarGuardian held) => gone.TrySetResult(Described(await held.Ended.ConfigureAwait(false)));

    private static SqlWorkerGoneException Described(WorkerFailure failure) => new(failure.End, failure.Message);

    /// <summary>Nobody listens yet, or whoever did is just ending. That versions differ, or that the worker said why it ended, stays so.</summary>
    private static bool IsPassing(Exception e) =>
        e is SocketException or IOException or WorkerProtocolException or SqlWorkerGoneException { End: WorkerEnd.Exited, InnerException: not null };

    private async ValueTask ReturnAsync(SqlWorkerClient client)
    {
        await client.DisposeAsync().ConfigureAwait(false);
        turn.Release();
    }
}
