using System.Text.Json;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

internal sealed class DurationConverter : JsonConverter<Duration>
{
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) => throw new NotSupportedException();
}

internal sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => throw new NotSupportedException();
}
