using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>A time span as users write it (<c>1h30m</c>), by the rules of <see cref="Duration"/>.</summary>
internal sealed class TimeSpanAsDuration : JsonConverter<TimeSpan>
{
    private static readonly DurationConverter Inner = new();

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Inner.Read(ref reader, typeof(Duration), options).Value;

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => Inner.Write(writer, new Duration(value), options);
}

/// <summary>Bytes as users write them (<c>256Mi</c>), by the rules of <see cref="Quantity"/>.</summary>
internal sealed class BytesAsQuantity : JsonConverter<long>
{
    private static readonly QuantityConverter Inner = new();

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Inner.Read(ref reader, typeof(Quantity), options).Bytes;

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => Inner.Write(writer, new Quantity(value), options);
}
