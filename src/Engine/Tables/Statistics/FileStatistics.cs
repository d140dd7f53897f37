using System.Text.Json;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>What a file's statistics say of one column.</summary>
/// <param name="Min">No value of the file is less. Null: unknown, or the file holds no value.</param>
/// <param name="Max">No value of the file is greater, NaN excepted.</param>
/// <param name="NullCount">Exact. Null: unknown.</param>
/// <param name="IsExact">The bounds are values of the file, and not rounded or cut.</param>
public sealed record ColumnStatistics(ColumnValue? Min, ColumnValue? Max, long? NullCount, bool IsExact)
{
    public static ColumnStatistics Unknown { get; } = new(null, null, null, false);
}

/// <summary>
/// A file's statistics read back, whoever wrote them. What is absent, of another type or not to be understood is unknown, never an error:
/// statistics only ever spare work.
/// </summary>
public sealed class FileStatistics
{
    /// <summary>Decimal digits that a double keeps, and bits less one.</summary>
    private const int DoubleDigits = 15;
    private const int DoubleBits = 52;

    private readonly JsonElement root;

    private FileStatistics(JsonElement root, long? rows)
    {
        this.root = root;
        Rows = rows;
    }

    public static FileStatistics Unknown { get; } = new(default, null);

    /// <summary>Rows of the file; null: unknown.</summary>
    public long? Rows { get; }

    /// <param name="json">The add action's <c>stats</c>.</param>
    public static FileStatistics Parse(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return Unknown;
        try
        {
            var parsed = JsonElement.Parse(json);
            return parsed.ValueKind == JsonValueKind.Object ? new FileStatistics(parsed, Count(parsed, "numRecords")) : Unknown;
        }
        catch (JsonException)
        {
            return Unknown;
        }
    }

    /// <param name="path">The column, and the fields below it where it is a struct.</param>
    public ColumnStatistics Column(ColumnType type, params ReadOnlySpan<string> path)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return ColumnStatistics.Unknown;
        var nulls = Find("nullCount", path) is { ValueKind: JsonValueKind.Number } count && count.TryGetInt64(out var n) && n >= 0 && !(n > Rows) ? n : (long?)null;
        var min = Find("minValues", path) is { } least ? ColumnValue.Parse(least, type) : null;
        var max = Find("maxValues", path) is { } greatest ? ColumnValue.Parse(greatest, type) : null;
        if (max is { } bound && type == ColumnType.Timestamp)
            max = RoundedUp(bound);
        if (type is ColumnType.Decimal { Precision: > DoubleDigits })
            (min, max) = (min is { } from ? Widened(from, -1) : null, max is { } to ? Widened(to, 1) : null);
        return new ColumnStatistics(min, max, nulls, IsExact(type));
    }

    /// <summary>Delta cuts timestamps to milliseconds, and most writers cut a maximum downwards.</summary>
    private static ColumnValue RoundedUp(ColumnValue max) => max.Number % 1000 == 0 ? ColumnValue.OfNumber(max.Number + 999) : max;

    /// <summary>Some writers take decimals through a double; what they print may lie half a unit of its last place off.</summary>
    private static ColumnValue Widened(ColumnValue bound, int towards) =>
        ColumnValue.OfNumber(bound.Number + (towards * ((Int128.Abs(bound.Number) >> DoubleBits) + 1)));

    /// <summary>Strings may be cut, timestamps rounded, and floating point may leave NaN out.</summary>
    private static bool IsExact(ColumnType type) => type switch
    {
        ColumnType.Decimal number => number.Precision <= DoubleDigits,
        ColumnType.Primitive primitive => primitive.Kind is PrimitiveKind.Boolean or PrimitiveKind.Byte or PrimitiveKind.Short
            or PrimitiveKind.Integer or PrimitiveKind.Long or PrimitiveKind.Date,
        _ => false,
    };

    private static long? Count(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count >= 0 ? count : null;

    private JsonElement? Find(string section, ReadOnlySpan<string> path)
    {
        if (!root.TryGetProperty(section, out var at))
            return null;
        foreach (var name in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !TryFind(at, name, out at))
                return null;
        }

        return at;
    }

    private static bool TryFind(JsonElement json, string name, out JsonElement found)
    {
        if (json.TryGetProperty(name, out found))
            return true;
        foreach (var property in json.EnumerateObject())
        {
            if (!string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                continue;
            found = property.Value;
            return true;
        }

        return false;
    }
}
