using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>
/// A scalar of a column's type that can be compared with others of that column: booleans, integers, days, microseconds and unscaled decimals
/// as whole numbers, floating point as such, strings by code points.
/// </summary>
public readonly record struct ColumnValue : IComparable<ColumnValue>
{
    private ColumnValue(Int128 number) => Number = number;

    private ColumnValue(double real) => Real = real;

    private ColumnValue(string text) => Text = text;

    public Int128 Number { get; }

    public double? Real { get; }

    public string? Text { get; }

    public static ColumnValue OfNumber(Int128 number) => new(number);

    public static ColumnValue OfReal(double real) => new(real);

    public static ColumnValue OfText(string text) => new(text);

    /// <summary>From a partition value of the log (protocol, "Partition Value Serialization"); null where the text is not one of the type or the type has no order.</summary>
    public static ColumnValue? Parse(string text, ColumnType type) => type switch
    {
        ColumnType.Decimal number => DecimalText.Parse(text, number) is { } value ? OfNumber(value) : null,
        ColumnType.Primitive primitive => Parse(text, primitive.Kind),
        _ => null,
    };

    /// <summary>From a statistic of the log; null where it is not one of the type.</summary>
    public static ColumnValue? Parse(JsonElement json, ColumnType type) => json.ValueKind switch
    {
        JsonValueKind.String => Parse(json.GetString()!, type),
        JsonValueKind.Number => type == ColumnType.String ? null : Parse(json.GetRawText(), type),
        JsonValueKind.True when type == ColumnType.Boolean => OfNumber(1),
        JsonValueKind.False when type == ColumnType.Boolean => OfNumber(0),
        _ => null,
    };

    public int CompareTo(ColumnValue other)
    {
        if (Real is { } real && other.Real is { } otherReal)
            return CompareReal(real, otherReal);
        if (Text is not null && other.Text is not null)
            return CompareCodePoints(Text, other.Text);
        return Real is null && Text is null && other.Real is null && other.Text is null
            ? Number.CompareTo(other.Number)
            : throw new InvalidOperationException("values of different types have no order");
    }

    public static bool operator <(ColumnValue one, ColumnValue other) => one.CompareTo(other) < 0;

    public static bool operator <=(ColumnValue one, ColumnValue other) => one.CompareTo(other) <= 0;

    public static bool operator >(ColumnValue one, ColumnValue other) => one.CompareTo(other) > 0;

    public static bool operator >=(ColumnValue one, ColumnValue other) => one.CompareTo(other) >= 0;

    private static ColumnValue? Parse(string text, PrimitiveKind kind)
    {
        switch (kind)
        {
            case PrimitiveKind.Boolean:
                return bool.TryParse(text, out var truth) ? OfNumber(truth ? 1 : 0) : null;
            case PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? OfNumber(number) : null;
            case PrimitiveKind.Float:
                return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var single) ? OfReal(single) : null;
            case PrimitiveKind.Double:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? OfReal(real) : null;
            case PrimitiveKind.String:
                return OfText(text);
            case PrimitiveKind.Date:
                return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? OfNumber(date.DayNumber) : null;
            case PrimitiveKind.Timestamp:
                return Instant.TryParse(text, out var micros) ? OfNumber(micros) : null;
            default:
                return null;
        }
    }

    /// <summary>NaN above every number, as DuckDB and Spark order it.</summary>
    private static int CompareReal(double one, double other) => double.IsNaN(one) || double.IsNaN(other)
        ? double.IsNaN(one).CompareTo(double.IsNaN(other))
        : one.CompareTo(other);

    /// <summary>UTF-16 order differs from code point order where one side is a surrogate and the other lies above them.</summary>
    private static int CompareCodePoints(string one, string other)
    {
        for (var i = 0; i < one.Length && i < other.Length; i++)
        {
            var (a, b) = (one[i], other[i]);
            if (a == b)
                continue;
            return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
        }

        return one.Length.CompareTo(other.Length);
    }
}
