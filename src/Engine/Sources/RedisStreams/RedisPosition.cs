using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>How far a stream was read.</summary>
/// <param name="Id">Of the last entry; 0-0 before the first.</param>
/// <param name="EntriesRead">Entries that were ever added to the stream up to it, as the server counts (<c>entries-added</c>); null while that is not known.</param>
/// <param name="Lost">Entries that were removed before they were read.</param>
/// <param name="Pending">While a group is taken over: up to here its pending entries were read, all of which are at or below <paramref name="Id"/>.</param>
internal readonly record struct RedisPosition(StreamId Id, long? EntriesRead, long Lost = 0, StreamId? Pending = null)
{
    public static readonly RedisPosition Beginning = new(StreamId.Min, 0);

    /// <summary>After one more entry.</summary>
    public RedisPosition After(StreamId id) => Pending is null ? this with { Id = id, EntriesRead = EntriesRead + 1 } : this with { Pending = id };

    public string ToJson() => JsonSerializer.Serialize(
        new RedisPositionRecord(Id.ToString(), EntriesRead, Lost, Pending?.ToString()), RedisPositionJson.Default.RedisPositionRecord);

    /// <exception cref="DiagnosticException"><see cref="SourceCodes.PositionUnreadable"/>.</exception>
    public static RedisPosition Parse(string json)
    {
        try
        {
            var record = JsonSerializer.Deserialize(json, RedisPositionJson.Default.RedisPositionRecord)!;
            return new RedisPosition(StreamId.Parse(record.Id), record.EntriesRead, record.Lost, record.Pending is { } pending ? StreamId.Parse(pending) : null);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new DiagnosticException(
                SourceCodes.PositionUnreadable, "the table's position of the Redis stream cannot be read", "write to a new table, or restore the table to a version before", e);
        }
    }
}

internal sealed record RedisPositionRecord([property: JsonRequired] string Id, long? EntriesRead, long Lost, string? Pending = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RedisPositionRecord))]
internal sealed partial class RedisPositionJson : JsonSerializerContext;
