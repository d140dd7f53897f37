using System.Diagnostics;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>An operator's worker, which is there again whatever ended it.</summary>
public sealed class SidecarKeeperTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SQL_that_ends_its_worker_again_and_again_takes_it_from_nobody_else()
    {
        using var sidecar = await Sidecar.StartAsync(keep: true);
        await using var pool = sidecar.Pool(returns: true);
        var pids = new HashSet<int>();
        for (var i = 0; i < 12; i++)
        {
            await using (var bad = await pool.RentAsync(Token))
            {
                Assert.True(pids.Add(sidecar.ServingPid()));
                var greedy = WorkerFixture.Limits with { MemoryBytes = 1 << 20 };
                await Assert.ThrowsAsync<SqlWorkerGoneException>(() => bad.QueryAsync("SELECT count(*) FROM range(1000000000) a, range(1000000000) b", [], greedy, 1, Token));
            }

            await Served(pool);
        }

        Assert.False(sidecar.Process.HasExited);
    }

    [Fact]
    public async Task A_worker_that_is_killed_or_lost_its_guardian_is_followed_by_another()
    {
        using var sidecar = await Sidecar.StartAsync(keep: true);
        await using (var pool = sidecar.Pool(returns: true))
        {
            await pool.OpenAsync(Token);
            using (var serving = Process.GetProcessById(sidecar.ServingPid()))
                serving.Kill();
            await Served(pool);
        }

        await using var another = sidecar.Pool(returns: true);
        await Served(another);
    }

    [Fact]
    public async Task A_signal_to_end_is_the_worker_s_to_heed_and_ends_both()
    {
        using var sidecar = await Sidecar.StartAsync(keep: true);
        await using (var pool = sidecar.Pool(returns: true))
        {
            await pool.OpenAsync(Token);
            sidecar.Signal("TERM");
            await Served(pool);
        }

        Assert.Equal(0, await sidecar.EndedAsync());
        Assert.Empty(ChildProcesses.Below(sidecar.Socket));
        await sidecar.StartAgainAsync(keep: true);
        sidecar.Signal("TERM");
        Assert.Equal(0, await sidecar.EndedAsync());
    }

    [Fact]
    public async Task A_worker_goes_with_its_keeper()
    {
        using var sidecar = await Sidecar.StartAsync(keep: true);
        await using var guardian = await sidecar.GreetAsync(guardian: true);
        sidecar.Process.Kill();
        await sidecar.EndedAsync();
        await Until.TrueAsync(() => ChildProcesses.Below(sidecar.Socket).Count == 0, "the worker is gone");
    }

    /// <summary>What keeps a worker from ever serving is for the kubelet to show.</summary>
    [Fact]
    public async Task A_worker_that_is_never_ready_is_not_started_again()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["scratch"], "", Token);
        using var keeper = Process.Start(new ProcessStartInfo(BuiltPrograms.Find("lakehouse-runner"), ["sql-worker", "--socket", folder["s"], "--scratch", folder["scratch"], "--sidecar", "--keep"])
        {
            RedirectStandardError = true,
        })!;
        var said = await keeper.StandardError.ReadToEndAsync(Token);
        await keeper.WaitForExitAsync(Token);
        Assert.Equal((int)RunCodes.ScratchUnusable.Exit, keeper.ExitCode);
        Assert.StartsWith(RunCodes.ScratchUnusable.Id, said, StringComparison.Ordinal);
    }

    /// <summary>One that is just ending may still take a connection in.</summary>
    private static Task Served(ISqlWorkerPool pool) => Until.TrueAsync(async () =>
    {
        try
        {
            await using var worker = await pool.RentAsync(Token);
            Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
            return true;
        }
        catch (SqlWorkerGoneException)
        {
            return false;
        }
    }, "a worker answers");
}
