using System.Globalization;
using System.Text.Json;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>DuckDB's values as the JSON that <see cref="Sql.RowsResult"/> promises.</summary>
internal static class JsonValues
{
    public static void WriteRow(Utf8JsonWriter json, VectorReader[] columns, int row)
    {
        json.WriteStartArray();
        foreach (ref readonly var column in columns.AsSpan())
        {
            if (column.IsNull(row))
                json.WriteNullValue();
            else if (column.Type.Fields is null)
                WriteScalar(json, column, row);
            else
                json.WriteStringValue(NestedText(column.ReadValue(row)));
        }

        json.WriteEndArray();
    }

    private static void WriteScalar(Utf8JsonWriter json, in VectorReader column, int row)
    {
        switch (column.Type.Id)
        {
            case DuckDbTypeId.Varchar:
                json.WriteStringValue(column.GetUtf8(row));
                break;
            case DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs
                when column.ReadValue(row) is DateTimeOffset local:
                json.WriteStringValue(local.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
                break;
            default:
                WriteValue(json, column.ReadValue(row));
                break;
        }
    }

    private static byte[] NestedText(object? value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteValue(json, value);
        return bytes.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case sbyte or short or int or long or byte or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateOnly date:
                json.WriteStringValue(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
                break;
            case TimeSpan time:
                json.WriteStringValue(time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? @"hh\:mm\:ss" : @"hh\:mm\:ss\.ffffff", CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case object?[] or Dictionary<string, object?> or KeyValuePair<object, object?>[]:
                WriteNested(json, value);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteNested(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case object?[] items:
                json.WriteStartArray();
                foreach (var item in items)
                    WriteValue(json, item);
                json.WriteEndArray();
                break;
            case Dictionary<string, object?> members:
                json.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    json.WritePropertyName(name);
                    WriteValue(json, member);
                }

                json.WriteEndObject();
                break;
            case KeyValuePair<object, object?>[] entries:
                json.WriteStartObject();
                foreach (var (key, entry) in entries)
                {
                    json.WritePropertyName(key as string ?? KeyText(key));
                    WriteValue(json, entry);
                }

                json.WriteEndObject();
                break;
        }
    }

    private static string KeyText(object key)
    {
        using var text = JsonDocument.Parse(NestedText(key));
        return text.RootElement.ValueKind == JsonValueKind.String ? text.RootElement.GetString()! : text.RootElement.GetRawText();
    }
}
