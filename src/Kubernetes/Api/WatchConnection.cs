using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>An open watch. One reader at a time.</summary>
internal sealed class WatchConnection<T> : IAsyncDisposable
    where T : class, IKubernetesObject
{
    /// <summary>etcd takes no object of more than a tenth of this.</summary>
    private const int LongestLine = 16 << 20;

    private readonly ResourceType<T> type;
    private readonly IDisposable response;
    private readonly PipeReader pipe;
    private readonly TimeSpan deadline;
    private readonly CancellationTokenSource silence;

    /// <param name="response">Disposed of with the connection.</param>
    /// <param name="deadline">Longer than any watch says nothing; then it is broken.</param>
    public WatchConnection(ResourceType<T> type, IDisposable response, Stream body, TimeSpan deadline, TimeProvider time)
    {
        this.type = type;
        this.response = response;
        this.deadline = deadline;
        silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        // Waits without a buffer: many watches that say nothing hold no memory.
        pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 << 10, useZeroByteReads: true));
    }

    /// <returns>Null when the server has ended the watch.</returns>
    /// <exception cref="GoneException">The history between is no longer kept.</exception>
    /// <exception cref="UnavailableException">It broke off, or said nothing until after its deadline.</exception>
    public async ValueTask<WatchEvent<T>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await FillAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                var next = buffer.GetPosition(1, end);
                try
                {
                    if (!IsBlank(line) && Read(line) is { } told)
                        return told;
                }
                finally
                {
                    pipe.AdvanceTo(next);
                }
            }
            else
            {
                var rest = buffer.Length;
                var blank = IsBlank(buffer);
                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                    return blank ? null : throw new UnavailableException($"the watch of {type.Plural} broke off in the middle of a line");
                if (rest > LongestLine)
                    throw new UnavailableException($"the watch of {type.Plural} sent a line of more than {LongestLine} bytes");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        response.Dispose();
        await pipe.CompleteAsync();
        silence.Dispose();
    }

    private async ValueTask<ReadResult> FillAsync(CancellationToken cancellationToken)
    {
        if (pipe.TryRead(out var ready))
            return ready;
        silence.CancelAfter(deadline);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await pipe.ReadAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"the watch of {type.Plural} said nothing for {deadline.TotalSeconds:0} s, not even that it ends", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new UnavailableException($"the watch of {type.Plural} broke off: {e.Message}", e);
        }
        finally
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private WatchEvent<T>? Read(ReadOnlySequence<byte> line)
    {
        try
        {
            return WatchLine.Read(line, type);
        }
        catch (Exception e) when (ItemDecoder.IsDecoding(e))
        {
            throw new UnavailableException($"the watch of {type.Plural} sent what is no line of a watch: {e.Message}", e);
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAnyExcept(" \t\r"u8))
                return false;
        }

        return true;
    }
}
