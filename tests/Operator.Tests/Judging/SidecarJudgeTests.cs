using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Sql;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Operator.Tests.Judging;

/// <summary>Questions to a worker that may be away, or ends over them.</summary>
public sealed class SidecarJudgeTests : IDisposable
{
    private readonly JudgeScene scene = new();
    private readonly ManualTime time;
    private readonly PretendWorkers workers;
    private readonly WorkerPresence presence;
    private readonly SidecarJudge judge;

    public SidecarJudgeTests() => (time, workers, presence, judge) = (scene.Time, scene.Workers, scene.Presence, scene.Judge);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_that_was_answered_is_answered_while_the_worker_is_away_and_a_new_one_is_not_and_waits_for_nothing()
    {
        await scene.LookAsync();
        var known = await judge.ReadAsync("SELECT 1 FROM bronze.t", Token);
        (workers.IsAway, var rents) = (true, workers.Rents);
        await Assert.ThrowsAsync<SqlJudgeUnavailableException>(() => judge.ReadAsync("SELECT 2 FROM bronze.t", Token));
        Assert.Equal((false, rents + 1), (presence.IsThere, workers.Rents));

        Assert.Same(known, await judge.ReadAsync("SELECT 1 FROM bronze.t", Token));
        for (var i = 0; i < 10; i++)
            await Assert.ThrowsAsync<SqlJudgeUnavailableException>(() => judge.ReadAsync($"SELECT {i + 2} FROM bronze.t", Token));
        Assert.Equal(rents + 1, workers.Rents);

        workers.IsAway = false;
        await scene.LookAsync();
        Assert.Equal("bronze.t", Assert.Single((await judge.ReadAsync("SELECT 2 FROM bronze.t", Token)).Reads).Table);
    }

    [Fact]
    public async Task Before_anybody_has_looked_nobody_is_asked()
    {
        await Assert.ThrowsAsync<SqlJudgeUnavailableException>(() => judge.ReadAsync("SELECT 1", Token));
        Assert.Equal(0, workers.Rents);
    }

    [Fact]
    public async Task A_text_over_which_the_worker_ends_twice_while_it_answers_others_is_to_blame()
    {
        await scene.LookAsync();
        workers.Ends = static text => text.Contains("crash", StringComparison.Ordinal) ? WorkerEnd.Exited : null;
        var answer = await judge.ReadAsync("SELECT crash", Token);

        Assert.Equal(RunCodes.WorkerGone, answer.Problem!.Code);
        Assert.Equal(["SELECT crash", "SELECT crash", "SELECT 1"], workers.Asked);
        Assert.True(presence.IsThere);
    }

    /// <summary>The kubelet starts it again ever more slowly, so that it is away after each end.</summary>
    [Fact]
    public async Task A_text_that_takes_the_worker_away_each_time_is_to_blame_the_third_time()
    {
        workers.Ends = static text => text.Contains("crash", StringComparison.Ordinal) ? WorkerEnd.Exited : null;
        workers.StaysAway = true;
        for (var i = 0; i < 2; i++)
        {
            workers.IsAway = false;
            await scene.LookAsync();
            await Assert.ThrowsAsync<SqlJudgeUnavailableException>(() => judge.ReadAsync("SELECT crash", Token));
        }

        workers.IsAway = false;
        await scene.LookAsync();
        Assert.Equal(RunCodes.WorkerGone, (await judge.ReadAsync("SELECT crash", Token)).Problem!.Code);
    }

    [Theory]
    [InlineData(WorkerEnd.Memory)]
    [InlineData(WorkerEnd.ScratchFull)]
    [InlineData(WorkerEnd.Deadline)]
    public async Task A_text_that_outgrows_its_bounds_is_to_blame_at_once(WorkerEnd end)
    {
        await scene.LookAsync();
        workers.Ends = _ => end;

        Assert.NotNull((await judge.ReadAsync("SELECT 1", Token)).Problem);
        Assert.NotNull((await judge.ReadAsync("SELECT 1", Token)).Problem);
        Assert.Single(workers.Asked);
    }

    [Fact]
    public async Task Who_waits_for_his_turn_when_the_worker_goes_hears_of_it_at_once()
    {
        var turn = new Turn();
        var waiting = new SidecarJudge(turn, presence);
        await scene.LookAsync();
        var question = waiting.ReadAsync("SELECT 1", Token);
        await turn.Begun.Task;
        presence.Lost("gone");

        await Assert.ThrowsAsync<SqlJudgeUnavailableException>(() => question);
    }

    [Fact]
    public async Task It_is_missing_when_it_was_away_for_half_a_minute_and_no_longer_when_it_is_back()
    {
        await scene.LookAsync();
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(presence.IsMissing);
        workers.IsAway = true;
        await scene.LookAsync();
        time.Advance(TimeSpan.FromSeconds(29));
        await scene.LookAsync();
        Assert.Equal((false, false), (presence.IsThere, presence.IsMissing));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(presence.IsMissing);
        workers.IsAway = false;
        await scene.LookAsync();
        Assert.Equal((true, false), (presence.IsThere, presence.IsMissing));
    }

    [Fact]
    public async Task It_is_looked_for_every_second_while_it_is_away()
    {
        workers.IsAway = true;
        using var stop = new CancellationTokenSource();
        var looks = 0;
        var loop = presence.HoldAsync(token =>
        {
            Interlocked.Increment(ref looks);
            return workers.OpenAsync(token);
        }, stop.Token);
        for (var i = 1; i < 5; i++)
        {
            await time.ArmedAsync();
            Assert.Equal(i, looks);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
    }

    public void Dispose() => scene.Dispose();

    /// <summary>A pool whose only worker somebody else has for ever.</summary>
    private sealed class Turn : ISqlWorkerPool
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<ISqlWorker> RentAsync(CancellationToken cancellationToken)
        {
            Begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
