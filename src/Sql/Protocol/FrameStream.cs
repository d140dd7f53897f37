using System.Buffers.Binary;

namespace LakehouseOperator.Sql.Protocol;

/// <summary>Frames over a byte stream. One reader at a time; writers may be called from any thread.</summary>
public sealed class FrameStream(Stream stream, int maxFrameBytes = WorkerProtocol.MaxFrameBytes) : IAsyncDisposable
{
    private const int FirstBuffer = 64 << 10;

    private readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>The next frame, or null when the peer closed between two frames.</summary>
    /// <exception cref="WorkerProtocolException">Too large, too small, or cut short.</exception>
    public async Task<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[Frame.LengthBytes + Frame.HeadBytes];
        var read = await stream.ReadAtLeastAsync(buffer.AsMemory(0, Frame.LengthBytes), Frame.LengthBytes, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        if (read == 0)
            return null;
        if (read < Frame.LengthBytes)
            throw new WorkerProtocolException("the peer closed within a frame's length");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
        if (length < Frame.HeadBytes || length > (uint)maxFrameBytes)
            throw new WorkerProtocolException($"a frame of {length} bytes is outside {Frame.HeadBytes} to {maxFrameBytes}");

        // Memory grows with the bytes that arrive, never with what a length claims.
        var (have, total) = (Frame.LengthBytes, Frame.LengthBytes + (int)length);
        while (have < total)
        {
            if (buffer.Length == have)
                Array.Resize(ref buffer, Math.Min(total, Math.Max(FirstBuffer, have * 2)));
            read = await stream.ReadAsync(buffer.AsMemory(have, Math.Min(buffer.Length, total) - have), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new WorkerProtocolException($"the peer closed within a frame of {length} bytes");
            have += read;
        }

        return Frame.Received(buffer.AsMemory(0, total));
    }

    /// <exception cref="WorkerProtocolException">The frame is larger than the peer would take.</exception>
    public async Task WriteAsync(Frame frame, CancellationToken cancellationToken)
    {
        if (frame.Wire.Length - Frame.LengthBytes > maxFrameBytes)
            throw new WorkerProtocolException($"a frame of {frame.Wire.Length} bytes is more than {maxFrameBytes}");
        await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(frame.Wire, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        writing.Dispose();
    }
}
