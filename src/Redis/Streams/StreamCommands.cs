namespace LakehouseOperator.Redis.Streams;

/// <summary>The commands on streams and their answers, typed. A key that does not exist is null or empty here, one of another type is WRONGTYPE.</summary>
public static class StreamCommands
{
    /// <summary>The type of a key: <c>stream</c>, <c>string</c>, …; <c>none</c> where there is no such key.</summary>
    public static async Task<string> TypeAsync(this RedisConnection connection, string key, CancellationToken cancellationToken) =>
        (await Of(connection).CallAsync(new RedisCommand("TYPE").Add(key), cancellationToken).ConfigureAwait(false)).AsText();

    /// <summary>Entries in the stream; 0 where there is no such key.</summary>
    public static async Task<long> StreamLengthAsync(this RedisConnection connection, string key, CancellationToken cancellationToken) =>
        (await Of(connection).CallAsync(new RedisCommand("XLEN").Add(key), cancellationToken).ConfigureAwait(false)).AsInteger();

    /// <summary>XINFO STREAM; null where there is no such key.</summary>
    public static async Task<StreamInfo?> StreamInfoAsync(this RedisConnection connection, string key, CancellationToken cancellationToken) =>
        await InfoAsync(connection, key, "STREAM", cancellationToken).ConfigureAwait(false) is { } answer ? StreamInfo.Of(answer) : null;

    /// <summary>XINFO GROUPS; empty where there is no such key.</summary>
    public static async Task<IReadOnlyList<GroupInfo>> GroupsAsync(this RedisConnection connection, string key, CancellationToken cancellationToken) =>
        await InfoAsync(connection, key, "GROUPS", cancellationToken).ConfigureAwait(false) is { } answer ? [.. answer.Items.Select(GroupInfo.Of)] : [];

    /// <summary>XINFO CONSUMERS; empty where there is no such key.</summary>
    /// <exception cref="RedisErrorException">NOGROUP: the stream has no such group.</exception>
    public static async Task<IReadOnlyList<ConsumerInfo>> ConsumersAsync(
        this RedisConnection connection, string key, string group, CancellationToken cancellationToken) =>
        await InfoAsync(connection, key, "CONSUMERS", cancellationToken, group).ConfigureAwait(false) is { } answer ? [.. answer.Items.Select(ConsumerInfo.Of)] : [];

    /// <summary>XGROUP CREATE at a position.</summary>
    /// <param name="entriesRead">How many entries of the stream were read up to there, by which the server reckons the lag; null where unknown.</param>
    /// <param name="makeStream">Creates the stream too where there is none; else that is an error.</param>
    /// <exception cref="RedisErrorException">BUSYGROUP: there is such a group already.</exception>
    public static Task CreateGroupAsync(
        this RedisConnection connection, string key, string group, StreamId position, long? entriesRead, bool makeStream, CancellationToken cancellationToken)
    {
        var command = new RedisCommand("XGROUP").Add("CREATE").Add(key).Add(group).Add(position);
        if (makeStream)
            command.Add("MKSTREAM");
        return Of(connection).CallAsync(Read(command, entriesRead), cancellationToken);
    }

    /// <summary>XGROUP SETID: moves a group to a position.</summary>
    /// <inheritdoc cref="CreateGroupAsync"/>
    /// <exception cref="RedisErrorException">NOGROUP: there is no such group. ERR: there is no such stream.</exception>
    public static Task MoveGroupAsync(
        this RedisConnection connection, string key, string group, StreamId position, long? entriesRead, CancellationToken cancellationToken) =>
        Of(connection).CallAsync(XGroupSetId(key, group, position, entriesRead), cancellationToken);

    /// <summary>XPENDING: what was delivered to a group and not acknowledged.</summary>
    /// <exception cref="RedisErrorException">NOGROUP: there is no such stream or group.</exception>
    public static async Task<PendingSummary> PendingAsync(this RedisConnection connection, string key, string group, CancellationToken cancellationToken) =>
        PendingSummary.Of(await Of(connection).CallAsync(new RedisCommand("XPENDING").Add(key).Add(group), cancellationToken).ConfigureAwait(false));

