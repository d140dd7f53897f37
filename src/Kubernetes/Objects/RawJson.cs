using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>A JSON value as it came, in its own UTF-8 bytes, to be typed later or handed on untouched.</summary>
[JsonConverter(typeof(RawJsonConverter))]
public sealed class RawJson : IEquatable<RawJson>
{
    /// <summary>The empty object.</summary>
    public static readonly RawJson Empty = new("{}"u8.ToArray());

    private readonly byte[] utf8;

    private RawJson(byte[] utf8) => this.utf8 = utf8;

    public ReadOnlySpan<byte> Utf8 => utf8;

    public ReadOnlyMemory<byte> Memory => utf8;

    /// <exception cref="JsonException">Not one JSON value.</exception>
    public static RawJson Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>Copies one JSON value.</summary>
    /// <exception cref="JsonException">Not one JSON value.</exception>
    public static RawJson Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = KubernetesJson.MaxDepth });
        using var document = JsonDocument.ParseValue(ref reader);
        if (reader.Read())
            throw new JsonException("more than one JSON value");
        return Of(document.RootElement);
    }

    public static RawJson From<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <exception cref="JsonException">The value does not fit the type.</exception>
    public T? To<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(utf8, type);

    /// <summary>For a look inside without a type of its own; dispose of it.</summary>
    public JsonDocument ToDocument() => JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = KubernetesJson.MaxDepth });

    internal static RawJson Of(JsonElement element) => new(JsonMarshal.GetRawUtf8Value(element).ToArray());

    /// <summary>The same bytes; two spellings of one value differ.</summary>
    public bool Equals(RawJson? other) => other is not null && utf8.AsSpan().SequenceEqual(other.utf8);

    public override bool Equals(object? obj) => Equals(obj as RawJson);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(utf8);
}

/// <summary>Copies the bytes of the value in and out.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return RawJson.Of(document.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8, skipInputValidation: true);
}
