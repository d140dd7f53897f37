namespace LakehouseOperator.Redis.Tests.Resp;

/// <summary>The network cuts answers wherever it likes.</summary>
public sealed class SplitTests
{
    public static TheoryData<string> Names => [.. Recorded.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_answer_says_the_same_however_it_is_cut_in_two(string name)
    {
        var bytes = Recorded.Bytes(name);
        var whole = await Recorded.UnderstandAsync(name, [bytes]);
        for (var cut = 1; cut < bytes.Length; cut++)
            Assert.Equal(whole, await Recorded.UnderstandAsync(name, [bytes[..cut], bytes[cut..]]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_answer_says_the_same_byte_by_byte(string name)
    {
        var bytes = Recorded.Bytes(name);
        Assert.Equal(await Recorded.UnderstandAsync(name, [bytes]), await Recorded.UnderstandAsync(name, bytes.Select(static one => new[] { one })));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_answer_that_ends_early_is_a_broken_connection(string name)
    {
        var bytes = Recorded.Bytes(name);
        for (var end = 0; end < bytes.Length; end++)
        {
            var error = await Assert.ThrowsAsync<RedisConnectionException>(() => Recorded.UnderstandAsync(name, [bytes[..end]]));
            Assert.Equal(RedisConnectionFault.Closed, error.Fault);
        }
    }

    /// <summary>Entries beyond the bound are passed over in pieces too.</summary>
    [Fact]
    public async Task What_is_oversized_is_so_however_it_is_cut()
    {
        var bytes = Recorded.Bytes("xread.resp3");
        var options = RedisOptions.Default with { MaxEntryBytes = 80 };
        var whole = await Recorded.UnderstandAsync("xread.resp3", [bytes], options);
        Assert.Contains("0 1700000000001-1 oversized", whole, StringComparison.Ordinal);
        Assert.Contains("0 1700000000099-0 empty=", whole, StringComparison.Ordinal);
        for (var cut = 1; cut < bytes.Length; cut++)
            Assert.Equal(whole, await Recorded.UnderstandAsync("xread.resp3", [bytes[..cut], bytes[cut..]], options));
        Assert.Equal(whole, await Recorded.UnderstandAsync("xread.resp3", bytes.Select(static one => new[] { one }), options));
    }

    [Theory]
    [InlineData("xread", "0 1700000000001-1 data={\"id\":1,\"total\":\"1.50\"} trace=\0\uFFFD\r\n")]
    [InlineData("xread", "0 1700000000099-0 empty=")]
    [InlineData("xread", "2 1700000000001-0 data={\"name\":\"Jürgen\"}\n6")]
    [InlineData("xread-none", "0")]
    [InlineData("xrange", "0 1700000000002-2 data=")]
    [InlineData("xrange-none", "0")]
    [InlineData("xreadgroup-deleted", "0 1700000000002-2 deleted\n0 1700000000003-3 data=")]
    [InlineData("error-wrongtype", "WRONGTYPE: WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("error-nogroup", "NOGROUP: NOGROUP No such key 'shop:orders' or consumer group 'nobody'")]
    [InlineData("error-in-array", "Array(Integer 1, Error MY error, \"x\")")]
    [InlineData("xpending-none", "Array(Integer 0, Null (null), Null (null), Null (null))")]
    public async Task Both_protocols_say_the_same(string name, string part)
    {
        foreach (var protocol in (int[])[2, 3])
            Assert.Contains(part, await Recorded.UnderstandAsync($"{name}.resp{protocol}", [Recorded.Bytes($"{name}.resp{protocol}")]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_before_an_answer_is_none_of_it() =>
        Assert.Equal(
            "2 1700000000002-0 a=b\n2 1700000000003-0 a=b\n2",
            await Recorded.UnderstandAsync("push-before-xread.resp3", [Recorded.Bytes("push-before-xread.resp3")]));

    [Fact]
    public async Task An_attribute_before_or_within_an_answer_is_none_of_it()
    {
        await using var connection = Recorded.Connection(["|1\r\n+ttl\r\n:5\r\n*2\r\n|1\r\n$1\r\na\r\n*0\r\n:1\r\n:2\r\n>2\r\n+x\r\n+y\r\n"u8.ToArray(), ":7\r\n"u8.ToArray()]);
        var reply = await connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None);
        Assert.Equal([1L, 2L], reply.Items.Select(static item => item.AsInteger()));
        Assert.Equal(7, (await connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None)).AsInteger());
    }
}
