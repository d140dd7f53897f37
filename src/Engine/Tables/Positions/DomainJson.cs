using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Positions;

/// <summary>Typed JSON in domainMetadata.</summary>
internal static class DomainJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static T? Read<T>(Snapshot? table, string domain, JsonTypeInfo<T> type)
        where T : class
    {
        if (table is null || !table.Domains.TryGetValue(domain, out var text))
            return null;
        return Parse(text, domain, type);
    }

    public static T Parse<T>(string text, string domain, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException failure)
        {
            throw new DiagnosticException(
                TableCodes.LogDamaged,
                $"the table's domain {domain} does not hold what this version writes there: {failure.Message}",
                "another program or a newer version wrote it; run that version, or write the table anew",
                failure);
        }
    }

    public static string Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            JsonSerializer.Serialize(json, value, type);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
