using System.Net.Sockets;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Client;

/// <summary>
/// The connection that a worker in a container of its own lives by. It is open for as long as this process wants the worker, the kernel closes it however this process
/// ends, and over it the worker says why it ends itself.
/// </summary>
internal sealed class SidecarGuardian : IAsyncDisposable
{
    private readonly FrameStream frames;
    private readonly TaskCompletionSource<WorkerFailure> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isPressed;
    private volatile bool isDisposed;

    private SidecarGuardian(FrameStream frames) => this.frames = frames;

    /// <summary>Completes when the worker is gone, with what is known of why; never when it was let go here.</summary>
    public Task<WorkerFailure> Ended => ended.Task;

    /// <exception cref="IOException">Nobody answers there as a worker.</exception>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    /// <exception cref="WorkerProtocolException">Whoever answers is no worker, or the worker has a guardian already.</exception>
    /// <exception cref="SqlWorkerGoneException">It speaks another version of the protocol.</exception>
    public static async Task<SidecarGuardian> ConnectAsync(string socket, CancellationToken cancellationToken)
    {
        var frames = new FrameStream(await SidecarSocket.ConnectAsync(socket, cancellationToken).ConfigureAwait(false));
        try
        {
            var hello = new Hello(WorkerProtocol.Current, WorkerProtocol.Oldest, Guardian: true);
            await frames.WriteAsync(Frame.Of(0, FrameKind.Hello, hello, FrameJson.Default.Hello), cancellationToken).ConfigureAwait(false);
            var answer = await frames.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new WorkerProtocolException("the SQL worker closed the connection");
            if (answer.Kind == FrameKind.Failed)
                throw new SqlWorkerGoneException(WorkerEnd.Exited, answer.Read(FrameJson.Default.WorkerFailure).Message);
            if (answer.Kind != FrameKind.Hello || WorkerProtocol.Agree(answer.Read(FrameJson.Default.Hello)) is null)
                throw new WorkerProtocolException($"the SQL worker answered a hello by {answer.Kind}");
            var guardian = new SidecarGuardian(frames);
            _ = guardian.ListenAsync();
            return guardian;
        }
        catch
        {
            await frames.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A request begins: what was said of the memory of the last one no longer counts.</summary>
    public void Begin() => isPressed = false;

    public async ValueTask DisposeAsync()
    {
        isDisposed = true;
        await frames.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ListenAsync()
    {
        WorkerFailure? said = null;
        try
        {
            while (await frames.ReadAsync(CancellationToken.None).ConfigureAwait(false) is { } frame)
            {
                if (frame.Kind == FrameKind.Failed)
                    said = frame.Read(FrameJson.Default.WorkerFailure);
                isPressed |= frame.Kind == FrameKind.Pressure;
            }
        }
        catch (Exception e) when (e is WorkerProtocolException or IOException or SocketException or ObjectDisposedException)
        {
            // However the connection ended, the worker is gone with it.
        }

        // Without a word, and with much memory in hand: the kernel took it.
        if (!isDisposed)
            ended.TrySetResult(said ?? (isPressed ? new WorkerFailure(WorkerEnd.Memory, "the SQL needed more than its container's memory") : new WorkerFailure(WorkerEnd.Exited, "the SQL worker has ended")));
        await frames.DisposeAsync().ConfigureAwait(false);
    }
}

internal static class SidecarSocket
{
    public static async Task<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
