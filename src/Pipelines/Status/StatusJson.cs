using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Pipelines.Statuses;

/// <summary>
/// The JSON of every status: camelCase, enums by name, absent members omitted, times in UTC. Read leniently: a status is a cache that another version, or
/// anyone who may write it, could have written.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(LakehouseStatus))]
[JsonSerializable(typeof(IngestionStatus))]
[JsonSerializable(typeof(TransformationStatus))]
[JsonSerializable(typeof(QualityCheckStatus))]
public sealed partial class StatusJson : JsonSerializerContext
{
    /// <summary>The status, or null where there is none or it is not one that this version could have written: it is then as if it were lost.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> contract)
        where T : class
    {
        try
        {
            return utf8.IsEmpty || HoldsNothing(utf8) ? null : JsonSerializer.Deserialize(utf8, contract);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A null in an array, which we never write, and which the types would let pass.</summary>
    private static bool HoldsNothing(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var isMember = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && !isMember)
                return true;
            isMember = reader.TokenType == JsonTokenType.PropertyName;
        }

        return false;
    }
}

/// <summary>RFC 3339 in UTC with a Z, as Kubernetes writes times; fractions of a second only where there are some.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture));
}
