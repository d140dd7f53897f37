using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using static LakehouseOperator.Operator.Tests.Runs.OneRun;

namespace LakehouseOperator.Operator.Tests.Runs;

/// <summary>Jobs and Pods are watched apart: whatever shows first, a run ends in one way.</summary>
public sealed class RunEndOrderTests
{
    private static RunReport Interrupted => Report(RunResult.Failed) with { Error = new RunError(RunCodes.Interrupted.Id, RunCodes.Interrupted.Exit, "told to end") };

    [Theory]
    [InlineData(nameof(JobEnd.Failed))]
    [InlineData(nameof(JobEnd.Complete))]
    public void A_Job_that_is_over_waits_for_the_word_of_a_Pod_that_still_seems_to_run(string how)
    {
        var job = Job with { End = Enum.Parse<JobEnd>(how), EndTime = Now };
        var waiting = Assert.IsType<RunPhase.Working>(RunPhases.Of(job, [Pod(Running())], null, Now.AddSeconds(1)));
        Assert.Equal(Now.AddMinutes(1), waiting.Until);

        Assert.Equal(RunnerExit.Memory, Assert.IsType<RunPhase.Ended>(RunPhases.Of(job, [Pod(Ended(41), phase: "Failed")], null, Now.AddSeconds(2))).Exit);
        Assert.Null(Assert.IsType<RunPhase.Ended>(RunPhases.Of(job, [Pod(Running())], null, Now.AddSeconds(61))).Exit);
    }

    [Fact]
    public void A_Pod_that_does_not_show_yet_is_waited_for_a_little()
    {
        var job = Job with { End = JobEnd.Failed, EndTime = Now };

        Assert.Equal(Now.AddSeconds(5), Assert.IsType<RunPhase.Working>(RunPhases.Of(job, [], null, Now.AddSeconds(1))).Until);
        Assert.Null(Assert.IsType<RunPhase.Ended>(RunPhases.Of(job, [], null, Now.AddSeconds(6))).Exit);
        Assert.IsType<RunPhase.Ended>(RunPhases.Of(job with { Deleting = true }, [], null, Now));
    }

    [Fact]
    public void A_clock_of_the_API_server_that_is_hours_ahead_makes_nobody_wait_for_hours()
    {
        Assert.IsType<RunPhase.Ended>(RunPhases.Of(Job with { End = JobEnd.Failed, EndTime = Now.AddHours(3) }, [Pod(Running())], null, Now));
    }

    [Fact]
    public void The_ledger_wakes_whoever_waits()
    {
        var job = Job with { End = JobEnd.Failed, EndTime = Now };
        var ledger = RunLedger.Of(null, null, [job], _ => [Pod(Running())], static _ => null, Now);

        Assert.Equal((job, Now.AddMinutes(1)), (ledger.InHand, ledger.AwaitedUntil));
        Assert.Equal(Now.AddMinutes(1), Operator.Reconciling.Waits.ForPod(ledger));
    }

    public static TheoryData<string> Late => ["report", "message", "container", "pod alone", "pod without containers"];

    [Theory]
    [MemberData(nameof(Late))]
    public void Who_is_ended_for_his_deadline_has_used_up_an_attempt_whatever_he_says_himself(string witness)
    {
        var pod = witness switch
        {
            "message" => Pod(Ended(21, message: TerminationMessage.Write(Interrupted)), phase: "Failed", reason: "DeadlineExceeded"),
            "pod without containers" => Pod(phase: "Failed", reason: "DeadlineExceeded"),
            "container" => Pod(Ended(137), phase: "Failed", reason: "DeadlineExceeded"),
            _ => Pod(Running(), phase: "Failed", reason: "DeadlineExceeded"),
        };
        var ended = Assert.IsType<RunPhase.Ended>(RunPhases.Of(Job, [pod], witness == "report" ? Interrupted : null, Now));

        Assert.Equal((RunnerExit.Deadline, RunCodes.DeadlineExceeded.Id), (ended.Exit, ended.Error!.Code));
        Assert.Contains("activeDeadlineSeconds", ended.Error.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void Whose_image_came_too_late_was_not_slow()
    {
        Assert.Null(Assert.IsType<RunPhase.Ended>(RunPhases.Of(Job, [Pod(Waiting("ImagePullBackOff"), phase: "Failed", reason: "DeadlineExceeded")], null, Now)).Exit);
    }
}
