using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Runs;

public sealed class RunLedgerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    private static RunJob Job(string run, int age = 10, JobEnd? end = null, bool deleting = false, int disruptions = 0, string? request = null, int attempt = 1) =>
        new("shop", $"job-{run}", $"uid-{run}", "owner", run, attempt, disruptions, new RunTrigger(TriggerKind.OnChange, "key"), "1", Now.AddSeconds(-age), deleting, end) { Request = request };

    private static RunReport Report(string run, RunnerExit? exit = null) => new(
        1, run, ResourceKind.Transformation, "shop", "silver", exit is null ? RunResult.Succeeded : RunResult.Failed, Now.AddSeconds(-5), Now.AddSeconds(-1), exit is { } code ? new RunError("LH1", code, "m") : null);

    private static LastRunStatus Stored(string run, RunnerExit? exit = RunnerExit.Done, int attempt = 1, int? disruptions = null, int ended = 5) => new(
        run, new TriggerStatus(TriggerKind.OnChange, "key"), attempt, "1", Now.AddSeconds(-60), Now.AddSeconds(-ended), null, exit) { Disruptions = disruptions, JobUid = $"uid-{run}" };

    private static RunLedger Of(LastRunStatus? stored, IReadOnlyList<RunJob> jobs, Dictionary<string, RunReport>? reports = null, params string[] history) =>
        RunLedger.Of(stored, [.. history.Select(PastOf)], jobs, static _ => [], run => reports?.GetValueOrDefault(run), Now);

    private static PastRunStatus PastOf(string run) => new(run, TriggerKind.OnChange, 1, Now.AddSeconds(-90), Now.AddSeconds(-80), JobUid: $"uid-{run}");

    [Fact]
    public void A_result_is_in_the_status_before_its_Job_may_go()
    {
        var jobs = new[] { Job("a") };
        var reports = new Dictionary<string, RunReport>(StringComparer.Ordinal) { ["a"] = Report("a") };

        var before = Of(null, jobs, reports);
        Assert.Equal("a", before.Ended!.Job.RunId);
        Assert.Empty(before.Spent);
        Assert.Equal(RunnerExit.Done, before.Last!.Exit);

        // Killed after the status and before the deletion.
        var after = Of(before.Last, jobs, reports);
        Assert.Null(after.Ended);
        Assert.Equal("a", Assert.Single(after.Spent).RunId);
        Assert.Equal(before.Last, after.Last);
    }

    [Fact]
    public void A_Job_of_an_earlier_runs_name_is_another_run()
    {
        var ledger = Of(Stored("a"), [Job("a") with { Uid = "made anew" }]);

        Assert.Equal("made anew", ledger.InHand!.Uid);
        Assert.Empty(ledger.Spent);
    }

    [Fact]
    public void A_Job_that_is_going_already_is_not_deleted_again()
    {
        Assert.Empty(Of(Stored("a"), [Job("a", deleting: true)]).Spent);
    }

    [Fact]
    public void Of_two_Jobs_the_older_counts_first_and_no_result_is_lost()
    {
        var jobs = new[] { Job("b", age: 5), Job("a", age: 10) };
        var reports = new Dictionary<string, RunReport>(StringComparer.Ordinal) { ["a"] = Report("a"), ["b"] = Report("b", RunnerExit.Sql) };
        var first = Of(null, jobs, reports);
        var second = Of(first.Last, jobs, reports);

        Assert.Equal(("a", "b"), (first.Ended!.Job.RunId, second.Ended!.Job.RunId));
        Assert.Equal("b", Of(second.Last, jobs, reports, "a").Last!.Id);
        Assert.Equal(2, Of(second.Last, jobs, reports, "a").Spent.Count);
    }

    [Fact]
    public void A_Job_under_way_is_in_hand_and_a_second_one_waits_for_its_turn()
    {
        var ledger = Of(Stored("z"), [Job("b", age: 5), Job("a", age: 10)]);

        Assert.Equal("a", ledger.InHand!.RunId);
        Assert.Null(ledger.Ended);
        Assert.Equal(("key", 1), (ledger.Running!.Key, ledger.Running.Attempt));
    }

    [Fact]
    public void A_deleted_Job_is_a_run_that_was_lost_and_used_up_no_attempt()
    {
        var ledger = Of(null, [Job("a", deleting: true)]);

        Assert.Null(ledger.Last!.Exit);
        Assert.Null(ledger.Last.Result);
        Assert.Equal(1, ledger.Last.Attempt);
        Assert.Equal(1, ledger.DisruptionsOf(new RunTrigger(TriggerKind.OnChange, "key"), 1, "1"));
    }

    [Fact]
    public void Disruptions_count_for_the_same_attempt_of_the_same_cause_alone_and_back_off()
    {
        var ledger = Of(Stored("a", exit: null, disruptions: 3), []);
        var trigger = new RunTrigger(TriggerKind.OnChange, "key");

        Assert.Equal(4, ledger.DisruptionsOf(trigger, 1, "1"));
        Assert.Equal(0, ledger.DisruptionsOf(trigger, 2, "1"));
        Assert.Equal(0, ledger.DisruptionsOf(trigger, 1, "2"));
        Assert.Equal(0, ledger.DisruptionsOf(trigger with { Key = "other" }, 1, "1"));
        Assert.Equal(0, Of(Stored("a"), []).DisruptionsOf(trigger, 1, "1"));
        Assert.Null(ledger.NotBefore(1));
        Assert.Equal(ledger.Last!.CompletionTime.AddSeconds(5), ledger.NotBefore(2));
        Assert.Equal(ledger.Last.CompletionTime.AddSeconds(20), ledger.NotBefore(4));
        Assert.Equal(ledger.Last.CompletionTime.AddMinutes(5), ledger.NotBefore(1000));
    }

    public static TheoryData<string> Nonsense => ["attempt -1", "attempt 0", "attempt 2147483647", "disruptions -1", "disruptions 2147483647", "start 9999", "end 9999", "exit", "trigger", "result"];

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void What_nobody_of_us_can_have_written_counts_as_lost(string what)
    {
        var good = Stored("a");
        var far = DateTimeOffset.MaxValue;
        var stored = what switch
        {
            "disruptions -1" => good with { Disruptions = -1 },
            "disruptions 2147483647" => good with { Disruptions = int.MaxValue },
            "start 9999" => good with { StartTime = far },
            "end 9999" => good with { CompletionTime = far },
            "exit" => good with { Exit = (RunnerExit)5 },
            "result" => good with { Result = (RunResult)77 },
            "trigger" => good with { Trigger = new TriggerStatus((TriggerKind)9, "key") },
            _ => good with { Attempt = int.Parse(what["attempt ".Length..], System.Globalization.CultureInfo.InvariantCulture) },
        };

        Assert.Null(Of(stored, []).Last);
        Assert.NotNull(Of(good, []).Last);
    }

    [Fact]
    public void A_clock_that_was_an_hour_ahead_loses_nothing()
    {
        Assert.NotNull(Of(Stored("a", ended: -3600), []).Last);
    }

    [Theory]
    [InlineData(null, 1, "asked", true)]
    [InlineData(RunnerExit.Store, 1, "asked", false)]
    [InlineData(RunnerExit.Store, 4, "asked", true)]
    [InlineData(RunnerExit.Sql, 1, "asked", true)]
    [InlineData(RunnerExit.Bug, 1, "asked", false)]
    [InlineData(RunnerExit.Bug, 2, "asked", true)]
    [InlineData(null, 1, null, false)]
    public void A_request_is_answered_by_a_result_that_is_not_going_to_be_tried_again(RunnerExit? exit, int attempt, string? request, bool answered)
    {
        var reports = new Dictionary<string, RunReport>(StringComparer.Ordinal) { ["a"] = Report("a", exit) };

        Assert.Equal(answered ? "asked" : null, Handled.By(Of(null, [Job("a", request: request, attempt: attempt)], reports), ResourceKind.Transformation, 3));
    }

    [Fact]
    public void A_request_is_not_answered_by_a_run_that_was_lost_or_is_under_way()
    {
        Assert.Null(Handled.By(Of(null, [Job("a", request: "asked", end: JobEnd.Failed)]), ResourceKind.Transformation, 3));
        Assert.Null(Handled.By(Of(null, [Job("a", request: "asked")]), ResourceKind.Transformation, 3));
    }

    [Fact]
    public void The_last_scheduled_time_is_the_latest_that_a_Job_was_made_for_and_never_one_to_come()
    {
        var at = Now.AddMinutes(-1);
        var ledger = Of(null, [Job("a") with { ScheduledFor = at }]);

        Assert.Equal(at, Handled.Latest(null, ledger, Now));
        Assert.Equal(at, Handled.Latest(at.AddDays(-1), ledger, Now));
        Assert.Equal(Now.AddSeconds(-5), Handled.Latest(Now.AddSeconds(-5), ledger, Now));
        Assert.Equal(at, Handled.Latest(DateTimeOffset.MaxValue, ledger, Now));
    }
}
