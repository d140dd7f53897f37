using System.Buffers.Text;
using System.Text.Json;
using LakehouseOperator.Engine.Ingest.Parsing.Texts;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>Numbers without a fraction, however they are written, within the declared type's range; stored as that or the next wider type.</summary>
/// <param name="bytes">Width of the stored type; 16 is DECIMAL(20,0).</param>
internal sealed class IntegerParser(Int128 least, Int128 most, int bytes) : ValueParser
{
    private readonly bool isLong = bytes == sizeof(long) && least == long.MinValue && most == long.MaxValue;

    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.Number)
            return ValueFault.WrongType;
        if (isLong && Utf8Parser.TryParse(reader.ValueSpan, out long value, out var consumed) && consumed == reader.ValueSpan.Length)
        {
            Writer.Write(row, value);
            Writer.SetValid(row);
            return ValueFault.None;
        }

        return Write(reader.ValueSpan, row, out _);
    }

    /// <summary>Also used for the keys of maps, which are texts in JSON.</summary>
    public ValueFault Write(ReadOnlySpan<byte> text, int row, out Int128 value)
    {
        var fault = DecimalText.TryParse(text, 38, 0, out value);
        if (fault != ValueFault.None)
            return fault;
        if (value < least || value > most)
            return ValueFault.OutOfRange;
        switch (bytes)
        {
            case sizeof(sbyte):
                Writer.Write(row, (sbyte)value);
                break;
            case sizeof(short):
                Writer.Write(row, (short)value);
                break;
            case sizeof(int):
                Writer.Write(row, (int)value);
                break;
            case sizeof(long):
                Writer.Write(row, (long)value);
                break;
            default:
                Writer.WriteInt128(row, value);
                break;
        }

        Writer.SetValid(row);
        return ValueFault.None;
    }
}

/// <summary>Exact numbers, and strings that hold one: producers send decimals as strings because JSON's own are read as binary ones.</summary>
internal sealed class DecimalParser(int precision, int scale) : ValueParser
{
    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        // A number never needs escapes, so a string with one is none.
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
            return ValueFault.WrongType;
        var fault = DecimalText.TryParse(reader.ValueSpan, precision, scale, out var unscaled);
        if (fault != ValueFault.None)
            return fault;
        Writer.WriteDecimal(row, unscaled, precision);
        Writer.SetValid(row);
        return ValueFault.None;
    }
}

/// <summary>Numbers, rounded to the nearest double or float; never to an infinity.</summary>
internal sealed class FloatParser(bool isSingle) : ValueParser
{
    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.Number)
            return ValueFault.WrongType;
        if (isSingle)
        {
            if (!float.TryParse(reader.ValueSpan, System.Globalization.CultureInfo.InvariantCulture, out var single))
                return ValueFault.Unreadable;
            if (!float.IsFinite(single))
                return ValueFault.OutOfRange;
            Writer.Write(row, single);
        }
        else
        {
            if (!double.TryParse(reader.ValueSpan, System.Globalization.CultureInfo.InvariantCulture, out var value))
                return ValueFault.Unreadable;
            if (!double.IsFinite(value))
                return ValueFault.OutOfRange;
            Writer.Write(row, value);
        }

        Writer.SetValid(row);
        return ValueFault.None;
    }
}
