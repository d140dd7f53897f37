using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Schedules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

/// <summary>Runs that cannot be started: a quota, an admission rule.</summary>
public sealed class HeldTests
{
    private static World Waiting(params string[] names)
    {
        var world = new World { MaxConcurrentRuns = 1 };
        world.Bump("source");
        foreach (var name in names)
            world.Transformation(name, "source");
        return world;
    }

    private static void Hold(World world, string name, TimeSpan wait, int refusals = 1, string? key = null) =>
        world.Subjects[World.Xf(name)] = world.Subjects[World.Xf(name)] with { Held = new Held(world.Now + wait, "LH8003: exceeded quota", refusals, key) };

    [Fact]
    public void One_that_is_refused_gives_up_its_place()
    {
        var world = Waiting("a", "b");
        Hold(world, "a", TimeSpan.FromSeconds(5));
        world.Step();

        Assert.Equal((Verdict.Wait, Reason.Pending, true), (world.Of("a").Verdict, world.Of("a").Reason, world.Of("a").IsHeld));
        Assert.Equal("LH8003: exceeded quota", world.Of("a").Message);
        Assert.Equal(world.Now.AddSeconds(5), world.Of("a").At);
        Assert.Equal(Verdict.Start, world.Of("b").Verdict);
    }

    [Fact]
    public void When_its_time_has_come_it_is_the_first_that_is_tried()
    {
        var world = Waiting("a", "b");
        Hold(world, "a", TimeSpan.FromSeconds(5));
        world.Step();
        world.Finish(World.Xf("b"));
        world.Now += TimeSpan.FromSeconds(5);
        world.Bump("source");
        world.Step();

        Assert.Equal((Verdict.Start, false), (world.Of("a").Verdict, world.Of("a").IsHeld));
        Assert.Equal(Reason.Queued, world.Of("b").Reason);
    }

    /// <summary>As its executor would: each try is refused and waited with longer.</summary>
    [Fact]
    public void One_that_is_refused_for_ever_starves_nobody_and_is_tried_ever_more_rarely()
    {
        var world = Waiting("a", "b", "c");
        var tries = 0;
        for (var second = 0; second < 3600; second++, world.Now += TimeSpan.FromSeconds(1))
        {
            if (second % 60 == 0)
                world.Bump("source");
            world.Step();
            if (world.Subjects[World.Xf("a")].Running is not null)
            {
                // What World has started, the API server did not take.
                world.Finish(World.Xf("a"), null);
                world.Subjects[World.Xf("a")] = world.Subjects[World.Xf("a")] with { LastRun = null };
                Hold(world, "a", Attempts.Backoff(++tries), tries);
                world.Step();
            }

            foreach (var id in world.UnderWay.Where(id => id.Name != "a").ToList())
                world.Finish(id);
        }

        Assert.InRange(tries, 10, 20);
        Assert.InRange(world.Starts[World.Xf("b")], 59, 61);
        Assert.InRange(world.Starts[World.Xf("c")], 59, 61);
    }

    [Theory]
    [InlineData(3, Reason.WaitingForUpstream)]
    [InlineData(4, Reason.Running)]
    public void Others_wait_for_it_for_as_many_refusals_as_a_run_has_retries(int refusals, Reason join)
    {
        var world = new World();
        world.Transformation("b", "a");
        world.Transformation("c", "a");
        world.Transformation("d", "b", "c");
        world.Bump("a");
        world.Settle(new Random(1));
        world.Bump("a");
        Hold(world, "b", TimeSpan.FromSeconds(5), refusals);
        world.Step();
        world.Finish(World.Xf("c"));
        world.Step();

        Assert.Equal(join, world.Of("d").Reason);
    }

