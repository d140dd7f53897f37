using LakehouseOperator.Faults.Redis;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Faults.Tests.Worlds;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Faults.Tests.Streams;

/// <summary>Everything that can happen to a command on its way to Redis and back, at the first commands of each kind that a run sends, and at its last.</summary>
public sealed class RespFaultTests(SharedRedis redis)
{
    private const int Streams = 2;
    private const int Entries = 150;
    private const int AtOnce = 2;

    public static TheoryData<RespFault> Faults => [.. Enum.GetValues<RespFault>().Where(static fault => fault is not (RespFault.None or RespFault.HalfOpen))];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Whatever_happens_to_a_command_each_entry_comes_once(RespFault fault)
    {
        var commands = await RunAsync(RespFaultPlan.None);
        Assert.Contains("XREAD #1", commands);
        var plans = commands.Where(IsEarly).Append(commands[^1]).Distinct().Select(command => new RespFaultPlan(command, fault));
        await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (plan, _) => await RunAsync(plan));
    }

    /// <summary>The first two of each command: the third meets a client in the state that the second left it in.</summary>
    private static bool IsEarly(string command) => command.EndsWith(" #1", StringComparison.Ordinal) || command.EndsWith(" #2", StringComparison.Ordinal);

    /// <summary>A peer that is gone without a word is given up by the clock.</summary>
    [Theory]
    [InlineData("XREAD #2")]
    public async Task A_connection_that_went_silent_is_given_up(string command) => await RunAsync(new RespFaultPlan(command, RespFault.HalfOpen));

    /// <summary>One run through the proxy, more entries, one more without it; then everything is there once.</summary>
    private async Task<IReadOnlyList<string>> RunAsync(RespFaultPlan plan)
    {
        var url = await redis.UrlAsync();
        var server = new Uri(url).Port;
        await using var proxy = new RespProxy(server, plan);
        await using var place = await StreamPlace.CreateAsync(url, redis.Prefix(), Streams, proxy.Port, rowsPerCommit: 60);
        await place.Producer.WriteAsync(Entries, TestContext.Current.CancellationToken);
        try
        {
            using (var process = place.Start(once: true))
            {
                var exit = await process.EndAsync();
                if (exit is not (0 or 1) || (plan.Fault == RespFault.None && exit != 0))
                    throw new ViolationException($"it ended with {exit}: {process.Said}");
            }

            await place.CheckPrefixAsync();
            await place.Producer.WriteAsync(10, TestContext.Current.CancellationToken);
            place.Point(server, rowsPerCommit: 60);
            await place.FinishAsync();
            await place.CheckAsync();
            return proxy.Names;
        }
        catch (ViolationException e)
        {
            throw new ViolationException($"{plan} ({(proxy.Fired ? "fired" : "never came")}): {e.Message}");
        }
    }
}
