using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Sql.Protocol;

/// <summary>Frames over a byte stream. One reader and one writer at a time; writers may be called from any thread.</summary>
public sealed class FrameStream(Stream stream, int maxFrameBytes = WorkerProtocol.MaxFrameBytes) : IAsyncDisposable
{
    private const int HeaderBytes = 4;
    private const int FirstBuffer = 64 << 10;

    private readonly SemaphoreSlim writing = new(1, 1);
    private byte[] buffer = [];

    /// <summary>The next frame, or null when the peer closed between two frames.</summary>
    /// <exception cref="WorkerProtocolException">Too large, cut short, or not the JSON that is expected.</exception>
    public async ValueTask<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var header = new byte[HeaderBytes];
        var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
            return null;
        if (read < HeaderBytes)
            throw new WorkerProtocolException("the peer closed within a frame's header");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length is 0 || length > (uint)maxFrameBytes)
            throw new WorkerProtocolException($"a frame of {length} bytes is outside 1 to {maxFrameBytes}");
        await FillAsync((int)length, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, (int)length), type)
                ?? throw new WorkerProtocolException("a frame holds null");
        }
        catch (JsonException e)
        {
            throw new WorkerProtocolException("a frame does not hold the expected JSON", e);
        }
        finally
        {
            if (buffer.Length > 4 << 20)
                buffer = [];
        }
    }

    /// <exception cref="WorkerProtocolException">The frame is larger than the peer would take.</exception>
    public ValueTask WriteAsync<T>(T frame, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        bytes.Advance(Reserve(bytes));
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true }))
            JsonSerializer.Serialize(json, frame, type);
        return SendAsync(bytes, cancellationToken);
    }

    /// <summary>Sends a frame whose JSON was written after <see cref="HeaderBytes"/> reserved bytes (see <see cref="NewFrame"/>).</summary>
    public ValueTask WriteAsync(ArrayBufferWriter<byte> frame, CancellationToken cancellationToken) => SendAsync(frame, cancellationToken);

    /// <summary>A buffer to write a frame's JSON into by hand.</summary>
    public static ArrayBufferWriter<byte> NewFrame(int capacity)
    {
        var bytes = new ArrayBufferWriter<byte>(capacity);
        bytes.Advance(Reserve(bytes));
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        writing.Dispose();
    }

    private static int Reserve(ArrayBufferWriter<byte> bytes)
    {
        bytes.GetSpan(HeaderBytes)[..HeaderBytes].Clear();
        return HeaderBytes;
    }

    private async ValueTask SendAsync(ArrayBufferWriter<byte> bytes, CancellationToken cancellationToken)
    {
        var length = bytes.WrittenCount - HeaderBytes;
        if (length > maxFrameBytes)
            throw new WorkerProtocolException($"a frame of {length} bytes is more than {maxFrameBytes}");
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes.WrittenMemory, out var segment);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, (uint)length);
        await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(bytes.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Memory grows with the bytes that arrive, never with what a header claims.</summary>
    private async ValueTask FillAsync(int length, CancellationToken cancellationToken)
    {
        var have = 0;
        while (have < length)
        {
            if (buffer.Length == have)
                Array.Resize(ref buffer, Math.Min(length, Math.Max(FirstBuffer, have * 2)));
            var read = await stream.ReadAsync(buffer.AsMemory(have, Math.Min(buffer.Length, length) - have), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new WorkerProtocolException($"the peer closed within a frame of {length} bytes");
            have += read;
        }
    }
}
