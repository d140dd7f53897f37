using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Redis.Tests.Servers;

/// <summary>What the client makes of a real server.</summary>
public sealed class RealServerTests(SharedRedis redis)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Entries_of_several_streams_are_read_after_their_positions()
    {
        var prefix = redis.Prefix();
        await using var connection = await redis.ConnectAsync(cancellationToken: Token);
        var replies = await connection.SendAsync(
            [.. Enumerable.Range(0, 3000).Select(i => StreamCommands.XAdd($"{prefix}{i % 3}", new StreamId(5, (ulong)i + 1)).Add("data").Add(i).Add("twice").Add(i * 2))], Token);
        Assert.All(replies, static reply => Assert.Null(reply.Error));

        var seen = new Seen();
        var request = new XReadRequest([new($"{prefix}0", new StreamId(5, 1)), new($"{prefix}none", default), new($"{prefix}1", default), new($"{prefix}2", default)], 900);
        Assert.Equal(2700, await connection.ReadStreamsAsync(request, seen, Token));
        Assert.Equal("0 5-4 data=3 twice=6", seen.Lines[0]);
        Assert.Equal("2 5-2 data=1 twice=2", seen.Lines[900]);
        Assert.Equal("3 5-2700 data=2699 twice=5398", seen.Lines[^1]);
        Assert.Equal(3, connection.Protocol);
        Assert.StartsWith("7.", connection.ServerVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_that_finds_nothing_in_time_answers_none()
    {
        await using var connection = await redis.ConnectAsync(cancellationToken: Token);
        var request = new XReadRequest([new($"{redis.Prefix()}none", default)], 10, TimeSpan.FromMilliseconds(5));
        Assert.Equal(0, await connection.ReadStreamsAsync(request, new Seen(), Token));
        Assert.False(connection.IsBroken);
    }

    [Fact]
    public async Task A_blocked_read_ends_with_the_first_entry()
    {
        var key = redis.Prefix() + "s";
        await using var reading = await redis.ConnectAsync(cancellationToken: Token);
        await using var writing = await redis.ConnectAsync(cancellationToken: Token);
        var seen = new Seen();
        var read = reading.ReadStreamsAsync(new XReadRequest([new(key, default)], 10, TimeSpan.FromMinutes(1)), seen, Token);
        await writing.AddEntryAsync(StreamCommands.XAdd(key, new StreamId(7, 0)).Add("a").Add("b"), Token);
        Assert.Equal(1, await read);
        Assert.Equal(["0 7-0 a=b"], seen.Lines);
    }

    [Fact]
    public async Task An_error_is_thrown_by_its_code_and_the_connection_goes_on()
    {
        var key = redis.Prefix() + "text";
        await using var connection = await redis.ConnectAsync(cancellationToken: Token);
        await connection.CallAsync(new RedisCommand("SET").Add(key).Add("x"), Token);
        var error = await Assert.ThrowsAsync<RedisErrorException>(() => connection.ReadStreamsAsync(new XReadRequest([new(key, default)], 1), new Seen(), Token));
        Assert.Equal("WRONGTYPE", error.Code);
        Assert.False(error.IsTransient);
        Assert.Equal("WRONGTYPE", (await Assert.ThrowsAsync<RedisErrorException>(() => connection.StreamInfoAsync(key, Token))).Code);
        Assert.Equal("string", await connection.TypeAsync(key, Token));
        Assert.Equal("none", await connection.TypeAsync(key + "none", Token));
    }

    [Fact]
    public async Task Entries_and_fields_may_be_any_bytes_of_any_size()
    {
        var key = redis.Prefix() + "big";
        await using var connection = await redis.ConnectAsync(cancellationToken: Token);
        byte[] name = [0, 255, (byte)'\r', (byte)'\n'];
        var value = new byte[3_000_000];
        new Random(1).NextBytes(value);
        await connection.AddEntryAsync(StreamCommands.XAdd(key).Add(name).Add(value).Add(""u8).Add(""u8), Token);
        var copy = new Copying();
        Assert.Equal(1, await connection.ReadStreamsAsync(new XReadRequest([new(key, default)], 1), copy, Token));
        Assert.Equal(2, copy.Fields.Count);
        Assert.Equal(name, copy.Fields[0].Name);
        Assert.Equal(value, copy.Fields[0].Value);
        Assert.Empty(copy.Fields[1].Value);
    }

    [Fact]
    public async Task An_entry_beyond_the_bound_is_passed_over_and_the_next_one_is_whole()
    {
        var key = redis.Prefix() + "huge";
        await using var connection = await redis.ConnectAsync(RedisOptions.Default with { MaxEntryBytes = 1 << 20 }, Token);
        await connection.AddEntryAsync(StreamCommands.XAdd(key, new StreamId(1, 0)).Add("a").Add("small").Add("b").Add(new byte[4 << 20]).Add("c").Add("d"), Token);
        await connection.AddEntryAsync(StreamCommands.XAdd(key, new StreamId(2, 0)).Add("a").Add("next"), Token);
        var many = StreamCommands.XAdd(key, new StreamId(3, 0));
        for (var i = 0; i < 60_000; i++)
            many.Add("name").Add("value");
        await connection.AddEntryAsync(many, Token);
        await connection.AddEntryAsync(StreamCommands.XAdd(key, new StreamId(4, 0)).Add("a").Add("last"), Token);
        var seen = new Seen();
        Assert.Equal(4, await connection.ReadRangeAsync(key, StreamId.Min, StreamId.Max, 10, seen, Token));
        Assert.Equal(["0 1-0 oversized", "0 2-0 a=next", "0 3-0 oversized", "0 4-0 a=last"], seen.Lines);
    }

    [Fact]
    public async Task Groups_are_created_moved_and_looked_at()
    {
        var key = redis.Prefix() + "s";
        await using var connection = await redis.ConnectAsync(cancellationToken: Token);
        Assert.Null(await connection.StreamInfoAsync(key, Token));
        Assert.Empty(await connection.GroupsAsync(key, Token));
        await connection.SendAsync([.. Enumerable.Range(1, 10).Select(i => StreamCommands.XAdd(key, new StreamId((ulong)i, 0)).Add("n").Add(i))], Token);
        await connection.CreateGroupAsync(key, "ours", new StreamId(4, 0), 4, makeStream: false, Token);
        Assert.Equal("BUSYGROUP", (await Assert.ThrowsAsync<RedisErrorException>(() => connection.CreateGroupAsync(key, "ours", default, null, false, Token))).Code);

        var info = await connection.StreamInfoAsync(key, Token);
        Assert.Equal(new StreamInfo(10, new StreamId(10, 0), 10, StreamId.Min, new StreamId(1, 0), new StreamId(10, 0), 1), info);
        Assert.Equal([new GroupInfo("ours", 0, 0, new StreamId(4, 0), 4, 6)], await connection.GroupsAsync(key, Token));

        await connection.MoveGroupAsync(key, "ours", new StreamId(7, 0), 7, Token);
        Assert.Equal(3, Assert.Single(await connection.GroupsAsync(key, Token)).Lag);
        Assert.Equal("NOGROUP", (await Assert.ThrowsAsync<RedisErrorException>(() => connection.MoveGroupAsync(key, "others", default, null, Token))).Code);
        Assert.Equal("NOGROUP", (await Assert.ThrowsAsync<RedisErrorException>(() => connection.PendingAsync(key, "others", Token))).Code);
        Assert.Equal("NOGROUP", (await Assert.ThrowsAsync<RedisErrorException>(() => connection.ConsumersAsync(key, "others", Token))).Code);

        Assert.Equal(new PendingSummary(0, null, null, new Dictionary<string, long>()).Count, (await connection.PendingAsync(key, "ours", Token)).Count);
        var group = new GroupMember("ours", "me");
        Assert.Equal(2, await connection.ReadStreamsAsync(new XReadRequest([new(key, default)], 2) { Group = group }, new Seen(), Token));
        var pending = await connection.PendingAsync(key, "ours", Token);
        Assert.Equal((2, new StreamId(8, 0), new StreamId(9, 0), 2), (pending.Count, pending.Lowest, pending.Highest, pending.Consumers["me"]));
        Assert.Equal([new StreamId(9, 0)], (await connection.PendingEntriesAsync(key, "ours", new StreamId(9, 0), StreamId.Max, 10, Token)).Select(static e => e.Id));
        Assert.Equal(["me"], (await connection.ConsumersAsync(key, "ours", Token)).Select(static c => c.Name));
        Assert.Equal(2, (await connection.CallAsync(StreamCommands.XAck(key, "ours", [new StreamId(8, 0), new StreamId(9, 0)]), Token)).AsInteger());
        Assert.Equal(10, await connection.StreamLengthAsync(key, Token));
    }

    [Fact]
    public async Task A_batch_larger_than_every_buffer_does_not_lock_up()
    {
        var key = redis.Prefix() + "echo";
        await using var connection = await redis.ConnectAsync(cancellationToken: Token);
        var text = new string('x', 200_000);
        var replies = await connection.SendAsync([.. Enumerable.Range(0, 200).Select(_ => new RedisCommand("ECHO").Add(text))], Token);
        Assert.All(replies, reply => Assert.Equal(text.Length, reply.Bytes.Length));
        Assert.Equal("none", await connection.TypeAsync(key, Token));
    }

    private sealed class Copying : IStreamEntries
    {
        public List<(byte[] Name, byte[] Value)> Fields { get; } = [];

        public void OnEntry(in StreamEntry entry)
        {
            foreach (var field in entry)
                Fields.Add((field.Name.ToArray(), field.Value.ToArray()));
        }
    }
}
