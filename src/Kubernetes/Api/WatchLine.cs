using System.Buffers;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>metav1.WatchEvent: <c>{"type":"ADDED","object":{...}}</c>, one a line.</summary>
internal static class WatchLine
{
    private enum Kind
    {
        Unknown,
        Added,
        Modified,
        Deleted,
        Bookmark,
        Error,
    }

    /// <returns>Null for a kind of line that nobody knows.</returns>
    /// <exception cref="KubernetesException">The line tells of an error.</exception>
    /// <exception cref="JsonException">It is no line of a watch.</exception>
    public static WatchEvent<T>? Read<T>(ReadOnlySequence<byte> line, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        var (kind, value) = Split(line);
        switch (kind)
        {
            case Kind.Added or Kind.Modified or Kind.Deleted:
                var item = ItemDecoder.Decode(value, type);
                var told = kind switch { Kind.Added => WatchEventKind.Added, Kind.Modified => WatchEventKind.Modified, _ => WatchEventKind.Deleted };
                return new WatchEvent<T>(told, item.Metadata.ResourceVersion ?? "", item);
            case Kind.Bookmark:
                var reader = new Utf8JsonReader(value, ItemDecoder.Scanning);
                var metadata = JsonSerializer.Deserialize(ref reader, WireJson.Default.PartialObject)?.Metadata;
                return new WatchEvent<T>(WatchEventKind.Bookmark, metadata?.ResourceVersion ?? throw new JsonException("a bookmark without a resourceVersion"), null);
            case Kind.Error:
                throw ErrorReader.OfStatus(value, $"the watch of {type.Plural}");
            default:
                return null;
        }
    }

    private static (Kind Kind, ReadOnlySequence<byte> Value) Split(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line, ItemDecoder.Scanning);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("a line of a watch is no object");
        var kind = Kind.Unknown;
        var value = ReadOnlySequence<byte>.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else
            {
                var isObject = reader.ValueTextEquals("object"u8);
                reader.Read();
                var start = reader.TokenStartIndex;
                reader.Skip();
                if (isObject)
                    value = line.Slice(start, reader.BytesConsumed - start);
            }
        }

        return (kind, value);
    }

    private static Kind KindOf(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? throw new JsonException("the type of a line of a watch is no string")
        : reader.ValueTextEquals("ADDED"u8) ? Kind.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? Kind.Modified
        : reader.ValueTextEquals("DELETED"u8) ? Kind.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? Kind.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? Kind.Error
        : Kind.Unknown;
}
