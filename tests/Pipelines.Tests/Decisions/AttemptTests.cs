using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

/// <summary>How often what failed is tried, and when.</summary>
public class AttemptTests
{
    private readonly Random random = new(1);

    [Theory]
    [InlineData(RunnerExit.Source, 4, Reason.RunFailed)]
    [InlineData(RunnerExit.Store, 4, Reason.RunFailed)]
    [InlineData(RunnerExit.Target, 4, Reason.RunFailed)]
    [InlineData(RunnerExit.Bug, 2, Reason.RunFailed)]
    [InlineData(RunnerExit.Fenced, 4, Reason.OutputConflict)]
    [InlineData(RunnerExit.Invalid, 1, Reason.Invalid)]
    [InlineData(RunnerExit.Sql, 1, Reason.SqlInvalid)]
    [InlineData(RunnerExit.Blocked, 1, Reason.Blocked)]
    [InlineData(RunnerExit.SecretMissing, 1, Reason.RunFailed)]
    [InlineData(RunnerExit.HistoryGone, 1, Reason.HistoryGone)]
    [InlineData(RunnerExit.InputExceedsScratch, 1, Reason.InputExceedsScratch)]
    [InlineData(RunnerExit.Deadline, 1, Reason.DeadlineExceeded)]
    [InlineData(RunnerExit.Memory, 1, Reason.OutOfMemory)]
    [InlineData(RunnerExit.ScratchFull, 1, Reason.RunFailed)]
    public void A_failure_is_repeated_as_its_exit_code_allows_and_then_rests_until_something_changes(RunnerExit exit, int attempts, Reason reason)
    {
        var world = new World();
        world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Settle(random, _ => exit);
        Assert.Equal(attempts, world.Starts[World.Xf("silver")]);
        Assert.Equal((Verdict.Rest, reason), (world.Of("silver").Verdict, world.Of("silver").Reason));

        world.Bump("bronze");
        world.Settle(random);
        Assert.Equal(attempts + 1, world.Starts[World.Xf("silver")]);
        Assert.Equal(Reason.Succeeded, world.Of("silver").Reason);
    }

    [Fact]
    public void An_edit_of_the_spec_gives_a_failed_run_its_attempts_back()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Settle(random, _ => RunnerExit.Memory);
        world.Subjects[silver.Id] = world.Subjects[silver.Id] with { Generation = "2" };
        world.Step();
        Assert.Equal((Verdict.Start, 1), (world.Of("silver").Verdict, world.Of("silver").Attempt));
    }

    [Fact]
    public void A_run_whose_end_nobody_saw_is_started_again_and_uses_up_no_attempt()
    {
        var world = new World();
        world.Transformation("silver", "bronze");
        world.Bump("bronze");
        for (var eviction = 0; eviction < 20; eviction++)
        {
            world.Step();
            Assert.Equal((Verdict.Start, 1), (world.Of("silver").Verdict, world.Of("silver").Attempt));
            world.Finish(World.Xf("silver"), null);
        }
    }

    [Fact]
    public void Attempts_back_off_and_say_when_the_next_one_comes()
    {
        var world = new World();
        world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Step();
        world.Finish(World.Xf("silver"), RunnerExit.Store);
        world.Step();
        Assert.Equal((Verdict.Wait, Reason.Pending, 2), (world.Of("silver").Verdict, world.Of("silver").Reason, world.Of("silver").Attempt));
        Assert.Equal(TimeSpan.FromSeconds(5), world.Of("silver").At - world.Now);
        Assert.StartsWith("attempt 2 of 4 follows at 12:00:05Z", world.Of("silver").Message, StringComparison.Ordinal);
        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300], Enumerable.Range(1, 8).Select(attempt => Attempts.Backoff(attempt).TotalSeconds));
        Assert.Equal(Attempts.LongestBackoff, Attempts.Backoff(int.MaxValue));
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_nobody_waiting_for_the_old_time()
    {
        var world = new World();
        world.Transformation("failed", "bronze");
        var often = world.Transformation("often", "other") with { MinInterval = TimeSpan.FromMinutes(5) };
        world.Subjects[often.Id] = often;
        world.Bump("bronze");
        world.Bump("other");
        world.Step();
        world.Finish(World.Xf("failed"), RunnerExit.Store);
        world.Finish(World.Xf("often"), RunnerExit.Done);
        world.Bump("other");
        world.Now -= TimeSpan.FromHours(1);
        world.Step();
        Assert.Equal((Verdict.Start, Verdict.Start), (world.Of("failed").Verdict, world.Of("often").Verdict));
    }
}
