using System.IO.Compression;

namespace LakehouseOperator.Operator.Watching;

/// <summary>A JSON value that is kept for as long as its resource is there, and read when that changes: compressed (RFC 7932), a spec of 4 KB to some 500 bytes.</summary>
internal sealed class PackedJson : IEquatable<PackedJson>
{
    /// <summary>Of 0 to 11; beyond this a spec becomes hardly smaller.</summary>
    private const int Quality = 4;

    /// <summary>Bits: 64 KiB, most specs whole.</summary>
    private const int Window = 16;

    private readonly byte[] bytes;

    private PackedJson(byte[] bytes, int length) => (this.bytes, Length) = (bytes, length);

    /// <summary>Of its text, in bytes of UTF-8.</summary>
    public int Length { get; }

    /// <summary>Shorter than the text, or the text itself.</summary>
    private bool IsPacked => bytes.Length < Length;

    public static PackedJson Of(ReadOnlySpan<byte> utf8)
    {
        var packed = new byte[utf8.Length];
        return BrotliEncoder.TryCompress(utf8, packed, out var written, Quality, Window) && written < utf8.Length
            ? new PackedJson(packed[..written], utf8.Length)
            : new PackedJson(utf8.ToArray(), utf8.Length);
    }

    public byte[] ToUtf8()
    {
        if (!IsPacked)
            return [.. bytes];
        var text = new byte[Length];
        return BrotliDecoder.TryDecompress(bytes, text, out var written) && written == Length ? text : throw new InvalidOperationException("what was packed cannot be unpacked");
    }

    /// <summary>The same text; two spellings of one value differ.</summary>
    public bool Equals(PackedJson? other) => other is not null && Length == other.Length && bytes.AsSpan().SequenceEqual(other.bytes);

    public override bool Equals(object? obj) => Equals(obj as PackedJson);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    public override string ToString() => System.Text.Encoding.UTF8.GetString(ToUtf8());
}
