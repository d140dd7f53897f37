using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>util/intstr: a port by number or by name, a count or a percentage.</summary>
public readonly record struct IntOrString(int? Number, string? Text)
{
    public static implicit operator IntOrString(int number) => FromInt32(number);

    public static implicit operator IntOrString(string text) => FromString(text);

    public static IntOrString FromInt32(int number) => new(number, null);

    public static IntOrString FromString(string text) => new(null, text);

    public override string ToString() => Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? "0";
}

/// <summary>A JSON number or a JSON string.</summary>
public sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new IntOrString(reader.GetInt32(), null),
        JsonTokenType.String => new IntOrString(null, reader.GetString()),
        _ => throw new JsonException("neither a number nor a string"),
    };

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Text is not null)
            writer.WriteStringValue(value.Text);
        else
            writer.WriteNumberValue(value.Number ?? 0);
    }
}
