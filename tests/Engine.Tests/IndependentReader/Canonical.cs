using System.Globalization;
using System.Text.Json.Nodes;
using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.IndependentReader;

/// <summary>Our own reader's values in the spelling of tests/servers/readers/canonical.mjs.</summary>
internal static class Canonical
{
    public static IReadOnlyList<string> Rows(DuckDbConnection connection, string sql, TableSchema schema)
    {
        using var result = connection.Query(sql);
        return Testing.Readers.IndependentReader.Sort(result.ReadRows().Select(row =>
            new JsonArray([.. row.Select((value, i) => Value(value, schema.Columns[i].Type))]).ToJsonString()));
    }

    private static JsonNode? Value(object? value, ColumnType type) => value is null ? null : type switch
    {
        ColumnType.Primitive primitive => Scalar(value, primitive.Kind),
        ColumnType.Decimal => Text(((DuckDbDecimal)value).Unscaled),
        ColumnType.Array array => new JsonArray([.. ((object?[])value).Select(item => Value(item, array.Element))]),
        ColumnType.Struct fields => new JsonArray([.. fields.Fields.Select(field => Value(((Dictionary<string, object?>)value)[field.Name], field.Type))]),
        ColumnType.Map map => Map((KeyValuePair<object, object?>[])value, map),
        _ => throw new NotSupportedException(type.Sql),
    };

    private static JsonArray Map(KeyValuePair<object, object?>[] entries, ColumnType.Map type)
    {
        var pairs = entries.Select(entry => new JsonArray(Value(entry.Key, type.Key), Value(entry.Value, type.Value)));
        return new JsonArray([.. pairs.OrderBy(static pair => pair.ToJsonString(), StringComparer.Ordinal)]);
    }

    private static JsonValue Scalar(object value, PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => JsonValue.Create((bool)value),
        PrimitiveKind.Float => JsonValue.Create(float.IsNaN((float)value) ? "nan" : BitConverter.SingleToUInt32Bits((float)value).ToString("x8", CultureInfo.InvariantCulture)),
        PrimitiveKind.Double => JsonValue.Create(double.IsNaN((double)value) ? "nan" : BitConverter.DoubleToUInt64Bits((double)value).ToString("x16", CultureInfo.InvariantCulture)),
        PrimitiveKind.String => JsonValue.Create((string)value),
        PrimitiveKind.Binary => JsonValue.Create("0x" + Convert.ToHexStringLower((byte[])value)),
        PrimitiveKind.Date => Text(((DateOnly)value).DayNumber - new DateOnly(1970, 1, 1).DayNumber),
        PrimitiveKind.Timestamp => Text((((DateTimeOffset)value).UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond),
        _ => Text((IFormattable)value),
    };

    private static JsonValue Text(IFormattable number) => JsonValue.Create(number.ToString(null, CultureInfo.InvariantCulture));
}
