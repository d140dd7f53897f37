using LakehouseOperator.Faults.Tests.Worlds;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Faults.Tests.Streams;

/// <summary>The program is killed while producers go on writing; nothing is lost and nothing comes twice.</summary>
public sealed class StreamKillTests(SharedRedis redis)
{
    private const int Kills = 20;
    private const int Killed = 137;
    private const int Streams = 3;

    /// <summary>Some two seconds of them, so that what there is to drain does not grow with how slow the machine is.</summary>
    private const int BurstsOfARound = 60;

    [Fact]
    public async Task Killed_at_random_while_a_producer_writes_it_loses_and_doubles_nothing()
    {
        var random = new Random(20261121);
        await using var place = await PlaceAsync(rowsPerCommit: 200);
        using var enough = new CancellationTokenSource();
        using var rounds = new SemaphoreSlim(0);
        var producing = ProduceAsync(place, rounds, enough.Token);
        for (var kills = 0; kills < Kills; kills++)
        {
            rounds.Release(BurstsOfARound);
            using var process = place.Start(once: false);
            await process.CommitsAsync(random.Next(0, 6));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 80)), TimeProvider.System, TestContext.Current.CancellationToken);
            process.Kill();
            Assert.Equal(Killed, await process.EndAsync());
            await place.CheckPrefixAsync();
        }

        await enough.CancelAsync();
        await producing;
        await place.FinishAsync();
        var counts = await place.CheckAsync();
        Assert.Equal(place.Producer.Written * Streams, counts.Rows + counts.Quarantined);
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills while {place.Producer.Written} entries were written to each of {Streams} streams; {counts.Rows} rows, {counts.Quarantined} quarantined");
    }

    [Fact]
    public async Task Told_to_end_it_commits_what_is_in_hand_and_goes_on_from_there()
    {
        await using var place = await PlaceAsync(rowsPerCommit: 100_000);
        await place.Producer.WriteAsync(2000, TestContext.Current.CancellationToken);
        using (var process = place.Start(once: false))
        {
            await process.CommitsAsync(1);
            await place.Producer.WriteAsync(2000, TestContext.Current.CancellationToken);
            process.Terminate();
            Assert.Equal(143, await process.EndAsync());
        }

        await place.CheckPrefixAsync();
        await place.FinishAsync();
        await place.CheckAsync();
    }

    /// <summary>Both read and both commit; a table takes each batch from one of them.</summary>
    [Fact]
    public async Task Of_two_processes_at_once_each_entry_comes_once()
    {
        await using var place = await PlaceAsync(rowsPerCommit: 300);
        await place.Producer.WriteAsync(5000, TestContext.Current.CancellationToken);
        using var one = place.Start(once: true);
        using var other = place.Start(once: true);
        Assert.Contains(await one.EndAsync(), new[] { 0, 1 });
        Assert.Contains(await other.EndAsync(), new[] { 0, 1 });
        await place.FinishAsync();
        await place.CheckAsync();
    }

    [Fact]
    public async Task A_server_that_is_killed_and_comes_back_empty_is_no_silent_loss()
    {
        await using var server = await RedisServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var place = await StreamPlace.CreateAsync(server.Url, "shop:", Streams, server.Port, 500);
        await place.Producer.WriteAsync(1000, TestContext.Current.CancellationToken);
        await place.FinishAsync();
        await place.CheckAsync();
        await server.KillAsync();
        await using var back = await RedisServer.StartAsync(port: server.Port, cancellationToken: TestContext.Current.CancellationToken);
        using var process = place.Start(once: true);
        Assert.NotEqual(0, await process.EndAsync());
        Assert.Contains("LH", process.Said, StringComparison.Ordinal);
    }

    private async Task<StreamPlace> PlaceAsync(int rowsPerCommit)
    {
        var url = await redis.UrlAsync();
        return await StreamPlace.CreateAsync(url, redis.Prefix(), Streams, new Uri(url).Port, rowsPerCommit);
    }

    /// <summary>In bursts, so that commits by rows and by interval both come; as many as <paramref name="bursts"/> lets.</summary>
    private static async Task ProduceAsync(StreamPlace place, SemaphoreSlim bursts, CancellationToken enough)
    {
        var random = new Random(5);
        while (!enough.IsCancellationRequested)
        {
            await bursts.WaitAsync(enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await place.Producer.WriteAsync(random.Next(1, 60), CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(10, 60)), TimeProvider.System, CancellationToken.None);
        }
    }
}
