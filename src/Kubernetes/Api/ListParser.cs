using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>Reads a page of a list while it comes in, holding no more of its bytes than those of one object.</summary>
internal sealed class ListParser<T>(ResourceType<T> type)
    where T : class, IKubernetesObject
{
    private enum Place
    {
        Start,
        Root,
        Metadata,
        Items,
        Item,
        Other,
        End,
    }

    private readonly List<Decoded<T>> items = [];
    private JsonReaderState state = new(ItemDecoder.Scanning);
    private Place place = Place.Start;
    private ListMeta? metadata;

    /// <exception cref="JsonException">No list.</exception>
    /// <exception cref="UnavailableException">It ends before its end.</exception>
    public static async Task<ListPage<T>> ReadAsync(Stream body, ResourceType<T> type, CancellationToken cancellationToken)
    {
        var parser = new ListParser<T>(type);
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 << 10, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellationToken);
                pipe.AdvanceTo(parser.Parse(read.Buffer, read.IsCompleted), read.Buffer.End);
                if (!read.IsCompleted)
                    continue;
                return parser.Page() ?? throw new UnavailableException($"the list of {type.Plural} broke off");
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    /// <returns>Up to where the bytes are no longer needed.</returns>
    internal SequencePosition Parse(ReadOnlySequence<byte> buffer, bool isFinal)
    {
        var reader = new Utf8JsonReader(buffer, isFinalBlock: false, state);
        var last = reader;
        while (place != Place.End && Advance(ref reader, buffer))
            last = reader;
        state = last.CurrentState;
        if (isFinal && place != Place.End)
            return buffer.Start;
        return place == Place.End ? buffer.End : buffer.GetPosition(last.BytesConsumed);
    }

    /// <returns>Null before the list has ended.</returns>
    internal ListPage<T>? Page() => place != Place.End
        ? null
        : new ListPage<T>(
            items,
            metadata?.ResourceVersion ?? throw new JsonException("the list has no resourceVersion"),
            string.IsNullOrEmpty(metadata.Continue) ? null : metadata.Continue);

    /// <returns>False where more bytes are needed; then nothing has happened.</returns>
    private bool Advance(ref Utf8JsonReader reader, ReadOnlySequence<byte> buffer)
    {
        if (!reader.Read())
            return false;
        switch (place)
        {
            case Place.Start:
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new JsonException("the list is no object");
                place = Place.Root;
                return true;
            case Place.Root:
                place = reader.TokenType == JsonTokenType.EndObject ? Place.End
                    : reader.ValueTextEquals("metadata"u8) ? Place.Metadata
                    : reader.ValueTextEquals("items"u8) ? Place.Items
                    : Place.Other;
                return true;
            case Place.Items:
                place = reader.TokenType switch
                {
                    JsonTokenType.StartArray => Place.Item,
                    JsonTokenType.Null => Place.Root,
                    _ => throw new JsonException("the items are no array"),
                };
                return true;
            case Place.Item when reader.TokenType == JsonTokenType.EndArray:
                place = Place.Root;
                return true;
            default:
                return TakeValue(ref reader, buffer);
        }
    }

    private bool TakeValue(ref Utf8JsonReader reader, ReadOnlySequence<byte> buffer)
    {
        var start = reader.TokenStartIndex;
        if (!reader.TrySkip())
            return false;
        var value = buffer.Slice(start, reader.BytesConsumed - start);
        switch (place)
        {
            case Place.Item:
                items.Add(ItemDecoder.Decode(value, type));
                return true;
            case Place.Metadata:
                var inner = new Utf8JsonReader(value, ItemDecoder.Scanning);
                metadata = JsonSerializer.Deserialize(ref inner, WireJson.Default.ListMeta);
                break;
        }

        place = Place.Root;
        return true;
    }
}
