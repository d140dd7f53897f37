using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Tests.SqlWorker;
using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

namespace LakehouseOperator.Engine.Tests.Local;

/// <summary>Times of a schedule in the loop of <c>lakehouse run</c>.</summary>
public sealed class LoopScheduleTests(WorkerFixture workers)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_loop_keeps_the_times_of_a_schedule()
    {
        using var folder = new TemporaryFolder();
        using var scratch = ScratchRoot.Open(folder["scratch"]);
        using var stop = new CancellationTokenSource();
        var (time, seen) = (new ManualTime(Noon), new Watcher());
        var running = Loop(folder, scratch, time, seen, once: false).RunAsync(stop.Token);
        time.Advance(TimeSpan.FromHours(15));
        await Task.Yield();
        Assert.False(seen.Ended.Task.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));
        var report = await FinishAsync(time, seen);
        Assert.Equal((RunResult.Succeeded, new DateTimeOffset(2026, 1, 16, 4, 0, 0, TimeSpan.Zero)), (report.Result, new DateTimeOffset(report.StartTime.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero)));
        await stop.CancelAsync();
        Assert.Equal(1, seen.Starts);
        Assert.Equal(Outcome.Succeeded, Assert.Single(await running).Outcome);
    }

    [Fact]
    public async Task A_loop_that_shall_end_waits_for_no_time_and_runs_what_its_inputs_make_due()
    {
        using var folder = new TemporaryFolder();
        using var scratch = ScratchRoot.Open(folder["scratch"]);
        foreach (var (starts, outcome) in new[] { (1, Outcome.Succeeded), (0, Outcome.UpToDate) })
        {
            var seen = new Watcher();
            Assert.Equal(outcome, Assert.Single(await Loop(folder, scratch, new ManualTime(Noon), seen, once: true).RunAsync(TestContext.Current.CancellationToken)).Outcome);
            Assert.Equal(starts, seen.Starts);
        }
    }

    /// <summary>The loop sets its timer some time after it has looked at the clock; the clock moves on by a little until it has.</summary>
    private static async Task<RunReport> FinishAsync(ManualTime time, Watcher seen)
    {
        await Until.TrueAsync(time, TimeSpan.FromMilliseconds(10), () => seen.Ended.Task.IsCompleted, "the run has ended");
        return await seen.Ended.Task;
    }

    private LocalLoop Loop(TemporaryFolder folder, ScratchRoot scratch, ManualTime time, Watcher seen, bool once)
    {
        var lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec());
        var daily = new TransformationResource(
            new Metadata("daily"), new TransformationSpec(new LakehouseRef("main"), "SELECT 1 AS a", "gold.daily", Trigger: new TriggerSpec(Schedule: new ScheduleSpec("0 4 * * *"))));
        var set = new LocalSet(
            lakehouse, [], [daily], [], new Dictionary<ResourceId, IReadOnlyList<PlannedInput>> { [daily.Id] = [] }, new Dictionary<ResourceId, ResourceId>());
        var locations = Layers.Always.ToDictionary(layer => layer, layer => new Uri(folder[layer]).AbsoluteUri, StringComparer.Ordinal);
        var context = new RunContext(LakeLocations.Open(locations, time, folder["scratch"]), workers.Pool, scratch, time, NoProgress.Instance, NullLogger.Instance);
        return new LocalLoop(set, new PlanSetting(lakehouse, locations, 1L << 30, 1), context, seen, new LoopOptions(once, 2));
    }

    private sealed class Watcher : ILocalObserver
    {
        private int starts;

        public TaskCompletionSource<RunReport> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Starts => Volatile.Read(ref starts);

        public void Found(IReadOnlyList<Diagnostic> diagnostics)
        {
        }

        public void Started(ResourceId resource, int attempt) => Interlocked.Increment(ref starts);

        public void Finished(ResourceId resource, RunReport report) => Ended.TrySetResult(report);

        public void Retrying(ResourceId resource, RunError error, int attempt, TimeSpan after) => Assert.Fail(error.Message);

        public void Stage(ResourceId resource, RunStage stage)
        {
        }

        public void Rows(ResourceId resource, long rows)
        {
        }

        public void Committed(ResourceId resource, TableName table, long version, long rowsAdded)
        {
        }
    }
}
