using System.Text;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis.Tests.Resp;

/// <summary>A server is trusted with nothing: whatever comes ends in a typed error, soon, and without memory that the bytes did not pay for.</summary>
public sealed class HostileTests
{
    private const string Entries = "*1\r\n*2\r\n$1\r\na\r\n";

    private static readonly XReadRequest Request = new([new("a", default), new("b", default)], 10);

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("\0\0\0\0")]
    [InlineData("*abc\r\n")]
    [InlineData("*\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("*-\r\n")]
    [InlineData("*1x\r\n")]
    [InlineData("*1\rx")]
    [InlineData("*99999999999999999999999999\r\n")]
    [InlineData("*999999999999999999\r\n")]
    [InlineData("*2147483648\r\n")]
    [InlineData("*?\r\n")]
    [InlineData("%-1\r\n")]
    [InlineData("%999999999999999999\r\n")]
    [InlineData("~-1\r\n")]
    [InlineData(">-1\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$999999999999999999\r\n")]
    [InlineData("$3\r\nabcd\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("=-1\r\n")]
    [InlineData("=2\r\nab\r\n")]
    [InlineData("=5\r\ntxtab\r\n")]
    [InlineData("!-1\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("_x\r\n")]
    [InlineData(":12.5\r\n")]
    [InlineData("*1\r\nnothing")]
    public async Task What_is_no_RESP_is_a_protocol_error(string answer)
    {
        await using var connection = Recorded.Connection([Encoding.Latin1.GetBytes(answer)]);
        await Assert.ThrowsAsync<RedisProtocolException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
        Assert.True(connection.IsBroken);
    }

    [Theory]
    [InlineData(":1\r\n")]
    [InlineData("+OK\r\n")]
    [InlineData("$1\r\na\r\n")]
    [InlineData("*3\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("%-1\r\n")]
    [InlineData("%3\r\n")]
    [InlineData("*1\r\n:1\r\n")]
    [InlineData("*1\r\n*3\r\n")]
    [InlineData("*1\r\n*2\r\n:1\r\n")]
    [InlineData("*1\r\n*2\r\n$-1\r\n")]
    [InlineData("*1\r\n*2\r\n$1\r\nc\r\n*0\r\n")]
    [InlineData("*1\r\n*2\r\n$2\r\nab\r\n*0\r\n")]
    [InlineData("*1\r\n*2\r\n$999999999\r\n")]
    [InlineData("*1\r\n*2\r\n$1\r\nabc*0\r\n")]
    [InlineData("*1\r\n-LOADING in the middle\r\n")]
    [InlineData(Entries + "*-1\r\n")]
    [InlineData(Entries + "$0\r\n\r\n")]
    [InlineData(Entries + "*1\r\n-ERR in the middle\r\n")]
    [InlineData(Entries + "*1\r\n*3\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$0\r\n\r\n*0\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$99\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-x\r\n*0\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1--\r\n*0\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$22\r\n18446744073709551616-0\r\n*0\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*3\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*-2\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n:2\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n:1\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$-1\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nabc")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n*1\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n-ERR here\r\n")]
    public async Task What_is_no_entries_is_a_protocol_error(string answer)
    {
        await using var connection = Recorded.Connection([Encoding.Latin1.GetBytes(answer)]);
        await Assert.ThrowsAsync<RedisProtocolException>(() => connection.ReadStreamsAsync(Request, new Seen(), CancellationToken.None));
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task Nesting_is_bounded()
    {
        var deep = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", 1_000_000)));
        await using var connection = Recorded.Connection([deep]);
        await Assert.ThrowsAsync<RedisProtocolException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
    }

    [Theory]
    [InlineData("$64000000\r\n")]
    [InlineData("*60000000\r\n")]
    [InlineData("*60000000\r\n*60000000\r\n*60000000\r\n")]
    [InlineData(Entries + "*999999999999999999\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*999999999999999998\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1099511627776\r\n")]
    [InlineData(Entries + "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$33000000\r\n")]
    public async Task A_length_alone_takes_no_memory(string answer)
    {
        await using var connection = Recorded.Connection([Encoding.Latin1.GetBytes(answer)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.ThrowsAsync<RedisConnectionException>(() => answer.StartsWith(Entries, StringComparison.Ordinal)
            ? connection.ReadStreamsAsync(Request, new Seen(), CancellationToken.None)
            : connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>Many cheap values cost more memory than bytes; they are reckoned by what they cost.</summary>
    [Fact]
    public async Task An_answer_is_bounded_by_what_it_costs_in_memory()
    {
        var nulls = Encoding.ASCII.GetBytes("*1000000\r\n" + string.Concat(Enumerable.Repeat("_\r\n", 1_000_000)));
        await using var connection = Recorded.Connection([nulls], RedisOptions.Default with { MaxReplyBytes = 8 << 20 });
        await Assert.ThrowsAsync<RedisProtocolException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
    }

    [Fact]
    public async Task A_line_is_bounded()
    {
        await using var connection = Recorded.Connection([Encoding.ASCII.GetBytes("+" + new string('x', 1 << 20))]);
        await Assert.ThrowsAsync<RedisProtocolException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
    }

    [Fact]
    public async Task An_error_is_one_short_line_whatever_the_server_says()
    {
        var text = "ERR \u001b[31mred\u0001" + new string('x', 10_000);
        await using var connection = Recorded.Connection([Encoding.UTF8.GetBytes($"!{text.Length}\r\n{text}\r\n")]);
        var error = await Assert.ThrowsAsync<RedisErrorException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
        Assert.Equal("ERR", error.Code);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 1, 400);
    }

    /// <summary>Seeded damage to what a server really says: it is understood somehow, or ends in an error that says what to do.</summary>
    [Fact]
    public async Task Damage_never_ends_in_anything_but_a_typed_error()
    {
        var random = new Random(20260115);
        var recorded = Recorded.Names.Select(static name => (Name: name, Bytes: Recorded.Bytes(name))).ToList();
        var options = RedisOptions.Default with { MaxReplyBytes = 1 << 20, MaxEntryBytes = 200 };
        var (understood, refused) = (0, 0);
        for (var round = 0; round < 30_000; round++)
        {
            var (name, bytes) = recorded[random.Next(recorded.Count)];
            var damaged = Damage(random, bytes);
            var cut = random.Next(damaged.Length + 1);
            try
            {
                await Recorded.UnderstandAsync(name, [damaged[..cut], damaged[cut..]], options);
                understood++;
            }
            catch (RedisException)
            {
                refused++;
            }
        }

        Assert.InRange(understood, 1000, 29_000);
        Assert.InRange(refused, 1000, 29_000);
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        var damaged = bytes.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged[at] = (byte)"*$:+-%~>|_#,=!0123456789\r\n"[random.Next(26)];
                    break;
                case 2:
                    damaged.Insert(at, (byte)"*$:+-%~>|_#,=!0123456789\r\n"[random.Next(26)]);
                    break;
                default:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 5), damaged.Count - at));
                    break;
            }

            if (damaged.Count == 0)
                damaged.Add((byte)'*');
        }

        return [.. damaged];
    }
}