    /// <summary>Its Job is there, and a quota lets no pod of it in.</summary>
    [Fact]
    public void A_run_that_is_kept_out_has_no_place_until_it_is_let_in()
    {
        var world = Waiting("a", "b");
        world.Step();
        var run = world.Subjects[World.Xf("a")].Running!;
        Assert.Equal(Reason.Queued, world.Of("b").Reason);
        world.Subjects[World.Xf("a")] = world.Subjects[World.Xf("a")] with { Running = run with { IsKeptOut = true } };
        world.Step();
        Assert.Equal((Reason.Running, Verdict.Start), (world.Of("a").Reason, world.Of("b").Verdict));

        world.Subjects[World.Xf("a")] = world.Subjects[World.Xf("a")] with { Running = run };
        world.Transformation("c", "source");
        world.Finish(World.Xf("b"));
        world.Step();
        Assert.Equal(Reason.Queued, world.Of("c").Reason);
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_nobody_held()
    {
        var world = Waiting("a");
        Hold(world, "a", TimeSpan.FromHours(2));
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("a").Verdict);
    }

    [Fact]
    public void Who_is_suspended_stalled_or_up_to_date_is_not_held()
    {
        var world = Waiting("a", "b", "c");
        world.MaxConcurrentRuns = 9;
        world.Settle(new Random(1));
        world.Subjects[World.Xf("a")] = world.Subjects[World.Xf("a")] with { Suspended = true };
        world.Subjects[World.Xf("b")] = world.Subjects[World.Xf("b")] with { Stalled = new Stall(Reason.SqlInvalid, "LH2003") };
        foreach (var name in new[] { "a", "b", "c" })
            Hold(world, name, TimeSpan.FromMinutes(1));
        world.Step();

        Assert.Equal((Reason.Suspended, Reason.SqlInvalid, Reason.Succeeded), (world.Of("a").Reason, world.Of("b").Reason, world.Of("c").Reason));
        Assert.DoesNotContain(world.Last, decision => decision.IsHeld);
    }

    [Fact]
    public void What_is_held_for_one_cause_starts_for_another()
    {
        var world = Waiting("a");
        world.Step();
        var key = world.Subjects[World.Xf("a")].Running!.Key;
        world.Finish(World.Xf("a"), null);
        Hold(world, "a", TimeSpan.FromMinutes(1), key: key);
        world.Tables["source"] = new TableVersion("id-source", 0);
        world.Step();
        Assert.True(world.Of("a").IsHeld);
        world.Bump("source");
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("a").Verdict);
    }

    /// <summary>It was not started, however often that was tried.</summary>
    [Fact]
    public void A_scheduled_run_that_is_refused_until_its_deadline_is_left_out()
    {
        var world = new World();
        world.Bump("source");
        var subject = world.Transformation("a", "source");
        world.Subjects[subject.Id] = subject with
        {
            OnChange = false, Schedule = Schedule.Of(new ScheduleSpec("0 * * * *", StartingDeadlineSeconds: 60)), ScheduledSince = world.Now.AddMinutes(-30),
        };
        Hold(world, "a", TimeSpan.FromMinutes(5));
        world.Now += TimeSpan.FromSeconds(30);
        world.Step();
        Assert.True(world.Of("a").IsHeld);
        world.Now += TimeSpan.FromSeconds(31);
        world.Step();

        Assert.Equal((Verdict.Rest, world.Now.AddSeconds(-61)), (world.Of("a").Verdict, world.Of("a").MissedScheduleTime));
    }

    [Fact]
    public void A_key_that_no_annotation_could_hold_is_its_hash_and_still_tells_causes_apart()
    {
        var world = new World();
        var inputs = Enumerable.Range(0, 1000).Select(index => $"silver.{new string('t', 40)}_{index}").ToArray();
        Array.ForEach(inputs, world.Bump);
        world.Transformation("a", inputs);
        world.Settle(new Random(1));
        Assert.Equal(1, world.Starts[World.Xf("a")]);
        Assert.InRange(world.Subjects[World.Xf("a")].LastRun!.Key.Length, 64, 200);
        world.Bump(inputs[777]);
        world.Settle(new Random(1));

        Assert.Equal(2, world.Starts[World.Xf("a")]);
        Assert.Equal(0, world.Step());
    }
}
