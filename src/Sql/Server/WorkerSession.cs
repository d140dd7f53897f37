using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Server;

/// <summary>Answers one request with one frame. It may send rows before; the token is cancelled when the client asks so, or is gone.</summary>
public interface IRequestHandler
{
    /// <summary>DuckDB's version, for the handshake.</summary>
    string Engine { get; }

    Task<Frame> AnswerAsync(Frame request, Func<Frame, Task> sendRows, CancellationToken cancellationToken);
}

/// <summary>The worker's side of one connection: handshake, then one request after the other until the client is gone.</summary>
public sealed class WorkerSession(FrameStream frames, IRequestHandler handler)
{
    /// <summary>The frame that follows; being read already while a request is answered, so that a cancel or the client's end is seen.</summary>
    private Task<Frame?> next = Task.FromResult<Frame?>(null);

    /// <summary>Returns when the client closes the connection; a request in hand is cancelled then.</summary>
    /// <param name="onGone">Called at once when the client is gone while a request is still being answered.</param>
    /// <exception cref="WorkerProtocolException">The client does not speak the protocol.</exception>
    public async Task RunAsync(Action onGone, CancellationToken cancellationToken)
    {
        if (await ShakeHandsAsync(cancellationToken).ConfigureAwait(false) is not null)
            await ServeAsync(onGone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>After the handshake: one request after the other. False when the worker could not answer one and is not to be used again.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task<bool> ServeAsync(Action onGone, CancellationToken cancellationToken)
    {
        next = frames.ReadAsync(cancellationToken);
        while (await next.ConfigureAwait(false) is { } request)
        {
            if (request.Kind == FrameKind.Cancel)
            {
                // The answer had already been sent when the client gave up.
                next = frames.ReadAsync(cancellationToken);
                continue;
            }

            if (await AnswerAsync(request, onGone, cancellationToken).ConfigureAwait(false) is not { } answer)
                return true;
            if (answer == FrameKind.Failed)
                return false;
        }

        return true;
    }

    /// <summary>The client's hello, answered; null when it closed before, speaks no version of ours, or is not admitted.</summary>
    /// <param name="admit">Asked before the answer, so that whoever has one has been admitted; null: everybody is.</param>
    /// <exception cref="WorkerProtocolException">The client does not speak the protocol.</exception>
    public async Task<Hello?> ShakeHandsAsync(CancellationToken cancellationToken, Func<Hello, bool>? admit = null)
    {
        var first = await frames.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (first is null)
            return null;
        if (first.Kind != FrameKind.Hello)
            throw new WorkerProtocolException("the first frame is not a hello");
        var client = first.Read(FrameJson.Default.Hello);
        if (WorkerProtocol.Agree(client) is not { } version)
        {
            var refusal = new WorkerFailure(WorkerEnd.Exited, $"the SQL worker speaks protocol {WorkerProtocol.Oldest} to {WorkerProtocol.Current}");
            await SendAsync(Frame.Of(first.Id, FrameKind.Failed, refusal, FrameJson.Default.WorkerFailure)).ConfigureAwait(false);
            return null;
        }

        if (admit?.Invoke(client) == false)
            return null;
        var hello = new Hello(version, WorkerProtocol.Oldest, handler.Engine);
        await SendAsync(Frame.Of(first.Id, FrameKind.Hello, hello, FrameJson.Default.Hello)).ConfigureAwait(false);
        return client;
    }

    /// <summary>Answers, while listening for a cancel or the end of the connection: the answer's kind, or null when the client is gone or out of order.</summary>
    private async Task<FrameKind?> AnswerAsync(Frame request, Action onGone, CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = handler.AnswerAsync(request, SendAsync, cancel.Token);
        next = frames.ReadAsync(cancellationToken);
        while (await Task.WhenAny((Task)answer, next).ConfigureAwait(false) == next)
        {
            var frame = next.IsCompletedSuccessfully ? await next.ConfigureAwait(false) : null;
            if (frame is not { Kind: FrameKind.Cancel } || frame.Id != request.Id)
            {
                onGone();
                await cancel.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(answer).ConfigureAwait(false);
                return null;
            }

            await cancel.CancelAsync().ConfigureAwait(false);
            next = frames.ReadAsync(cancellationToken);
        }

        var answered = await answer.ConfigureAwait(false);
        await SendAsync(answered).ConfigureAwait(false);
        return answered.Kind;
    }

    private Task SendAsync(Frame frame) => frames.WriteAsync(frame, CancellationToken.None);
}
