using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Queueing;
using LakehouseOperator.Kubernetes.Telemetry;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Tests.Controllers;

/// <summary>What comes after a reconcile follows from how it ended.</summary>
public sealed class ControllerTests
{
    [Fact]
    public async Task A_reconcile_that_is_done_comes_again_only_when_something_changes()
    {
        await using var run = new Run(static _ => Task.FromResult(ReconcileResult.Done));
        run.Controller.Enqueue("a");
        await Until.TrueAsync(() => run.Count == 1, "the first");
        run.Time.Advance(TimeSpan.FromDays(1));
        run.Controller.Enqueue("a");
        await Until.TrueAsync(() => run.Count == 2, "the second");
        run.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, run.Count);
    }

    [Fact]
    public async Task What_is_waited_for_comes_again_when_its_time_has_come()
    {
        await using var run = new Run(static _ => Task.FromResult(ReconcileResult.RequeueAfter(TimeSpan.FromSeconds(30))));
        run.Controller.Enqueue("a");
        await Until.TrueAsync(() => run.Waiting == 1, "the wait");
        run.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, run.Count);
        run.Time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => run.Count == 2, "the second");
    }

    [Fact]
    public async Task A_failure_is_repeated_after_a_backoff_that_grows_and_ends_with_success()
    {
        var failing = true;
        await using var run = new Run(_ => Volatile.Read(ref failing) ? throw new UnavailableException("down") : Task.FromResult(ReconcileResult.Done));
        run.Controller.Enqueue("a");
        for (var failures = 1; failures <= 6; failures++)
        {
            await Until.TrueAsync(() => run.Count == failures && run.Waiting == 1, "a failure and its wait");
            var longest = TimeSpan.FromMilliseconds(10 * Math.Pow(2, failures - 1));
            run.Time.Advance((longest / 2) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(failures, run.Count);
            Volatile.Write(ref failing, failures < 6);
            run.Time.Advance((longest / 2) + TimeSpan.FromMilliseconds(2));
        }

        await Until.TrueAsync(() => run.Count == 7 && run.Waiting == 0, "the success");
        run.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(7, run.Count);
    }

    [Fact]
    public async Task A_server_that_asks_to_be_left_alone_is()
    {
        var count = 0;
        await using var run = new Run(
            _ => Interlocked.Increment(ref count) == 1 ? throw new UnavailableException("busy") { RetryAfter = TimeSpan.FromSeconds(20) } : Task.FromResult(ReconcileResult.Done));
        run.Controller.Enqueue("a");
        await Until.TrueAsync(() => run.Waiting == 1, "the wait");
        run.Time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(1, run.Count);
        run.Time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => run.Count == 2, "the second");
    }

    [Fact]
    public async Task A_terminal_failure_is_not_repeated_until_something_changes()
    {
        await using var run = new Run(static _ => throw new TerminalException("never"));
        run.Controller.Enqueue("a");
        await Until.TrueAsync(() => run.Count == 1, "the first");
        run.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, run.Waiting);
        run.Controller.Enqueue("a");
        await Until.TrueAsync(() => run.Count == 2, "the second");
    }

    [Fact]
    public async Task A_failure_of_one_key_delays_no_other()
    {
        var time = new ManualTime();
        var keys = new ConcurrentQueue<string>();
        await using var run = new Run(key =>
        {
            keys.Enqueue(key);
            return key == "bad" ? throw new InvalidOperationException("a bug") : Task.FromResult(ReconcileResult.Done);
        }, time);
        run.Controller.Enqueue("bad");
        run.Controller.Enqueue("good");
        await Until.TrueAsync(() => keys.Contains("good"), "the good one");
    }

    [Fact]
    public async Task Several_keys_are_worked_on_at_a_time_and_one_key_never_twice()
    {
        var gates = new ConcurrentDictionary<string, TaskCompletionSource>();
        var working = new ConcurrentDictionary<string, int>();
        await using var run = new Run(async key =>
        {
            Assert.Equal(1, working.AddOrUpdate(key, 1, static (_, count) => count + 1));
            await gates.GetOrAdd(key, static _ => new TaskCompletionSource()).Task;
            working.AddOrUpdate(key, 0, static (_, count) => count - 1);
            return ReconcileResult.Done;
        }, concurrency: 2);
        foreach (var key in new[] { "a", "b", "c" })
            run.Controller.Enqueue(key);
        await Until.TrueAsync(() => working.Values.Sum() == 2, "two at a time");
        run.Controller.Enqueue("a");
        Assert.False(working.ContainsKey("c"));
        gates.GetOrAdd("a", static _ => new TaskCompletionSource()).SetResult();
        gates.GetOrAdd("b", static _ => new TaskCompletionSource()).SetResult();
        gates.GetOrAdd("c", static _ => new TaskCompletionSource()).SetResult();
        await Until.TrueAsync(() => run.Count == 4, "a came again");
    }

    [Fact]
    public async Task Cancelled_it_ends_when_the_reconcile_in_hand_has_ended()
    {
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var run = new Run(async _ =>
        {
            begun.SetResult();
            await end.Task;
            return ReconcileResult.Done;
        });
        run.Controller.Enqueue("a");
        await begun.Task;
        await run.Stopping.CancelAsync();
        Assert.False(run.Loop.IsCompleted);
        end.SetResult();
        await run.Loop;
        await run.DisposeAsync();
    }

    [Fact]
    public async Task What_it_does_is_measured_under_controller_runtimes_names()
    {
        var name = $"measured-{Guid.NewGuid():N}";
        var measured = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = static (instrument, self) =>
        {
            if (instrument.Meter.Name == Meters.Name)
                self.EnableMeasurementEvents(instrument);
        } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var ours = false;
            var result = "";
            foreach (var tag in tags)
            {
                ours |= name.Equals(tag.Value);
                result = tag.Key == "result" ? $" {tag.Value}" : result;
            }

            if (ours)
                measured.AddOrUpdate(instrument.Name + result, value, (_, sum) => sum + value);
        });
        listener.Start();
        var failed = false;
        await using (var run = new Run(_ =>
        {
            if (failed)
                return Task.FromResult(ReconcileResult.Done);
            failed = true;
            throw new UnavailableException("once");
        }, name: name))
        {
            run.Controller.Enqueue("a");
            await Until.TrueAsync(() => run.Waiting == 1, "the failure");
            run.Time.Advance(TimeSpan.FromSeconds(1));
            await Until.TrueAsync(() => run.Count == 2, "the success");
        }

        Assert.Equal(1, measured["controller_runtime_reconcile_total error"]);
        Assert.Equal(1, measured["controller_runtime_reconcile_total success"]);
        Assert.Equal(1, measured["controller_runtime_reconcile_errors_total"]);
        Assert.Equal(0, measured["controller_runtime_active_workers"]);
        Assert.Equal((2, 0, 1), (measured["workqueue_adds_total"], measured["workqueue_depth"], measured["workqueue_retries_total"]));
    }

    [Fact]
    public void No_decision_is_made_before_ones_own_writes_show()
    {
        var writes = new OwnWrites<string>();
        var (first, second) = (false, false);
        Assert.True(writes.AllShow("a"));
        writes.Record("a", () => first);
        writes.Record("a", () => second);
        Assert.False(writes.AllShow("a"));
        Assert.True(writes.AllShow("b"));
        first = true;
        Assert.False(writes.AllShow("a"));
        (first, second) = (false, true);
        Assert.True(writes.AllShow("a"));
    }

    /// <summary>A controller at work.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly WorkQueue<string> queue;
        private int count;

        public Run(Func<string, Task<ReconcileResult>> reconcile, ManualTime? time = null, int concurrency = 1, string name = "tested")
        {
            Time = time ?? new ManualTime();
            queue = new WorkQueue<string>(name, Time);
            Controller = new Controller<string>(name, (key, _) =>
            {
                Interlocked.Increment(ref count);
                return reconcile(key);
            }, concurrency, queue, Time, new Random(1), NullLogger.Instance);
            Loop = Controller.RunAsync(Stopping.Token);
        }

        public ManualTime Time { get; }

        public CancellationTokenSource Stopping { get; } = new();

        public Controller<string> Controller { get; }

        public Task Loop { get; }

        /// <summary>Reconciles begun.</summary>
        public int Count => Volatile.Read(ref count);

        /// <summary>Keys that wait for their time.</summary>
        public int Waiting => Controller.Waiting;

        public async ValueTask DisposeAsync()
        {
            await Stopping.CancelAsync();
            await Loop;
            Controller.Dispose();
            queue.Dispose();
            Stopping.Dispose();
        }
    }
}
