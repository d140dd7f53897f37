using System.Text.Json;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

internal sealed class DurationConverter : JsonConverter<Duration>
{
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return Duration.TryParse(text, out var duration, out var problem) ? duration : throw new JsonException($"\"{text}\" {problem}");
    }

    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Reads a string or a whole number, as the API server does; writes a string.</summary>
internal sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out var bytes) && bytes >= 0 ? new Quantity(bytes) : throw new JsonException("not a size in bytes");
        var text = reader.GetString() ?? "";
        return Quantity.TryParse(text, out var quantity, out var problem) ? quantity : throw new JsonException($"\"{text}\" {problem}");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
