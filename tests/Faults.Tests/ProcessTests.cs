using System.Diagnostics;
using System.Globalization;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Faults.Tests.Worlds;

namespace LakehouseOperator.Faults.Tests;

/// <summary>The program itself, killed at random, its SQL workers killed, two of it at once, one of it stopped and replaced: seeded, and judged by the same laws.</summary>
public sealed class ProcessTests
{
    private const int Kills = 20;
    private const int Killed = 137;
    private const int Orders = 20;

    [Fact]
    public async Task Killed_again_and_again_at_random_moments_it_loses_and_doubles_nothing()
    {
        var random = new Random(20261121);
        var (kills, ends) = (0, 0);
        while (kills < Kills && ends < Kills)
        {
            // One that has been read to its end has little left to be killed over.
            using var place = new Place(eventsPerCommit: 40, perDay: 8000);
            while (kills < Kills && await IsKilledAsync(place, random))
                kills++;
            ends += kills < Kills ? 1 : 0;
            await place.FinishAsync();
            TestContext.Current.SendDiagnosticMessage($"{kills} kills, {ends} runs that were faster, {(await LakeOracle.CheckCompleteAsync(place.Lake, null)).Count} rows compared");
        }

        Assert.Equal(Kills, kills);
    }

    /// <summary>One run that is killed at some moment. False: it was faster.</summary>
    private static async Task<bool> IsKilledAsync(Place place, Random random)
    {
        using var process = place.Start();
        await process.CommitsAsync(random.Next(0, 8));
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 60)), TimeProvider.System, TestContext.Current.CancellationToken);
        var workers = process.Workers();
        process.Kill();
        var exit = await process.EndAsync();
        Assert.Contains(exit, new[] { Killed, 0 });
        await LakeOracle.CheckAsync(place.Lake);
        await RequireGoneAsync(workers);
        return exit == Killed;
    }

    [Fact]
    public async Task A_SQL_worker_that_is_killed_costs_an_attempt_and_no_row()
    {
        var random = new Random(6014);
        using var place = new Place(eventsPerCommit: 2000, perDay: 8000);
        for (var kills = 0; kills < 3; kills++)
        {
            using var process = place.Start();
            var killed = false;
            for (var tries = 0; !killed && !process.HasExited && tries < 2000; tries++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 200)), TimeProvider.System, TestContext.Current.CancellationToken);
                foreach (var worker in process.Workers())
                {
                    Signal(worker, "KILL");
                    killed = true;
                }
            }

            Assert.Contains(await process.EndAsync(), new[] { 0, 1, 2 });
            await LakeOracle.CheckAsync(place.Lake);
        }

        await place.FinishAsync();
        await LakeOracle.CheckCompleteAsync(place.Lake, null);
    }

    [Fact]
    public async Task Of_two_processes_at_once_each_row_comes_once()
    {
        using var place = new Place(eventsPerCommit: 100, perDay: 6000);
        for (var round = 0; round < 2; round++)
        {
            place.AddOrders(Orders * (round + 1));
            using var one = place.Start();
            using var other = place.Start();
            Assert.Contains(await one.EndAsync(), new[] { 0, 1 });
            Assert.Contains(await other.EndAsync(), new[] { 0, 1 });
            await LakeOracle.CheckAsync(place.Lake);
        }

        await place.FinishAsync();
        await LakeOracle.CheckCompleteAsync(place.Lake, null);
    }

    [Fact]
    public async Task A_process_that_was_stopped_and_replaced_never_commits_again()
    {
        var random = new Random(10);
        for (var round = 0; round < 3; round++)
        {
            using var place = new Place(eventsPerCommit: 40, perDay: 8000);
            using var stale = place.Start();
            await stale.CommitsAsync(random.Next(1, 20));
            Signal(stale.Pid, "STOP");
            var before = DeltaLog.Read(Path.Combine(place.Lake, "bronze/events"));
            await place.FinishAsync(isAlone: false);
            var after = DeltaLog.Read(Path.Combine(place.Lake, "bronze/events"));
            Signal(stale.Pid, "CONT");
            Assert.Contains(await stale.EndAsync(), new[] { 0, 1 });
            var end = DeltaLog.Read(Path.Combine(place.Lake, "bronze/events"));
            if (after.Count > before.Count)
                Assert.DoesNotContain(end.Skip(after.Count), version => version.RunId == before[^1].RunId);
            await LakeOracle.CheckAsync(place.Lake);
            await place.FinishAsync();
            await LakeOracle.CheckCompleteAsync(place.Lake, null);
        }
    }

    private static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {pid} 2>/dev/null")]);
        kill.WaitForExit();
    }

    /// <summary>A killed process takes its SQL workers along; the kernel sees to it.</summary>
    private static async Task RequireGoneAsync(IReadOnlyList<int> workers)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (workers.Any(ProgramProcess.IsWorker))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
    }
}
