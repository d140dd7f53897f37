using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using LakehouseOperator.Engine.Ingest.Parsing.Paths;
using LakehouseOperator.Engine.Ingest.Parsing.Texts;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>Strings.</summary>
internal sealed class StringParser(TextBuffer buffer) : ValueParser
{
    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.String)
            return ValueFault.WrongType;
        return buffer.TryRead(ref reader, out var text) ? Write(text, row) : ValueFault.InvalidText;
    }

    public ValueFault Write(ReadOnlySpan<byte> text, int row)
    {
        Writer.WriteUtf8(row, text);
        Writer.SetValid(row);
        return ValueFault.None;
    }
}

/// <summary>Strings of a shape: what they share is that a text is read and a fault is the text's.</summary>
internal abstract class ShapedTextParser(TextBuffer buffer) : ValueParser
{
    public sealed override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.String)
            return ValueFault.WrongType;
        if (!buffer.TryRead(ref reader, out var text))
            return ValueFault.InvalidText;
        var fault = Write(text, row);
        if (fault == ValueFault.None)
            Writer.SetValid(row);
        return fault;
    }

    protected abstract ValueFault Write(ReadOnlySpan<byte> text, int row);
}

internal sealed class TimestampParser(TextBuffer buffer) : ShapedTextParser(buffer)
{
    protected override ValueFault Write(ReadOnlySpan<byte> text, int row)
    {
        var fault = TimestampText.TryParse(text, out var micros);
        if (fault == ValueFault.None)
            Writer.Write(row, micros);
        return fault;
    }
}

internal sealed class DateParser(TextBuffer buffer) : ShapedTextParser(buffer)
{
    protected override ValueFault Write(ReadOnlySpan<byte> text, int row)
    {
        var fault = TimestampText.TryParseDate(text, out var days);
        if (fault == ValueFault.None)
            Writer.Write(row, days);
        return fault;
    }
}

/// <summary>With hyphens or without, in either case; stored in lower case with hyphens (RFC 9562 section 4), so that equal ones compare equal.</summary>
internal sealed class UuidParser(TextBuffer buffer) : ShapedTextParser(buffer)
{
    private const int Hyphenated = 36;
    private const int Bare = 32;

    protected override ValueFault Write(ReadOnlySpan<byte> text, int row)
    {
        if (text.Length is not (Hyphenated or Bare)
            || !Utf8Parser.TryParse(text, out Guid value, out var consumed, text.Length == Bare ? 'N' : 'D')
            || consumed != text.Length)
        {
            return ValueFault.Unreadable;
        }

        Span<byte> written = stackalloc byte[Hyphenated];
        value.TryFormat(written, out _, "D");
        Writer.WriteUtf8(row, written);
        return ValueFault.None;
    }
}

/// <summary>One of the declared values.</summary>
internal sealed class EnumParser(TextBuffer buffer, IReadOnlyList<string> values) : ShapedTextParser(buffer)
{
    private readonly NameTable values = new(values);

    protected override ValueFault Write(ReadOnlySpan<byte> text, int row)
    {
        var none = -1;
        if (values.Find(text, ref none) < 0)
            return ValueFault.OutOfRange;
        Writer.WriteUtf8(row, text);
        return ValueFault.None;
    }
}

/// <summary>Base64 with padding (RFC 4648 section 4), JSON's custom for bytes.</summary>
internal sealed class BlobParser(TextBuffer buffer) : ShapedTextParser(buffer)
{
    private byte[] bytes = [];

    protected override ValueFault Write(ReadOnlySpan<byte> text, int row)
    {
        var most = Base64.GetMaxDecodedFromUtf8Length(text.Length);
        if (bytes.Length < most)
            bytes = new byte[Math.Max(most, 256)];
        if (text.ContainsAny(" \t\r\n"u8) || Base64.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done)
            return ValueFault.Unreadable;
        Writer.WriteUtf8(row, bytes.AsSpan(0, written));
        return ValueFault.None;
    }
}

internal sealed class BooleanParser : ValueParser
{
    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            return ValueFault.WrongType;
        Writer.Write(row, reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0);
        Writer.SetValid(row);
        return ValueFault.None;
    }
}

/// <summary>Any value, as the text that the record holds.</summary>
internal sealed class RawJsonParser(TextBuffer buffer) : ValueParser
{
    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        var first = reader;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var text = record[start..(int)reader.BytesConsumed];
        if (text.IndexOf("\\u"u8) >= 0 && !HoldsText(first, reader.BytesConsumed))
            return ValueFault.InvalidText;
        Writer.WriteUtf8(row, text);
        Writer.SetValid(row);
        return ValueFault.None;
    }
    /// <summary>DuckDB's JSON functions refuse lone surrogates, so a text with one would make every later query of the column fail.</summary>
    private bool HoldsText(Utf8JsonReader reader, long end)
    {
        do
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !buffer.TryRead(ref reader, out _))
                return false;
        }
        while (reader.BytesConsumed < end && reader.Read());
        return true;
    }
}
