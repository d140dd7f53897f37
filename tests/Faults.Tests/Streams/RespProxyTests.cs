using LakehouseOperator.Faults.Redis;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Faults.Tests.Streams;

/// <summary>The harness does what it says: a fault that did not happen would prove nothing.</summary>
public sealed class RespProxyTests(SharedRedis redis)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RespFault.None, null, true)]
    [InlineData(RespFault.Delay, null, true)]
    [InlineData(RespFault.CutBefore, RedisConnectionFault.Closed, false)]
    [InlineData(RespFault.CutAfter, RedisConnectionFault.Closed, true)]
    [InlineData(RespFault.CutWithin, RedisConnectionFault.Closed, true)]
    [InlineData(RespFault.HalfOpen, RedisConnectionFault.TimedOut, true)]
    [InlineData(RespFault.Down, RedisConnectionFault.Closed, false)]
    public async Task A_fault_meets_its_command_alone(RespFault fault, RedisConnectionFault? expected, bool isCarriedOut)
    {
        var key = redis.Prefix() + "s";
        await using var proxy = new RespProxy(new Uri(await redis.UrlAsync()).Port, new RespFaultPlan("XADD #2", fault));
        await using var connection = await ConnectAsync(proxy, expected == RedisConnectionFault.TimedOut ? TimeSpan.FromSeconds(10) : null);
        await AddAsync(connection, key, 1);
        if (expected is { } broken)
            Assert.Equal(broken, (await Assert.ThrowsAsync<RedisConnectionException>(() => AddAsync(connection, key, 2))).Fault);
        else
            await AddAsync(connection, key, 2);
        await using var direct = await redis.ConnectAsync(cancellationToken: Token);
        Assert.Equal(isCarriedOut ? 2 : 1, await direct.StreamLengthAsync(key, Token));
        Assert.Equal(fault != RespFault.None, proxy.Fired);
        if (fault == RespFault.Down)
        {
            for (var gone = 0; gone < 3; gone++)
                await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectAsync(proxy));
        }

        await using var again = await ConnectAsync(proxy);
        await AddAsync(again, key, 3);
        Assert.Equal(["XADD #1", "XADD #2", "XADD #3"], proxy.Names.Where(static name => name.StartsWith("XADD", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(RespFault.Loading, "LOADING")]
    [InlineData(RespFault.Readonly, "READONLY")]
    public async Task A_server_that_refuses_for_a_while_lets_the_handshake_through(RespFault fault, string code)
    {
        var key = redis.Prefix() + "s";
        await using var proxy = new RespProxy(new Uri(await redis.UrlAsync()).Port, new RespFaultPlan("XADD #1", fault));
        for (var refused = 0; refused < 3; refused++)
        {
            await using var connection = await ConnectAsync(proxy);
            Assert.Equal(code, (await Assert.ThrowsAsync<RedisErrorException>(() => AddAsync(connection, key, 1))).Code);
        }

        await using var last = await ConnectAsync(proxy);
        await AddAsync(last, key, 1);
        Assert.Equal(1, await last.StreamLengthAsync(key, Token));
    }

    /// <param name="commandTimeout">Where silence is what is to be seen.</param>
    private static Task<RedisConnection> ConnectAsync(RespProxy proxy, TimeSpan? commandTimeout = null) => RedisConnection.ConnectAsync(
        new RedisAddress("127.0.0.1", proxy.Port, 0, Tls: false), null, commandTimeout is { } timeout ? RedisOptions.Default with { CommandTimeout = timeout } : RedisOptions.Default, TimeProvider.System, Token);

    private static Task AddAsync(RedisConnection connection, string key, int id) =>
        connection.AddEntryAsync(StreamCommands.XAdd(key, new StreamId((ulong)id, 0)).Add("a").Add("b"), Token);
}
