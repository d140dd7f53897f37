using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Schedules;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

public class ScheduleTests
{
    private readonly World world = new();

    private static DateTimeOffset Noon { get; } = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset Four { get; } = new(2026, 1, 16, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Before_its_time_it_rests_and_says_when()
    {
        Daily();
        Step(Noon);
        Assert.Equal((Verdict.Rest, Reason.Pending, "waits for its time; the next run is at 2026-01-16T04:00:00Z"), (Silver.Verdict, Silver.Reason, Silver.Message));
        Assert.Equal((Four, Four), (Silver.NextScheduleTime, Silver.At));
    }

    [Fact]
    public void At_its_time_it_starts_once_though_nothing_changed()
    {
        Daily();
        Run(Four);
        world.Bump("bronze");
        Step(Four.AddHours(1));
        Assert.Equal((Verdict.Rest, Reason.Succeeded), (Silver.Verdict, Silver.Reason));
        Run(Four.AddDays(1));
        Run(Four.AddDays(2));
        Assert.Equal(3, world.Starts[World.Xf("silver")]);
    }

    /// <summary>Names of Jobs come from it: another text would start every run again.</summary>
    [Fact]
    public void The_key_is_the_scheduled_time_however_late_the_start()
    {
        Daily();
        Step(Four.AddMinutes(7));
        Assert.Equal(new RunTrigger(TriggerKind.Schedule, "schedule=2026-01-16T04:00:00Z"), Silver.Trigger);
        Assert.Equal((Four, Four.AddDays(1)), (Silver.ScheduleTime, Silver.NextScheduleTime));
        Assert.Equal("scheduled for 2026-01-16T04:00:00Z", Silver.Message);
    }

    [Fact]
    public void Of_several_missed_times_the_latest_is_made_up_for()
    {
        Daily();
        Step(Four.AddDays(5).AddHours(3));
        Assert.Equal(Four.AddDays(5), Silver.ScheduleTime);
        Run(Four.AddDays(5).AddHours(3));
        Step(Four.AddDays(5).AddHours(4));
        Assert.Equal(Verdict.Rest, Silver.Verdict);
    }

    [Fact]
    public void What_is_missed_for_longer_than_the_deadline_is_left_out_and_said()
    {
        Daily(deadline: TimeSpan.FromHours(1));
        Step(Four.AddHours(1));
        Assert.Equal(Verdict.Start, Silver.Verdict);
        world.Subjects[World.Xf("silver")] = world.Subjects[World.Xf("silver")] with { Running = null, LastScheduleTime = null };
        Step(Four.AddHours(1).AddSeconds(1));
        Assert.Equal((Verdict.Rest, Four), (Silver.Verdict, Silver.MissedScheduleTime));
        Assert.Contains("the run of 2026-01-16T04:00:00Z was left out, since it could not be started within startingDeadlineSeconds; the next is at 2026-01-17T04:00:00Z", Silver.Message, StringComparison.Ordinal);
        Step(Four.AddDays(1));
        Assert.Equal((Verdict.Start, null), (Silver.Verdict, Silver.MissedScheduleTime));
    }

    [Fact]
    public void A_run_in_hand_holds_the_next_one_which_then_starts()
    {
        Daily(cron: "@hourly");
        Step(Four);
        Assert.Equal(Verdict.Start, Silver.Verdict);
        Step(Four.AddHours(2).AddMinutes(5));
        Assert.Equal((Verdict.Rest, Reason.Running), (Silver.Verdict, Silver.Reason));
        world.Finish(World.Xf("silver"));
        Step(Four.AddHours(2).AddMinutes(5));
        Assert.Equal((Verdict.Start, Four.AddHours(2)), (Silver.Verdict, Silver.ScheduleTime));
    }

    [Fact]
    public void Who_is_suspended_has_no_time_and_makes_up_for_one_afterwards()
    {
        var silver = Daily();
        world.Subjects[silver.Id] = silver with { Suspended = true };
        Step(Four.AddHours(1));
        Assert.Equal((Reason.Suspended, null), (Silver.Reason, Silver.NextScheduleTime));
        world.Subjects[silver.Id] = silver;
        Step(Four.AddHours(2));
        Assert.Equal((Verdict.Start, Four), (Silver.Verdict, Silver.ScheduleTime));
    }

    [Fact]
    public void Times_before_the_resource_was_made_do_not_count()
    {
        var silver = Daily();
        world.Subjects[silver.Id] = silver with { ScheduledSince = Four.AddMinutes(1) };
        Step(Four.AddMinutes(2));
        Assert.Equal((Verdict.Rest, Four.AddDays(1)), (Silver.Verdict, Silver.NextScheduleTime));
    }

    [Fact]
    public void A_request_runs_at_once_and_serves_a_time_that_is_due_with_it()
    {
        Daily();
        Ask("a");
        Run(Noon);
        Assert.Equal(TriggerKind.Request, Silver.Trigger!.Kind);
        Ask("b");
        Run(Four.AddMinutes(1));
        Assert.Equal("request=b", Silver.Trigger!.Key);
        Step(Four.AddMinutes(2));
        Assert.Equal(Verdict.Rest, Silver.Verdict);
        Run(Four.AddDays(1));
        Assert.Equal(TriggerKind.Schedule, Silver.Trigger!.Kind);
    }

    [Fact]
    public void A_failed_scheduled_run_is_tried_again_by_its_attempts_and_then_waits_for_the_next_time()
    {
        Daily();
        Run(Four, RunnerExit.Store);
        Step(Four.AddSeconds(1));
        Assert.Equal((Verdict.Wait, 2), (Silver.Verdict, Silver.Attempt));
        Run(Four.AddMinutes(1), RunnerExit.Sql);
        Assert.Equal((2, "schedule=2026-01-16T04:00:00Z"), (Silver.Attempt, Silver.Trigger!.Key));
        Step(Four.AddMinutes(2));
        Assert.Equal((Verdict.Rest, Reason.SqlInvalid), (Silver.Verdict, Silver.Reason));
        Assert.Equal(Four.AddDays(1), Silver.At);
        Run(Four.AddDays(1));
        Assert.Equal(1, Silver.Attempt);
    }

    [Fact]
    public void After_a_failure_an_edit_runs_it_again_without_waiting_for_the_next_time()
    {
        var silver = Daily();
        Run(Four, RunnerExit.Sql);
        world.Subjects[silver.Id] = world.Subjects[silver.Id] with { Generation = "2" };
        Step(Four.AddMinutes(2));
        Assert.Equal((Verdict.Start, 1), (Silver.Verdict, Silver.Attempt));
    }

    [Fact]
    public void Beside_onChange_both_count_and_one_run_serves_both()
    {
        var silver = Daily();
        world.Subjects[silver.Id] = silver with { OnChange = true, MinInterval = TimeSpan.FromHours(48) };
        Run(Noon);
        Assert.Equal(TriggerKind.OnChange, Silver.Trigger!.Kind);
        world.Bump("bronze");
        Step(Noon.AddHours(1));
        Assert.Equal((Verdict.Wait, Four), (Silver.Verdict, Silver.At));
        Run(Four);
        Assert.Equal(TriggerKind.Schedule, Silver.Trigger!.Kind);
        Step(Four.AddMinutes(1));
        Assert.Equal((Verdict.Rest, Reason.Succeeded), (Silver.Verdict, Silver.Reason));
    }

    [Fact]
    public void A_scheduled_time_failed_for_good_leaves_a_change_its_chance()
    {
        var silver = Daily();
        world.Subjects[silver.Id] = silver with { OnChange = true };
        Run(Noon);
        Run(Four, RunnerExit.Sql);
        Step(Four.AddMinutes(1));
        Assert.Equal((Verdict.Rest, Reason.SqlInvalid), (Silver.Verdict, Silver.Reason));
        world.Bump("bronze");
        Step(Four.AddMinutes(2));
        Assert.Equal((Verdict.Start, TriggerKind.OnChange), (Silver.Verdict, Silver.Trigger!.Kind));
    }

    [Fact]
    public void Who_waits_for_his_time_holds_nobody()
    {
        Daily();
        Run(Four);
        world.Transformation("gold", "bronze", "silver");
        Run(Four.AddMinutes(1), name: "gold");
        world.Bump("bronze");
        Step(Four.AddMinutes(2));
        Assert.Equal(Verdict.Start, world.Of("gold").Verdict);
    }

    [Fact]
    public void A_time_comes_though_an_input_is_not_there_and_is_kept_for_it()
    {
        Daily();
        world.Tables.Clear();
        Step(Four.AddHours(1));
        Assert.Equal((Verdict.Rest, Reason.WaitingForUpstream), (Silver.Verdict, Silver.Reason));
        world.Bump("bronze");
        Step(Four.AddHours(2));
        Assert.Equal((Verdict.Start, Four), (Silver.Verdict, Silver.ScheduleTime));
    }

    [Fact]
    public void A_check_runs_by_the_clock_beside_its_tables_new_versions()
    {
        world.Bump("bronze");
        var id = new ResourceId(ResourceKind.QualityCheck, "fresh");
        var wanted = new EvaluatedVersion("id-bronze", 0, "checks-1");
        var check = new QualityCheckSubject(id, "1", "bronze", "checks-1", false) { Schedule = Of("*/15 * * * *"), ScheduledSince = Noon.AddHours(-1), LastScheduleTime = Noon };
        world.Subjects[id] = check with { Evaluated = wanted, LastRun = Ended("table=id-bronze@0;checks=checks-1", Noon) };
        Step(Noon.AddMinutes(14));
        Assert.Equal((Verdict.Rest, Reason.Evaluated, "the newest version has been judged; the next run is at 2026-01-15T12:15:00Z"), (world.Of("fresh").Verdict, world.Of("fresh").Reason, world.Of("fresh").Message));
        Step(Noon.AddMinutes(15));
        Assert.Equal(new RunTrigger(TriggerKind.Schedule, "schedule=2026-01-15T12:15:00Z"), world.Of("fresh").Trigger);
        world.Subjects[id] = check with { Evaluated = wanted, LastScheduleTime = Noon.AddMinutes(15), LastRun = Ended("schedule=2026-01-15T12:15:00Z", Noon.AddMinutes(15)) };
        world.Bump("bronze");
        Step(Noon.AddMinutes(16));
        Assert.Equal((Verdict.Start, TriggerKind.OnChange), (world.Of("fresh").Verdict, world.Of("fresh").Trigger!.Kind));
    }

    [Fact]
    public void A_lost_status_costs_one_run_at_most()
    {
        var silver = Daily();
        Run(Four);
        world.Subjects[silver.Id] = world.Subjects[silver.Id] with { LastScheduleTime = null, LastRun = null };
        Run(Four.AddHours(1));
        Step(Four.AddHours(2));
        Assert.Equal(Verdict.Rest, Silver.Verdict);
    }

    private Decision Silver => world.Of("silver");

    private static Schedule Of(string cron, TimeSpan? deadline = null) => new(CronExpression.Parse(cron), TimeZoneInfo.Utc, deadline);

    private static AttemptedRun Ended(string key, DateTimeOffset at) => new(key, "1", 1, RunnerExit.Done, at, at);

    private TransformationSubject Daily(TimeSpan? deadline = null, string cron = "0 4 * * *")
    {
        world.Bump("bronze");
        var silver = world.Transformation("silver", "bronze") with { OnChange = false, Schedule = Of(cron, deadline), ScheduledSince = Noon };
        world.Subjects[silver.Id] = silver;
        return silver;
    }

    private void Ask(string request) => world.Subjects[World.Xf("silver")] = world.Subjects[World.Xf("silver")] with { Request = request };

    private void Step(DateTimeOffset now)
    {
        world.Now = now;
        world.Step();
    }

    private void Run(DateTimeOffset now, RunnerExit exit = RunnerExit.Done, string name = "silver")
    {
        if (world.Subjects[World.Xf(name)].Running is null)
            Step(now);
        Assert.Equal(Verdict.Start, world.Of(name).Verdict);
        world.Finish(World.Xf(name), exit);
    }
}
