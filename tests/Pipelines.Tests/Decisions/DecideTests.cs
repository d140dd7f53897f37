using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

public class DecideTests
{
    private readonly Random random = new(1);

    [Fact]
    public void A_transformation_waits_by_name_for_a_table_that_was_never_written()
    {
        var world = new World();
        world.Transformation("silver", "bronze");
        world.Transformation("gold", "silver", "nowhere");
        world.Bump("bronze");
        world.Step();
        Assert.Equal((Verdict.Start, "silver"), (world.Of("silver").Verdict, world.Of("silver").Resource.Name));
        Assert.Equal(Reason.WaitingForUpstream, world.Of("gold").Reason);
        Assert.Equal("silver does not exist yet; Transformation/silver writes it", world.Of("gold").Message);
        world.Settle(random);
        Assert.Equal("nowhere does not exist, and nothing here writes it", world.Of("gold").Message);
    }

    [Fact]
    public void The_join_of_a_diamond_waits_for_the_side_that_owes_and_runs_once()
    {
        var world = Diamond();
        world.Bump("a");
        world.Step();
        world.Finish(World.Xf("c"));
        world.Step();
        Assert.Equal(Reason.WaitingForUpstream, world.Of("d").Reason);
        Assert.Contains("Transformation/b still owes a run", world.Of("d").Message, StringComparison.Ordinal);
        world.Finish(World.Xf("b"));
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("d").Verdict);
    }

    [Fact]
    public void The_join_of_a_diamond_waits_no_longer_than_its_maxWait()
    {
        var world = Diamond();
        world.Bump("a");
        world.Step();
        world.Finish(World.Xf("c"));
        world.Step();
        var at = world.Of("d").At!.Value;
        Assert.Equal(TimeSpan.FromMinutes(10), at - world.Now);
        world.Now = at - TimeSpan.FromTicks(1);
        world.Step();
        Assert.Equal(Reason.WaitingForUpstream, world.Of("d").Reason);
        world.Now = at;
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("d").Verdict);
    }

    [Fact]
    public void A_chain_under_a_busy_source_never_starves()
    {
        var world = new World();
        world.Transformation("silver", "bronze");
        world.Transformation("gold", "silver");
        world.Bump("bronze");
        world.Settle(random);
        world.Bump("bronze");
        world.Step();
        world.Finish(World.Xf("silver"));
        world.Bump("bronze");
        world.Step();
        Assert.Equal((Verdict.Start, Verdict.Start), (world.Of("silver").Verdict, world.Of("gold").Verdict));
    }

    [Fact]
    public void A_request_runs_once_though_nothing_changed()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Settle(random);
        world.Subjects[silver.Id] = world.Subjects[silver.Id] with { Request = "now" };
        world.Step();
        Assert.Equal((Verdict.Start, TriggerKind.Request), (world.Of("silver").Verdict, world.Of("silver").Trigger!.Kind));
        world.Settle(random);
        Assert.Equal(2, world.Starts[silver.Id]);
        world.Subjects[silver.Id] = world.Subjects[silver.Id] with { LastRun = null };
        Assert.Equal(0, world.Step());
    }

    [Fact]
    public void Without_a_trigger_only_a_request_runs_it()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze") with { OnChange = false };
        world.Subjects[silver.Id] = silver;
        world.Bump("bronze");
        world.Settle(random);
        Assert.Equal((Reason.Pending, "runs only on request"), (world.Of("silver").Reason, world.Of("silver").Message));
        world.Subjects[silver.Id] = silver with { Request = "now" };
        world.Settle(random);
        world.Bump("bronze");
        world.Settle(random);
        Assert.Equal(1, world.Starts[silver.Id]);
    }

    [Fact]
    public void The_least_interval_counts_between_starts()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze") with { MinInterval = TimeSpan.FromMinutes(5) };
        world.Subjects[silver.Id] = silver;
        world.Bump("bronze");
        world.Step();
        var started = world.Now;
        world.Now += TimeSpan.FromMinutes(2);
        world.Finish(silver.Id);
        world.Bump("bronze");
        world.Step();
        Assert.Equal((Verdict.Wait, Reason.Pending), (world.Of("silver").Verdict, world.Of("silver").Reason));
        Assert.Equal(started + TimeSpan.FromMinutes(5), world.Of("silver").At);
        world.Now = world.Of("silver").At!.Value;
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("silver").Verdict);
    }

    [Fact]
    public void Somebody_who_asks_does_not_wait_for_the_least_interval_also_where_there_is_something_new()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze") with { MinInterval = TimeSpan.FromMinutes(5) };
        world.Subjects[silver.Id] = silver;
        world.Bump("bronze");
        world.Step();
        world.Finish(silver.Id);
        world.Bump("bronze");
        world.Step();
        Assert.Equal(Verdict.Wait, world.Of("silver").Verdict);
        world.Subjects[silver.Id] = world.Subjects[silver.Id] with { Request = "now" };
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("silver").Verdict);
    }

    [Theory]
    [InlineData("sql")]
    [InlineData("gate")]
    [InlineData("table")]
    public void What_shapes_the_result_makes_it_due(string what)
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Settle(random);
        var now = (TransformationSubject)world.Subjects[silver.Id];
        world.Subjects[silver.Id] = what switch
        {
            "sql" => now with { SqlHash = "sql-2" },
            "gate" => now with { Gates = new Dictionary<string, string> { ["key"] = "checks-1" } },
            _ => now,
        };
        if (what == "table")
            world.Tables["bronze"] = world.Tables["bronze"] with { TableId = "made-anew" };
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("silver").Verdict);
    }

    [Fact]
    public void A_pinned_input_triggers_nothing()
    {
        var world = new World();
        var silver = world.Transformation("silver") with { Inputs = [new PlannedInput("bronze", 3)] };
        world.Subjects[silver.Id] = silver;
        world.Bump("bronze");
        world.Settle(random);
        world.Bump("bronze");
        world.Settle(random);
        Assert.Equal(1, world.Starts[silver.Id]);
    }

    [Fact]
    public void Places_go_to_those_that_are_due_longest()
    {
        var world = new World { MaxConcurrentRuns = 1 };
        foreach (var name in new[] { "x", "y", "z" })
            world.Transformation(name, "bronze");
        world.Bump("bronze");
        world.Step();
        Assert.Equal([Verdict.Start, Verdict.Wait, Verdict.Wait], world.Last.Select(decision => decision.Verdict));
        Assert.Equal(Reason.Queued, world.Of("z").Reason);
        world.Now += TimeSpan.FromSeconds(1);
        world.Bump("bronze");
        world.Finish(World.Xf("x"));
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("y").Verdict);
    }

    [Fact]
    public void What_lies_below_a_source_that_is_being_drained_waits_for_its_end()
    {
        var world = new World { Once = true };
        var events = world.Drain("events", "bronze");
        world.Transformation("silver", "bronze");
        world.Transformation("gold", "silver");
        world.Bump("bronze");
        world.Bump("silver");
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("events").Verdict);
        Assert.All([world.Of("silver"), world.Of("gold")], decision => Assert.Equal(Reason.WaitingForUpstream, decision.Reason));

        var key = world.Of("events").Trigger!.Key;
        world.Subjects[events.Id] = events with { LastRun = new AttemptedRun(key, "1", 1, RunnerExit.Done, world.Now, world.Now) };
        world.Step();
        Assert.Equal(Reason.Completed, world.Of("events").Reason);
        Assert.Equal(Verdict.Start, world.Of("silver").Verdict);
    }

    [Fact]
    public void With_once_a_table_of_two_sources_is_made_when_both_sides_are_there()
    {
        var world = new World { Once = true };
        foreach (var name in (string[])["events", "orders"])
        {
            var source = world.Drain(name, "bronze-" + name);
            world.Subjects[source.Id] = source with { LastRun = new AttemptedRun("drain=once-1", "1", 1, RunnerExit.Done, world.Now, world.Now) };
            world.Bump("bronze-" + name);
            world.Transformation(name + "-silver", "bronze-" + name);
        }

        world.Transformation("gold", "events-silver", "orders-silver");
        world.Bump("events-silver");
        world.Bump("orders-silver");
        world.Step();
        world.Finish(World.Xf("events-silver"));
        world.Step();
        Assert.Equal((Reason.WaitingForUpstream, "Transformation/orders-silver still owes a run"), (world.Of("gold").Reason, world.Of("gold").Message));

        world.Finish(World.Xf("orders-silver"), RunnerExit.Store);
        world.Step();
        Assert.Equal((Verdict.Wait, Verdict.Wait), (world.Of("orders-silver").Verdict, world.Of("gold").Verdict));
        world.Now = world.Of("orders-silver").At!.Value;
        world.Step();
        world.Finish(World.Xf("orders-silver"));
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("gold").Verdict);
    }

    [Fact]
    public void With_once_a_table_waits_for_one_that_is_made_again_though_nothing_was_read()
    {
        var world = new World { Once = true };
        world.Transformation("silver", "bronze");
        world.Transformation("gold", "silver");
        world.Bump("bronze");
        world.Settle(random);
        foreach (var (id, subject) in world.Subjects.ToList())
            world.Subjects[id] = (TransformationSubject)subject with { SqlHash = "sql-2" };
        world.Step();
        Assert.Equal((Verdict.Start, Verdict.Wait), (world.Of("silver").Verdict, world.Of("gold").Verdict));
        world.Finish(World.Xf("silver"), RunnerExit.Sql);
        world.Step();
        Assert.Equal((Reason.SqlInvalid, Verdict.Start), (world.Of("silver").Reason, world.Of("gold").Verdict));
    }

    [Fact]
    public void With_once_what_a_gate_refers_to_is_waited_for_however_long_its_source_is_read()
    {
        var world = new World { Once = true };
        var users = world.Drain("users", "bronze-users");
        world.Subjects[users.Id] = users with { Running = new RunInHand("drain=once-1", 1, world.Now) };
        world.Transformation("users-silver", "bronze-users");
        world.Subjects[World.Xf("orders")] = world.Transformation("orders", "bronze-orders") with { Prefers = ["users-silver"] };
        world.Bump("bronze-orders");
        world.Step();
        Assert.Equal("Ingestion/users is still being read", world.Of("orders").Message);
        world.Now += TimeSpan.FromHours(3);
        world.Bump("bronze-users");
        world.Step();
        Assert.Equal((Verdict.Wait, Reason.WaitingForUpstream), (world.Of("orders").Verdict, world.Of("orders").Reason));
        world.Subjects[users.Id] = users with { LastRun = new AttemptedRun("drain=once-1", "1", 1, RunnerExit.Done, world.Now, world.Now) };
        world.Step();
        Assert.Equal((Verdict.Start, "Transformation/users-silver still owes a run"), (world.Of("users-silver").Verdict, world.Of("orders").Message));
        world.Finish(World.Xf("users-silver"));
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("orders").Verdict);
    }

    [Fact]
    public void A_drain_runs_out_of_attempts_however_long_each_of_them_took()
    {
        var world = new World { Once = true };
        var events = world.Drain("events", "bronze");
        world.Subjects[events.Id] = events with { LastRun = new AttemptedRun("drain=once-1", "1", Defaults.Retries + 1, RunnerExit.Source, world.Now - TimeSpan.FromHours(1), world.Now) };
        world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Step();
        Assert.Equal(Verdict.Rest, world.Of("events").Verdict);
        Assert.Equal(Verdict.Start, world.Of("silver").Verdict);
    }

    [Fact]
    public void A_source_that_failed_for_good_holds_nobody()
    {
        var world = new World { Once = true };
        var events = world.Drain("events", "bronze");
        world.Subjects[events.Id] = events with
        {
            LastRun = new AttemptedRun("drain=once-1", "1", 1, RunnerExit.SecretMissing, world.Now, world.Now, "LH6020: no key"),
        };
        world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Step();
        Assert.Equal((Reason.SecretMissing, "LH6020: no key"), (world.Of("events").Reason, world.Of("events").Message));
        Assert.Equal(Verdict.Start, world.Of("silver").Verdict);
    }

    [Fact]
    public void A_stream_goes_on_trying()
    {
        var world = new World();
        var events = new IngestionSubject(new ResourceId(ResourceKind.Ingestion, "events"), "1", ["bronze"]);
        world.Subjects[events.Id] = events with
        {
            LastRun = new AttemptedRun("stream", "1", 1_000_000, RunnerExit.Source, world.Now, world.Now, "LH3001: refused"),
        };
        world.Step();
        Assert.Equal((Verdict.Wait, world.Now + Attempts.LongestBackoff), (world.Of("events").Verdict, world.Of("events").At));
        Assert.StartsWith("attempt 1000001 follows", world.Of("events").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_judges_every_version_once_and_again_when_its_checks_change()
    {
        var world = new World();
        var check = new QualityCheckSubject(new ResourceId(ResourceKind.QualityCheck, "q"), "1", "bronze", "checks-1", false);
        world.Subjects[check.Id] = check;
        world.Step();
        Assert.Equal((Verdict.Rest, Reason.Pending), (world.Of("q").Verdict, world.Of("q").Reason));
        world.Bump("bronze");
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("q").Verdict);
        world.Subjects[check.Id] = check with { Evaluated = new EvaluatedVersion("id-bronze", 0, "checks-1") };
        world.Step();
        Assert.Equal(Reason.Evaluated, world.Of("q").Reason);
        world.Subjects[check.Id] = check with { ChecksHash = "checks-2", Evaluated = new EvaluatedVersion("id-bronze", 0, "checks-1") };
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("q").Verdict);
    }

    [Fact]
    public void A_gate_that_let_a_version_pass_has_judged_it()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze") with { Gates = new Dictionary<string, string> { ["q"] = "checks-1" } };
        world.Subjects[silver.Id] = silver;
        var check = new QualityCheckSubject(new ResourceId(ResourceKind.QualityCheck, "q"), "1", "silver", "checks-1", true);
        world.Subjects[check.Id] = check;
        world.Bump("bronze");
        world.Settle(random);
        Assert.Equal(Reason.Evaluated, world.Of("q").Reason);
        Assert.False(world.Starts.ContainsKey(check.Id));
    }

    [Fact]
    public void A_check_does_not_judge_what_is_about_to_be_replaced()
    {
        var world = new World();
        world.Transformation("silver", "bronze");
        world.Bump("bronze");
        world.Settle(random);
        var check = new QualityCheckSubject(new ResourceId(ResourceKind.QualityCheck, "q"), "1", "silver", "checks-1", false);
        world.Subjects[check.Id] = check;
        world.Bump("bronze");
        world.Step();
        Assert.Equal((Verdict.Wait, Reason.Pending), (world.Of("q").Verdict, world.Of("q").Reason));
        world.Finish(World.Xf("silver"));
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("q").Verdict);
    }

    [Fact]
    public void Tables_that_gates_refer_to_are_brought_up_to_date_first()
    {
        var world = new World();
        var orders = world.Transformation("orders", "raw_orders") with { Prefers = ["users"] };
        world.Subjects[orders.Id] = orders;
        world.Transformation("users", "clean_users");
        world.Transformation("clean_users", "raw_users");
        world.Bump("raw_orders");
        world.Bump("raw_users");
        world.Step();
        Assert.Equal((Verdict.Wait, Reason.WaitingForUpstream), (world.Of("orders").Verdict, world.Of("orders").Reason));
        world.Finish(World.Xf("clean_users"));
        world.Step();
        Assert.Equal(Verdict.Wait, world.Of("orders").Verdict);
        world.Finish(World.Xf("users"), RunnerExit.Sql);
        world.Step();
        Assert.Equal(Verdict.Start, world.Of("orders").Verdict);
    }

    [Fact]
    public void Two_whose_gates_refer_to_each_other_wait_for_neither()
    {
        var world = new World();
        foreach (var (name, other) in new[] { ("x", "y"), ("y", "x") })
        {
            var subject = world.Transformation(name, "raw") with { Prefers = [other] };
            world.Subjects[subject.Id] = subject;
        }

        world.Bump("raw");
        Assert.Equal(2, world.Step());
    }

    [Fact]
    public void What_is_suspended_or_stalled_says_so()
    {
        var world = new World();
        var silver = world.Transformation("silver", "bronze");
        world.Subjects[silver.Id] = silver with { Suspended = true };
        var gold = world.Transformation("gold", "bronze");
        world.Subjects[gold.Id] = gold with { Stalled = new Stall(Reason.Cycle, "LH1020: gold reads itself") };
        world.Bump("bronze");
        world.Step();
        Assert.Equal(Reason.Suspended, world.Of("silver").Reason);
        Assert.Equal((Reason.Cycle, "LH1020: gold reads itself"), (world.Of("gold").Reason, world.Of("gold").Message));
    }

    private World Diamond()
    {
        var world = new World();
        world.Transformation("b", "a");
        world.Transformation("c", "a");
        world.Transformation("d", "b", "c");
        world.Bump("a");
        world.Settle(random);
        return world;
    }
}
