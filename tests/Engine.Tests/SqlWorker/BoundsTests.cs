using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>Statements that would never end or take everything: the worker goes, the caller lives, the next request is answered.</summary>
public sealed class BoundsTests(WorkerFixture workers)
{
    private const string Endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE hash(a.range) = hash(b.range) + 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Endless)]
    [InlineData("WITH RECURSIVE r AS (SELECT 1::BIGINT AS n UNION ALL SELECT (n + 1) % 1000 FROM r) SELECT count(*) FROM r")]
    public async Task A_statement_that_does_not_end_is_ended_at_its_deadline(string sql)
    {
        var limits = WorkerFixture.Limits with { Deadline = TimeSpan.FromMilliseconds(700) };
        Assert.Equal(WorkerEnd.Deadline, (await GoneAsync(sql, limits)).End);
        await AssertNextIsAnsweredAsync();
    }

    [Theory]
    [InlineData("SELECT list(range) FROM range(1000000000)")]
    [InlineData("SELECT count(*) FROM (SELECT DISTINCT md5(range::VARCHAR) FROM range(1000000000))")]
    public async Task A_statement_that_outgrows_its_memory_ends_with_memory(string sql)
    {
        var limits = WorkerFixture.Limits with { MemoryBytes = 300 << 20, ScratchBytes = 1 << 20 };
        Assert.Contains((await GoneAsync(sql, limits)).End, new[] { WorkerEnd.Memory, WorkerEnd.ScratchFull });
        await AssertNextIsAnsweredAsync();
    }

    [Fact]
    public async Task Memory_that_DuckDB_does_not_count_is_seen_from_outside()
    {
        var limits = WorkerFixture.Limits with { MemoryBytes = 400 << 20 };
        var gone = await GoneAsync("SELECT sum(length(reverse(repeat('x', 900000000 + range::INTEGER)))) FROM range(8)", limits);
        Assert.Equal(WorkerEnd.Memory, gone.End);
        Assert.Contains("400 MiB", gone.Message, StringComparison.Ordinal);
        await AssertNextIsAnsweredAsync();
    }

    [Fact]
    public async Task A_statement_that_spills_more_than_its_scratch_ends_with_scratch()
    {
        var limits = WorkerFixture.Limits with { MemoryBytes = 160 << 20, ScratchBytes = 24 << 20 };
        Assert.Equal(WorkerEnd.ScratchFull, (await GoneAsync("SELECT max(h) FROM (SELECT md5(range::VARCHAR) AS h FROM range(20000000) ORDER BY h OFFSET 5)", limits)).End);
        await AssertNextIsAnsweredAsync();
    }

    [Fact]
    public async Task An_output_larger_than_the_scratch_ends_with_scratch()
    {
        using var folder = new TemporaryFolder();
        var output = new OutputSpec(folder.Path, ["CAST(h AS VARCHAR) AS h"], [], 1 << 20);
        var limits = WorkerFixture.Limits with { ScratchBytes = 16 << 20 };
        var gone = await Assert.ThrowsAsync<SqlWorkerGoneException>(() =>
            workers.AskAsync(worker => worker.RunAsync("SELECT md5(range::VARCHAR) AS h FROM range(1000000000)", [], output, limits, Token)));
        Assert.Equal(WorkerEnd.ScratchFull, gone.End);
        await AssertNextIsAnsweredAsync();
    }

    [Fact]
    public async Task A_cancelled_statement_stops_and_its_worker_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var pool = ChildProcesses.PoolIn(folder.Path, worker: SqlWorkerOptions.Default with { CancelGrace = TimeSpan.FromSeconds(30) });
        await using (var worker = await pool.RentAsync(Token))
        {
            var pids = ChildProcesses.Below(folder.Path);
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.QueryAsync(Endless, [], WorkerFixture.Limits, 10, cancel.Token));
            Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
            Assert.Equal(pids, ChildProcesses.Below(folder.Path));
        }
    }

    [Fact]
    public async Task A_statement_too_long_is_refused()
    {
        var parsed = await workers.ParseAsync($"SELECT '{new string('x', 1 << 20)}'");
        Assert.Equal("LH2011", parsed.Error?.Code);
    }

    [Theory]
    [InlineData("(", ")", 200_000)]
    [InlineData("(SELECT ", ")", 20_000)]
    [InlineData("[", "]", 100_000)]
    [InlineData("CASE WHEN true THEN ", " END", 20_000)]
    [InlineData("-", "", 300_000)]
    [InlineData("NOT ", "", 100_000)]
    [InlineData("1 + ", "", 200_000)]
    [InlineData("abs(", ")", 50_000)]
    [InlineData("/*", "*/", 2_000)]
    public async Task A_statement_nested_deeply_is_refused_or_answered(string open, string close, int depth)
    {
        var sql = $"SELECT {string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}";
        var parsed = await workers.ParseAsync(sql);
        Assert.True(parsed.Error is null || parsed.Error.Code.StartsWith("LH20", StringComparison.Ordinal));
        Assert.True(parsed.Error is null || parsed.Error.Message.Length < 1024);
    }

    [Fact]
    public async Task Ten_thousand_columns_are_bound_and_queried()
    {
        var sql = $"SELECT {string.Join(", ", Enumerable.Range(0, 10_000).Select(static n => $"{n} AS c{n}"))}";
        var bound = await workers.BindAsync(sql);
        Assert.Equal(10_000, bound.Columns.Count);
        Assert.Equal(9_999, (await workers.QueryAsync(sql)).Rows[0][9_999].GetInt32());
    }

    private async Task<SqlWorkerGoneException> GoneAsync(string sql, SqlLimits limits) =>
        await Assert.ThrowsAsync<SqlWorkerGoneException>(() => workers.QueryAsync(sql, limits));

    private async Task AssertNextIsAnsweredAsync() => Assert.Equal(7, (await workers.QueryAsync("SELECT 7")).Rows[0][0].GetInt32());
}
