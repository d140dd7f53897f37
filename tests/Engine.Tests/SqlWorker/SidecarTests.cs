using System.Net.Sockets;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>Runner and SQL worker in two containers: who serves whom, and that each ends when the other is gone, whatever either was doing.</summary>
public sealed class SidecarTests
{
    private const string Endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b";

    private static readonly SqlLimits Limits = WorkerFixture.Limits;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_answers_one_caller_after_the_other_and_keeps_nothing_between_them()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool();
        var table = WorkerFixture.Table("bronze.t", ("n", "BIGINT"));
        await Parallel.ForAsync(0, 12, Token, async (i, _) =>
        {
            await using var worker = await pool.RentAsync(Token);
            var (with, without) = (await worker.BindAsync("SELECT n FROM bronze.t", [table], Token), await worker.BindAsync("SELECT n FROM bronze.t", [], Token));
            Assert.Null(with.Error);
            Assert.Equal(SqlCodes.TableUnknown.Id, without.Error?.Code);
            Assert.Equal(i, (await worker.QueryAsync($"SELECT {i} AS i", [], Limits, 10, Token)).Rows.Single()[0].GetInt32());
        });

        // The last one's is cleared up behind its answer.
        Assert.InRange(Directory.EnumerateDirectories(Assert.Single(Directory.EnumerateDirectories(sidecar.Work)), "r*").Count(), 0, 1);
    }

    [Fact]
    public async Task It_ends_with_its_guardian_and_leaves_no_socket()
    {
        using var sidecar = await Sidecar.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(sidecar.Socket));
        await using (var pool = sidecar.Pool())
            await pool.OpenAsync(Token);
        Assert.Equal(0, await sidecar.EndedAsync());
        Assert.False(File.Exists(sidecar.Socket));
    }

    [Fact]
    public async Task It_ends_with_its_guardian_while_it_runs_what_never_ends()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var guardian = await sidecar.GreetAsync(guardian: true);
        await using var caller = await sidecar.GreetAsync(guardian: false);
        await caller!.WriteAsync(Frame.Of(1, FrameKind.Query, new QueryRequest(Endless, [], Limits, 1), FrameJson.Default.QueryRequest), Token);
        await guardian!.DisposeAsync();
        Assert.Equal(0, await sidecar.EndedAsync());
    }

    [Fact]
    public async Task It_ends_where_no_guardian_comes()
    {
        using var sidecar = await Sidecar.StartAsync(guardianWithin: 10);
        await using var stranger = await sidecar.ConnectAsync();
        Assert.Equal(0, await sidecar.EndedAsync());
    }

    [Fact]
    public async Task Without_a_guardian_nobody_is_served_and_a_second_one_is_not_taken()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using (var early = await sidecar.GreetAsync(guardian: false))
        {
            // It is greeted before it is known what it wants.
            Assert.True(early is null || await IsHungUpOnAsync(early));
        }

        await using var guardian = await sidecar.GreetAsync(guardian: true);
        await using (var second = await sidecar.GreetAsync(guardian: true))
            Assert.True(second is null || await IsHungUpOnAsync(second));
        await using var caller = await sidecar.GreetAsync(guardian: false);
        Assert.NotNull(caller);
        Assert.False(sidecar.Process.HasExited);
    }

    [Fact]
    public async Task A_signal_to_end_waits_for_whoever_still_has_questions()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using (var pool = sidecar.Pool())
        {
            await pool.OpenAsync(Token);
            sidecar.Signal("TERM");
            await using var worker = await pool.RentAsync(Token);
            Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
        }

        Assert.Equal(0, await sidecar.EndedAsync());
        await sidecar.StartAgainAsync();
        sidecar.Signal("TERM");
        Assert.Equal(0, await sidecar.EndedAsync());
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_gone_for_a_run_at_every_moment()
    {
        foreach (var moment in new[] { "idle", "rented", "asked" })
        {
            using var sidecar = await Sidecar.StartAsync();
            await using var pool = sidecar.Pool();
            await pool.OpenAsync(Token);
            await using var worker = moment == "idle" ? null : await pool.RentAsync(Token);
            var asked = moment == "asked" ? worker!.QueryAsync(Endless, [], Limits, 1, Token) : null;
            sidecar.Process.Kill();
            Assert.Equal(WorkerEnd.Exited, (await pool.Gone.WaitAsync(Token)).End);
            if (asked is not null)
                Assert.Equal(WorkerEnd.Exited, (await Assert.ThrowsAsync<SqlWorkerGoneException>(() => asked)).End);
            else if (worker is not null)
                await Assert.ThrowsAsync<SqlWorkerGoneException>(() => worker.ParseAsync("SELECT 1", Token));
            if (worker is not null)
                await worker.DisposeAsync();
            await Assert.ThrowsAsync<SqlWorkerGoneException>(() => pool.RentAsync(Token));
        }
    }

    [Fact]
    public async Task An_operator_goes_on_with_the_worker_that_comes_after()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool(returns: true);
        for (var life = 0; life < 3; life++)
        {
            await using (var worker = await pool.RentAsync(Token))
                Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
            sidecar.Process.Kill();
            await sidecar.EndedAsync();
            var next = pool.RentAsync(Token);
            await sidecar.StartAgainAsync();
            await (await next).DisposeAsync();
        }
    }

    [Fact]
    public async Task Where_nobody_comes_to_listen_the_container_is_named()
    {
        using var folder = new TemporaryFolder();
        await using var pool = new SidecarSqlWorkerPool(new SidecarOptions(folder["s"], TimeSpan.FromMilliseconds(200), Returns: false), TimeProvider.System);
        var gone = await Assert.ThrowsAsync<SqlWorkerGoneException>(() => pool.RentAsync(Token));
        Assert.Contains("container sql-worker", gone.Message, StringComparison.Ordinal);
        Assert.False(pool.Gone.IsCompleted);
    }

    [Fact]
    public async Task What_ran_out_is_told_and_the_worker_ends()
    {
        await EndsAsync(Limits with { Deadline = TimeSpan.FromMilliseconds(300) }, Endless, WorkerEnd.Deadline);

        // DuckDB counts neither of these against its own bound.
        await EndsAsync(Limits with { MemoryBytes = 300L << 20 }, "SELECT string_agg(repeat(i::VARCHAR, 1000), ',') AS s FROM range(1000000) t(i)", WorkerEnd.Memory);
        await EndsAsync(Limits with { MemoryBytes = 200L << 20, ScratchBytes = 20L << 20 }, "SELECT i, i::VARCHAR AS s FROM range(20000000) t(i) ORDER BY hash(i)", WorkerEnd.ScratchFull);
    }

    [Fact]
    public async Task A_request_that_is_given_up_leaves_a_worker_that_serves()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool();
        for (var i = 0; i < 3; i++)
        {
            using var cancel = new CancellationTokenSource();
            await using (var worker = await pool.RentAsync(Token))
            {
                var asked = worker.QueryAsync(Endless, [], Limits, 1, cancel.Token);
                cancel.CancelAfter(50);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            }

            await using var next = await pool.RentAsync(Token);
            Assert.Null((await next.ParseAsync("SELECT 1", Token)).Error);
        }

        Assert.False(pool.Gone.IsCompleted);
    }

    [Fact]
    public async Task Whoever_waits_for_a_worker_can_be_told_to_stop_and_others_have_their_turn()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool();
        var held = await pool.RentAsync(Token);
        using var cancel = new CancellationTokenSource();
        var impatient = pool.RentAsync(cancel.Token);
        var patient = pool.RentAsync(Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await held.DisposeAsync();
        await (await patient).DisposeAsync();
    }

    [Fact]
    public async Task Garbage_and_crowds_disturb_nobody_and_nothing_leaks()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool();
        await pool.OpenAsync(Token);
        var before = sidecar.Descriptors();
        var crowd = new List<FrameStream>();
        for (var i = 0; i < 60; i++)
        {
            try
            {
                crowd.Add(await sidecar.ConnectAsync());
            }
            catch (SocketException)
            {
                // The queue is full for a moment.
            }
        }

        foreach (var one in crowd)
            await one.DisposeAsync();
        for (var i = 0; i < 100; i++)
        {
            var kind = (FrameKind)(i % 256);
            await Record.ExceptionAsync(async () =>
            {
                await using var stranger = await sidecar.ConnectAsync();
                await stranger.WriteAsync(Frame.Of(1, kind), Token);
            });
        }

        for (var i = 0; i < 100; i++)
        {
            await using var worker = await pool.RentAsync(Token);
            Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
        }

        Assert.InRange(sidecar.Descriptors(), 0, before + 8);
        Assert.False(pool.Gone.IsCompleted);
    }

    [Fact]
    public async Task It_rests_while_nobody_asks()
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool();
        await using (var worker = await pool.RentAsync(Token))
            await worker.QueryAsync("SELECT 1", [], Limits, 1, Token);

        // Something else takes a while meanwhile: another worker's start and end.
        var before = sidecar.Cpu();
        var began = TimeProvider.System.GetTimestamp();
        using (var other = await Sidecar.StartAsync(guardianWithin: 6))
            await other.EndedAsync();
        Assert.True(sidecar.Cpu() - before < TimeProvider.System.GetElapsedTime(began) * 0.2, $"{sidecar.Cpu() - before} of {TimeProvider.System.GetElapsedTime(began)}");
    }

    [Fact]
    public async Task What_an_earlier_container_spilled_is_removed_and_nothing_else()
    {
        using var sidecar = await Sidecar.StartAsync();
        sidecar.Process.Kill();
        await sidecar.EndedAsync();
        Assert.Single(Directory.EnumerateDirectories(sidecar.Work));
        Directory.CreateDirectory(Path.Combine(sidecar.Work, "lost+found"));
        await sidecar.StartAgainAsync();
        Assert.Equal(2, Directory.EnumerateDirectories(sidecar.Work).Count());
        Assert.True(Directory.Exists(Path.Combine(sidecar.Work, "lost+found")));
    }

    private static async Task EndsAsync(SqlLimits limits, string sql, WorkerEnd end)
    {
        using var sidecar = await Sidecar.StartAsync();
        await using var pool = sidecar.Pool();
        await using (var worker = await pool.RentAsync(Token))
        {
            var output = new OutputSpec(sidecar.Folder("out"), ["*"], [], 1L << 30);
            var gone = await Assert.ThrowsAsync<SqlWorkerGoneException>(() => worker.RunAsync(sql, [], output, limits, Token));
            Assert.True(gone.End == end, $"{gone.End} and not {end}: {gone.Message}");
        }

        // After a deadline the statement was interrupted; the others end the process.
        if (end != WorkerEnd.Deadline)
            await sidecar.EndedAsync();
    }

    private static async Task<bool> IsHungUpOnAsync(FrameStream frames)
    {
        try
        {
            return await frames.ReadAsync(Token) is null;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
