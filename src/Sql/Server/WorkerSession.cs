using System.Buffers;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Server;

/// <summary>Answers one request. It may send rows before its answer; the token is cancelled when the client asks so, or is gone.</summary>
public interface IRequestHandler
{
    string Engine { get; }

    Task<ResponseFrame> AnswerAsync(RequestFrame request, Func<ArrayBufferWriter<byte>, ValueTask> sendRows, CancellationToken cancellationToken);
}

/// <summary>The worker's side of one connection: handshake, then one request after the other until the client is gone.</summary>
public sealed class WorkerSession(FrameStream frames, IRequestHandler handler)
{
    /// <summary>The frame that follows; being read already while a request is answered, so that a cancel or the client's end is seen.</summary>
    private Task<RequestFrame?> next = Task.FromResult<RequestFrame?>(null);

    /// <summary>Returns when the client closes the connection; a request in hand is cancelled then.</summary>
    /// <param name="onGone">Called at once when the client is gone while a request is still being answered.</param>
    /// <exception cref="WorkerProtocolException">The client does not speak the protocol.</exception>
    public async Task RunAsync(Action onGone, CancellationToken cancellationToken)
    {
        if (!await ShakeHandsAsync(cancellationToken).ConfigureAwait(false))
            return;
        next = ReadAsync(cancellationToken);
        while (await next.ConfigureAwait(false) is { } request)
        {
            if (request.Cancel)
            {
                // The answer had already been sent when the client gave up.
                next = ReadAsync(cancellationToken);
                continue;
            }

            if (!await AnswerAsync(request, onGone, cancellationToken).ConfigureAwait(false))
                return;
        }
    }

    private Task<RequestFrame?> ReadAsync(CancellationToken cancellationToken) =>
        frames.ReadAsync(FrameJson.Default.RequestFrame, cancellationToken).AsTask();

    private async Task<bool> ShakeHandsAsync(CancellationToken cancellationToken)
    {
        var first = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (first is null)
            return false;
        if (first.Hello is null)
            throw new WorkerProtocolException("the first frame is not a hello");
        if (WorkerProtocol.Agree(first.Hello) is not { } version)
        {
            var refusal = new WorkerFailure(WorkerEnd.Exited, $"the SQL worker speaks protocol {WorkerProtocol.Oldest} to {WorkerProtocol.Current}");
            await SendAsync(new ResponseFrame(first.Id, Failed: refusal)).ConfigureAwait(false);
            return false;
        }

        await SendAsync(new ResponseFrame(first.Id, Hello: new Hello(version, WorkerProtocol.Oldest, handler.Engine))).ConfigureAwait(false);
        return true;
    }

    /// <summary>Answers, while listening for a cancel or the end of the connection. False when the client is gone or out of order.</summary>
    private async Task<bool> AnswerAsync(RequestFrame request, Action onGone, CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = handler.AnswerAsync(request, frame => frames.WriteAsync(frame, CancellationToken.None), cancel.Token);
        next = ReadAsync(cancellationToken);
        while (await Task.WhenAny(answer, next).ConfigureAwait(false) == next)
        {
            var frame = next.IsCompletedSuccessfully ? await next.ConfigureAwait(false) : null;
            if (frame is not { Cancel: true } || frame.Id != request.Id)
            {
                onGone();
                await cancel.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(answer).ConfigureAwait(false);
                return false;
            }

            await cancel.CancelAsync().ConfigureAwait(false);
            next = ReadAsync(cancellationToken);
        }

        await SendAsync(await answer.ConfigureAwait(false)).ConfigureAwait(false);
        return true;
    }

    private ValueTask SendAsync(ResponseFrame frame) => frames.WriteAsync(frame, FrameJson.Default.ResponseFrame, CancellationToken.None);
}
