using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Sql.Protocol;

/// <summary>
/// One message: the length of what follows (32 bits), the request's id (64 bits), the kind (8 bits), all little-endian, then JSON in UTF-8.
/// </summary>
public sealed class Frame
{
    public const int LengthBytes = 4;

    /// <summary>Id and kind: the least that can follow the length.</summary>
    public const int HeadBytes = 9;

    private static readonly JsonWriterOptions Fast = new() { SkipValidation = true };

    private readonly ReadOnlyMemory<byte> bytes;

    private Frame(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    public long Id => BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[LengthBytes..]);

    public FrameKind Kind => (FrameKind)bytes.Span[LengthBytes + 8];

    public ReadOnlyMemory<byte> Json => bytes[(LengthBytes + HeadBytes)..];

    /// <summary>As it goes over the wire, length included.</summary>
    public ReadOnlyMemory<byte> Wire => bytes;

    public static Frame Of(long id, FrameKind kind) => Of(id, kind, static _ => { });

    public static Frame Of<T>(long id, FrameKind kind, T content, JsonTypeInfo<T> type) =>
        Of(id, kind, json => JsonSerializer.Serialize(json, content, type));

    public static Frame Of(long id, FrameKind kind, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.GetSpan(LengthBytes + HeadBytes)[..(LengthBytes + HeadBytes)].Clear();
        buffer.Advance(LengthBytes + HeadBytes);
        using (var json = new Utf8JsonWriter(buffer, Fast))
            write(json);
        MemoryMarshal.TryGetArray(buffer.WrittenMemory, out var segment);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, (uint)(buffer.WrittenCount - LengthBytes));
        BinaryPrimitives.WriteInt64LittleEndian(segment.AsSpan(LengthBytes), id);
        segment.AsSpan()[LengthBytes + 8] = (byte)kind;
        return new Frame(buffer.WrittenMemory);
    }

    /// <summary>A frame that was read, length included.</summary>
    public static Frame Received(ReadOnlyMemory<byte> wire) => new(wire);

    /// <exception cref="WorkerProtocolException">It does not hold that.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Json.Span, type) ?? throw new WorkerProtocolException($"a frame of kind {Kind} holds null");
        }
        catch (JsonException e)
        {
            throw new WorkerProtocolException($"a frame of kind {Kind} does not hold the expected JSON", e);
        }
    }
}
