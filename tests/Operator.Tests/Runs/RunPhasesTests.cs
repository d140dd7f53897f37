using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using static LakehouseOperator.Operator.Tests.Runs.OneRun;

namespace LakehouseOperator.Operator.Tests.Runs;

/// <summary>Every way in which a Job, a Pod, its containers, a report and a termination message can end.</summary>
public sealed class RunPhasesTests
{
    private static RunPhase Of(IReadOnlyList<RunPod> pods, RunReport? report = null, JobEnd? end = null, bool deleting = false, DateTimeOffset? at = null) =>
        RunPhases.Of(Job with { End = end, Deleting = deleting }, pods, report, at ?? Now);

    public static TheoryData<string, string> Ends => new()
    {
        // A report says most, whatever else is there.
        { "report Succeeded", "Done" },
        { "report Succeeded, container 137", "Done" },
        { "report Failed/Sql, job gone", "Sql" },
        { "report Blocked/Blocked", "Blocked" },
        { "report Failed without an error", "Bug" },
        { "report Blocked without an error", "Blocked" },
        { "report Failed/Done", "Bug" },
        { "report Running, container runs", "working" },
        { "report Running, container 21", "Store" },

        // A termination message what fits.
        { "message Succeeded, container 0", "Done" },
        { "message Failed/Source, container 20", "Source" },
        { "message of another run, container 11", "Sql" },
        { "message that is a log, container 11", "Sql" },
        { "message Running, container 21", "Store" },
        { "message Succeeded, Job past its deadline", "Done" },

        // An exit code always something: ADR 0003.
        { "container 0", "lost" },
        { "container 10", "Invalid" },
        { "container 11", "Sql" },
        { "container 12", "Blocked" },
        { "container 20", "Source" },
        { "container 21", "Store" },
        { "container 22", "Target" },
        { "container 23", "SecretMissing" },
        { "container 30", "Fenced" },
        { "container 31", "HistoryGone" },
        { "container 32", "InputExceedsScratch" },
        { "container 40", "Deadline" },
        { "container 41", "Memory" },
        { "container 42", "ScratchFull" },
        { "container 70", "Bug" },
        { "container 1", "Bug" },
        { "container 139", "Bug" },
        { "container 137", "lost" },
        { "container 143", "lost" },
        { "container 137 OOMKilled", "Memory" },
        { "container 70, worker OOMKilled", "Memory" },
        { "container 143, worker OOMKilled", "Memory" },
        { "container 137, Job past its deadline", "Deadline" },
        { "container 21, Pod evicted", "lost" },
        { "container 21, Pod deleting", "lost" },

        // Without a word.
        { "Pod evicted before a container ended", "lost" },
        { "Pod failed without a container", "lost" },
        { "Job failed, no Pod", "lost" },
        { "Job complete, no Pod", "lost" },
        { "Job deleted, container runs", "lost" },
        { "Job complete, container runs", "working" },
        { "Job failed, container runs", "working" },
        { "Job past its deadline, container runs", "Deadline" },
        { "Job past its deadline, container never began", "lost" },
        { "Job past its deadline, no Pod", "lost" },
        { "Pod of another Job ended", "working" },
        { "older Pod ended, newer runs", "working" },
        { "nothing yet", "working" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void A_run_ends_as_the_best_witness_says(string how, string expected)
    {
        var told = how.Contains("report Running", StringComparison.Ordinal) ? Report(RunResult.Running)
            : how.Contains("report Succeeded", StringComparison.Ordinal) ? Report()
            : how.StartsWith("report Failed/Sql", StringComparison.Ordinal) ? Report(RunResult.Failed, RunnerExit.Sql)
            : how.StartsWith("report Blocked/", StringComparison.Ordinal) ? Report(RunResult.Blocked, RunnerExit.Blocked)
            : how.StartsWith("report Failed/Done", StringComparison.Ordinal) ? Report(RunResult.Failed, RunnerExit.Done)
            : how.StartsWith("report Failed", StringComparison.Ordinal) ? Report(RunResult.Failed)
            : how.StartsWith("report Blocked", StringComparison.Ordinal) ? Report(RunResult.Blocked)
            : null;
        var message = how.StartsWith("message Succeeded", StringComparison.Ordinal) ? TerminationMessage.Write(Report())
            : how.StartsWith("message Failed", StringComparison.Ordinal) ? TerminationMessage.Write(Report(RunResult.Failed, RunnerExit.Source))
            : how.StartsWith("message Running", StringComparison.Ordinal) ? TerminationMessage.Write(Report(RunResult.Running))
            : how.StartsWith("message of", StringComparison.Ordinal) ? TerminationMessage.Write(Report() with { RunId = "another" })
            : how.StartsWith("message that", StringComparison.Ordinal) ? "Unhandled exception. System.Exception: {\"a\":1}"
            : null;
        JobEnd? end = how.Contains("past its deadline", StringComparison.Ordinal) ? JobEnd.DeadlineExceeded : how.StartsWith("Job failed", StringComparison.Ordinal) ? JobEnd.Failed : how.StartsWith("Job complete", StringComparison.Ordinal) ? JobEnd.Complete : null;

        var phase = Of(Pods(how, message), told, end, how.StartsWith("Job deleted", StringComparison.Ordinal));

        Assert.Equal(expected, phase switch { RunPhase.Working => "working", RunPhase.Ended { Exit: null } => "lost", RunPhase.Ended ended => ended.Exit.ToString(), _ => "" });
        if (phase is RunPhase.Ended { Exit: not RunnerExit.Done } failed && told is null)
            Assert.False(string.IsNullOrWhiteSpace(failed.Error!.Message));
        if (phase is RunPhase.Ended { Exit: null } lost)
            Assert.Equal(RunCodes.Interrupted.Id, lost.Error!.Code);
    }

    private static IReadOnlyList<RunPod> Pods(string how, string? message)
    {
        if (System.Text.RegularExpressions.Regex.Match(how, "container ([0-9]+)") is { Success: true } match)
        {
            var oom = how.Contains("OOMKilled", StringComparison.Ordinal);
            var worker = how.Contains("worker", StringComparison.Ordinal);
            return
            [
                Pod(Ended(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), oom && !worker ? "OOMKilled" : "Error", message), worker ? Ended(137, "OOMKilled", name: RunPod.SqlWorker) : null, "Failed",
                    how.Contains("evicted", StringComparison.Ordinal) ? "Evicted" : null, how.Contains("deleting", StringComparison.Ordinal)),
            ];
        }

        if (message is not null)
            return [Pod(Ended(0, message: message), phase: "Succeeded")];
        return how switch
        {
            "Pod evicted before a container ended" => [Pod(Running(), phase: "Failed", reason: "Evicted")],
            "Pod failed without a container" => [Pod(phase: "Failed")],
            "Pod of another Job ended" => [Pod(Ended(11), owner: "another-job")],
            "older Pod ended, newer runs" => [Pod(Ended(137), age: 55), Pod(Running(), age: 10)],
            "Job past its deadline, container never began" => [Pod(Waiting("ContainerCreating"), phase: "Pending")],
            _ when how.Contains("container runs", StringComparison.Ordinal) => [Pod(Running())],
            _ => [],
        };
    }

    public static TheoryData<string, string?> Hindrances => new()
    {
        { "unschedulable", "Unschedulable" },
        { "ErrImagePull", "ImagePull" },
        { "ImagePullBackOff", "ImagePull" },
        { "InvalidImageName", "ImagePull" },
        { "ErrImageNeverPull", "ImagePull" },
        { "CreateContainerConfigError", "Container" },
        { "CreateContainerError", "Container" },
        { "RunContainerError", "Container" },
        { "ContainerCreating", null },
        { "PodInitializing", null },
        { "CrashLoopBackOff", null },
    };

    [Theory]
    [MemberData(nameof(Hindrances))]
    public void What_keeps_a_pod_from_starting_is_told_apart(string what, string? expected)
    {
        var phase = Assert.IsType<RunPhase.Working>(Of([what == "unschedulable" ? Pod(unschedulable: "0/3 nodes", phase: "Pending") : Pod(Waiting(what, RunPod.SqlWorker), phase: "Pending")]));

        Assert.Equal(expected, phase.Hindrance?.Kind.ToString());
    }

    [Theory]
    [InlineData(-15, false)]
    [InlineData(-16, true)]
    public void A_Job_without_a_pod_is_wondered_at_after_fifteen_seconds(int created, bool wonders)
    {
        var phase = Assert.IsType<RunPhase.Working>(RunPhases.Of(Job with { Created = Now.AddSeconds(created) }, [], null, Now));

        Assert.Equal(wonders, phase.Hindrance is { Kind: HindranceKind.NoPod });
    }

    [Fact]
    public void Texts_of_a_report_are_cut_to_what_a_status_holds()
    {
        var long_ = new string('x', 100_000);
        var report = Report() with { Result = RunResult.Failed, Error = new RunError("LH2001-and-much-more-than-that", (RunnerExit)999, long_, long_, Help: long_) };
        var ended = Assert.IsType<RunPhase.Ended>(RunPhases.Of(Job, [], Operator.Reports.ReportBounds.Of(report), Now));

        Assert.Equal(RunnerExit.Bug, ended.Exit);
        var error = EndedRun.ErrorOf(ended.Error!);
        Assert.Equal((16, 4096, 1024, 4096), (error.Code.Length, error.Message.Length, error.Field!.Length, error.Help!.Length));
    }
}