    /// <summary>XPENDING with a range: the entries themselves, by id.</summary>
    /// <inheritdoc cref="PendingAsync"/>
    public static async Task<IReadOnlyList<PendingEntry>> PendingEntriesAsync(
        this RedisConnection connection, string key, string group, StreamId from, StreamId to, int count, CancellationToken cancellationToken)
    {
        var command = new RedisCommand("XPENDING").Add(key).Add(group).Add(from).Add(to).Add(count);
        return [.. (await Of(connection).CallAsync(command, cancellationToken).ConfigureAwait(false)).Items.Select(PendingEntry.Of)];
    }

    /// <summary>XADD; the id of the entry.</summary>
    public static async Task<StreamId> AddEntryAsync(this RedisConnection connection, RedisCommand entry, CancellationToken cancellationToken) =>
        Id(await Of(connection).CallAsync(entry, cancellationToken).ConfigureAwait(false));

    /// <summary>XADD with an id of the server's choice, or a given one; fields follow as names and values in turn.</summary>
    public static RedisCommand XAdd(string key, StreamId? id = null)
    {
        var command = new RedisCommand("XADD").Add(key);
        return id is { } given ? command.Add(given) : command.Add("*");
    }

    /// <summary>XACK of entries that were read as a member of a group.</summary>
    public static RedisCommand XAck(string key, string group, IEnumerable<StreamId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var command = new RedisCommand("XACK").Add(key).Add(group);
        foreach (var id in ids)
            command.Add(id);
        return command;
    }

    /// <summary>XGROUP SETID, to be sent with others.</summary>
    public static RedisCommand XGroupSetId(string key, string group, StreamId position, long? entriesRead) =>
        Read(new RedisCommand("XGROUP").Add("SETID").Add(key).Add(group).Add(position), entriesRead);

    /// <summary>An id in an answer.</summary>
    internal static StreamId Id(RedisReply reply) =>
        StreamId.TryParse(reply.Bytes.Span, out var id) ? id : throw new RedisProtocolException("the server answered with something that is no id of a stream entry");

    internal static RedisCommand XRead(XReadRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfZero(request.Streams.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Count, 1);
        var command = new RedisCommand(request.Group is null ? "XREAD" : "XREADGROUP");
        if (request.Group is { } member)
            command.Add("GROUP").Add(member.Group).Add(member.Consumer);
        command.Add("COUNT").Add(request.Count);
        if (request.Block is { } block)
            command.Add("BLOCK").Add(Math.Max(1, (long)block.TotalMilliseconds));
        command.Add("STREAMS");
        foreach (var stream in request.Streams)
            command.Add(stream.Key);
        foreach (var stream in request.Streams)
            _ = request.Group is null ? command.Add(stream.After) : command.Add(">"u8);
        return command;
    }

    internal static RedisCommand XRange(string key, StreamId from, StreamId to, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new RedisCommand("XRANGE").Add(key).Add(from).Add(to).Add("COUNT").Add(count);
    }

    /// <summary>
    /// The server has no code of its own for a key that does not exist, and texts of errors are nothing to go by: the type is asked for in the same breath.
    /// </summary>
    private static async Task<RedisReply?> InfoAsync(
        RedisConnection connection, string key, string what, CancellationToken cancellationToken, string? group = null)
    {
        var info = new RedisCommand("XINFO").Add(what).Add(key);
        if (group is not null)
            info.Add(group);
        var answers = await Of(connection).SendAsync([new RedisCommand("TYPE").Add(key), info], cancellationToken).ConfigureAwait(false);
        if (answers[1].Error is null)
            return answers[1];
        return answers[0].ThrowIfError().AsText() is "none" ? null : throw answers[1].Error!;
    }

    private static RedisCommand Read(RedisCommand command, long? entriesRead) =>
        entriesRead is { } read ? command.Add("ENTRIESREAD").Add(read) : command;

    private static RedisConnection Of(RedisConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection;
    }
}
