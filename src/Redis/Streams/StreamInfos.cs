namespace LakehouseOperator.Redis.Streams;

/// <summary>XINFO STREAM.</summary>
/// <param name="Length">Entries it holds.</param>
/// <param name="LastGeneratedId">Of the last entry ever added; it only grows, and survives the entry.</param>
/// <param name="EntriesAdded">Entries ever added, since the key was created (Redis 7); null before.</param>
/// <param name="MaxDeletedEntryId">Greatest id that XDEL removed (Redis 7); null before.</param>
/// <param name="FirstEntryId">Of the oldest entry it holds; null when it holds none.</param>
/// <param name="LastEntryId">Of the newest entry it holds; null when it holds none.</param>
/// <param name="Groups">How many consumer groups it has.</param>
public sealed record StreamInfo(
    long Length, StreamId LastGeneratedId, long? EntriesAdded, StreamId? MaxDeletedEntryId, StreamId? FirstEntryId, StreamId? LastEntryId, long Groups)
{
    internal static StreamInfo Of(RedisReply reply) => new(
        Answer.Integer(reply, "length"),
        StreamCommands.Id(Answer.Field(reply, "last-generated-id")),
        Answer.OptionalInteger(reply, "entries-added"),
        reply.Field("max-deleted-entry-id") is { IsNull: false } deleted ? StreamCommands.Id(deleted) : null,
        EntryId(reply, "first-entry"),
        EntryId(reply, "last-entry"),
        Answer.Integer(reply, "groups"));

    private static StreamId? EntryId(RedisReply reply, string name) =>
        reply.Field(name) is { IsNull: false, Items: [var id, ..] } ? StreamCommands.Id(id) : null;
}

/// <summary>One group of XINFO GROUPS.</summary>
/// <param name="Pending">Entries delivered and not acknowledged.</param>
/// <param name="EntriesRead">As the server reckons it, or as it was told; null where it cannot.</param>
/// <param name="Lag">Entries not yet delivered; null where the server cannot say.</param>
public sealed record GroupInfo(string Name, long Consumers, long Pending, StreamId LastDeliveredId, long? EntriesRead, long? Lag)
{
    internal static GroupInfo Of(RedisReply reply) => new(
        Answer.Field(reply, "name").AsText(),
        Answer.Integer(reply, "consumers"),
        Answer.Integer(reply, "pending"),
        StreamCommands.Id(Answer.Field(reply, "last-delivered-id")),
        Answer.OptionalInteger(reply, "entries-read"),
        Answer.OptionalInteger(reply, "lag"));
}

/// <summary>One consumer of XINFO CONSUMERS.</summary>
/// <param name="Idle">Since it last asked for entries (before Redis 7.2: since it last got some).</param>
public sealed record ConsumerInfo(string Name, long Pending, TimeSpan Idle)
{
    internal static ConsumerInfo Of(RedisReply reply) => new(
        Answer.Field(reply, "name").AsText(), Answer.Integer(reply, "pending"), Answer.Milliseconds(Answer.Field(reply, "idle")));
}

/// <summary>XPENDING of a group.</summary>
/// <param name="Lowest">Smallest pending id; null when nothing is pending.</param>
/// <param name="Highest">Greatest pending id; null when nothing is pending.</param>
/// <param name="Consumers">Pending entries by consumer; those who have some.</param>
public sealed record PendingSummary(long Count, StreamId? Lowest, StreamId? Highest, IReadOnlyDictionary<string, long> Consumers)
{
    internal static PendingSummary Of(RedisReply reply)
    {
        if (reply.Items is not [var count, var lowest, var highest, var consumers])
            throw Answer.Unknown("XPENDING");
        return new PendingSummary(
            count.AsInteger(),
            lowest.IsNull ? null : StreamCommands.Id(lowest),
            highest.IsNull ? null : StreamCommands.Id(highest),
            Counts(consumers));
    }

    private static Dictionary<string, long> Counts(RedisReply consumers)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var pair in consumers.Items)
            counts[pair.Items is [var name, _] ? name.AsText() : throw Answer.Unknown("XPENDING")] = pair.Items[1].AsInteger();
        return counts;
    }
}

/// <summary>One entry of XPENDING with a range.</summary>
/// <param name="Idle">Since it was last delivered.</param>
public sealed record PendingEntry(StreamId Id, string Consumer, TimeSpan Idle, long Deliveries)
{
    internal static PendingEntry Of(RedisReply reply) => reply.Items is [var id, var consumer, var idle, var deliveries]
        ? new PendingEntry(StreamCommands.Id(id), consumer.AsText(), Answer.Milliseconds(idle), deliveries.AsInteger())
        : throw Answer.Unknown("XPENDING");
}

/// <summary>Fields of answers, which may be missing or of another kind than they should be.</summary>
internal static class Answer
{
    private const long MaxMilliseconds = long.MaxValue / TimeSpan.TicksPerMillisecond;

    public static RedisReply Field(RedisReply reply, string name) => reply.Field(name) ?? throw Unknown(name);

    public static long Integer(RedisReply reply, string name) => Field(reply, name).AsInteger();

    public static long? OptionalInteger(RedisReply reply, string name) => reply.Field(name) is { IsNull: false } value ? value.AsInteger() : null;

    public static TimeSpan Milliseconds(RedisReply reply) => TimeSpan.FromTicks(Math.Clamp(reply.AsInteger(), 0, MaxMilliseconds) * TimeSpan.TicksPerMillisecond);

    public static RedisProtocolException Unknown(string what) => new($"the server's answer does not say {what} in a known way");
}
