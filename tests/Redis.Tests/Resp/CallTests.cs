using System.Text;
using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Redis.Tests.Resp;

/// <summary>What a call promises when it is cut short.</summary>
public sealed class CallTests
{
    private static readonly RedisAddress Address = new("scripted", 1, 0, Tls: false);
    private static readonly XReadRequest Request = new([new("a", default)], 10, TimeSpan.FromSeconds(60));

    private readonly ManualTime time = new();

    [Fact]
    public async Task Silence_ends_a_call_after_its_time_and_breaks_the_connection()
    {
        var (connection, stream) = Silent();
        var call = connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None);
        await stream.Waiting.Task;
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RedisConnectionFault.TimedOut, (await Assert.ThrowsAsync<RedisConnectionException>(() => call)).Fault);
        Assert.True(connection.IsBroken);
        Assert.Equal(RedisConnectionFault.Closed, (await Assert.ThrowsAsync<RedisConnectionException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None))).Fault);
    }

    [Fact]
    public async Task A_blocking_read_has_its_own_time_in_addition()
    {
        var (connection, stream) = Silent();
        var call = connection.ReadStreamsAsync(Request, new Seen(), CancellationToken.None);
        await stream.Waiting.Task;
        time.Advance(TimeSpan.FromSeconds(89));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RedisConnectionFault.TimedOut, (await Assert.ThrowsAsync<RedisConnectionException>(() => call)).Fault);
    }

    [Fact]
    public async Task Half_an_answer_is_waited_for_no_longer_than_a_command()
    {
        var (connection, stream) = Silent("*1\r\n*2\r\n$1\r\na\r\n*2\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nn\r\n$1\r\nv\r\n*2\r\n");
        var seen = new Seen();
        var call = connection.ReadStreamsAsync(Request, seen, CancellationToken.None);
        await stream.Waiting.Task;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(RedisConnectionFault.TimedOut, (await Assert.ThrowsAsync<RedisConnectionException>(() => call)).Fault);
        Assert.Equal(["0 1-1 n=v"], seen.Lines);
    }

    [Fact]
    public async Task Cancelling_a_call_breaks_the_connection_and_is_the_callers_own()
    {
        var (connection, stream) = Silent();
        using var cancelling = new CancellationTokenSource();
        var call = connection.ReadStreamsAsync(Request, new Seen(), cancelling.Token);
        await stream.Waiting.Task;
        await cancelling.CancelAsync();
        Assert.Equal(cancelling.Token, (await Assert.ThrowsAsync<OperationCanceledException>(() => call)).CancellationToken);
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task A_call_that_was_cancelled_before_sends_nothing_and_breaks_nothing()
    {
        var (connection, stream) = Silent();
        await Assert.ThrowsAsync<OperationCanceledException>(() => connection.CallAsync(new RedisCommand("ANY"), new CancellationToken(canceled: true)));
        Assert.False(connection.IsBroken);
        Assert.Equal(0, stream.Written.Length);
    }

    [Fact]
    public async Task The_time_of_one_call_is_not_that_of_the_next()
    {
        await using var connection = RedisConnection.Over(new ScriptedStream(["+a\r\n"u8.ToArray(), "+b\r\n"u8.ToArray()]), Address, RedisOptions.Default, time);
        await connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("b", (await connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None)).AsText());
    }

    [Fact]
    public async Task Disposing_of_a_connection_ends_its_call()
    {
        var (connection, stream) = Silent();
        var call = connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None);
        await stream.Waiting.Task;
        await connection.DisposeAsync();
        Assert.Equal(RedisConnectionFault.Closed, (await Assert.ThrowsAsync<RedisConnectionException>(() => call)).Fault);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Two_calls_at_once_are_a_mistake_that_harms_neither()
    {
        var (connection, stream) = Silent();
        var call = connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None);
        await stream.Waiting.Task;
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.CallAsync(new RedisCommand("ANY"), CancellationToken.None));
        Assert.False(connection.IsBroken);
        Assert.False(call.IsCompleted);
        await connection.DisposeAsync();
        await Assert.ThrowsAsync<RedisConnectionException>(() => call);
    }

    [Fact]
    public async Task A_visitor_that_throws_breaks_the_connection_and_is_heard()
    {
        await using var connection = Recorded.Connection([Recorded.Bytes("xread.resp3")]);
        var request = new XReadRequest([new("shop:orders", default), new("shop:users", default)], 10);
        await Assert.ThrowsAsync<NotSupportedException>(() => connection.ReadStreamsAsync(request, new Throwing(), CancellationToken.None));
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task Errors_of_a_batch_are_answers_of_their_own()
    {
        await using var connection = Recorded.Connection(["+OK\r\n-WRONGTYPE no\r\n:3\r\n"u8.ToArray()]);
        var replies = await connection.SendAsync([new RedisCommand("A"), new RedisCommand("B"), new RedisCommand("C")], CancellationToken.None);
        Assert.Equal((null, "WRONGTYPE", null), (replies[0].Error?.Code, replies[1].Error?.Code, replies[2].Error?.Code));
        Assert.Equal("WRONGTYPE", Assert.Throws<RedisErrorException>(() => replies[1].AsInteger()).Code);
        Assert.Throws<RedisProtocolException>(() => replies[0].AsInteger());
        Assert.False(connection.IsBroken);
    }

    [Fact]
    public async Task Commands_go_out_as_arrays_of_bulk_strings()
    {
        var stream = new ScriptedStream(["+OK\r\n"u8.ToArray()]);
        await using var connection = RedisConnection.Over(stream, Address, RedisOptions.Default, time);
        await connection.CallAsync(new RedisCommand("XADD").Add("ü").Add(-5).Add(new StreamId(ulong.MaxValue, 0)).Add([0, 1]).Add(""), CancellationToken.None);
        Assert.Equal("*6\r\n$4\r\nXADD\r\n$2\r\nü\r\n$2\r\n-5\r\n$22\r\n18446744073709551615-0\r\n$2\r\n\0\u0001\r\n$0\r\n\r\n", Encoding.UTF8.GetString(stream.Written.ToArray()));
    }

    private (RedisConnection Connection, ScriptedStream Stream) Silent(string first = "")
    {
        var stream = new ScriptedStream([Encoding.ASCII.GetBytes(first)], thenSilent: true);
        return (RedisConnection.Over(stream, Address, RedisOptions.Default, time), stream);
    }

    private sealed class Throwing : IStreamEntries
    {
        public void OnEntry(in StreamEntry entry) => throw new NotSupportedException();
    }
}
