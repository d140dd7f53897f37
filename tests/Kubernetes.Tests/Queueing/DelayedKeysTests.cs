using LakehouseOperator.Kubernetes.Queueing;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Kubernetes.Tests.Queueing;

/// <summary>Keys come when their time has come, at the earliest of their times, and none is forgotten.</summary>
public sealed class DelayedKeysTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Fact]
    public void The_earliest_of_several_times_counts()
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<string>("q", time);
        using var delayed = new DelayedKeys<string>(queue, time);
        delayed.Add("a", TimeSpan.FromSeconds(10));
        delayed.Add("a", TimeSpan.FromSeconds(3));
        delayed.Add("a", TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(0, queue.Count);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal((1, 0), (queue.Count, delayed.Count));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, queue.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void No_time_at_all_is_now(int seconds)
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<string>("q", time);
        using var delayed = new DelayedKeys<string>(queue, time);
        delayed.Add("a", TimeSpan.FromSeconds(seconds));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void A_time_beyond_what_a_timer_can_count_comes_all_the_same()
    {
        var time = new ManualTime();
        using var queue = new WorkQueue<string>("q", time);
        using var delayed = new DelayedKeys<string>(queue, time);
        delayed.Add("a", TimeSpan.FromDays(400));
        time.Advance(TimeSpan.FromDays(399));
        Assert.Equal(0, queue.Count);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, queue.Count);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_sequence_brings_every_key_at_its_earliest_time(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTime();
        using var queue = new WorkQueue<int>("q", time);
        using var delayed = new DelayedKeys<int>(queue, time);
        var due = new Dictionary<int, DateTimeOffset>();
        for (var step = 0; step < 300; step++)
        {
            if (random.Next(2) == 0)
            {
                var key = random.Next(20);
                var delay = TimeSpan.FromMilliseconds(random.Next(1, 5000));
                delayed.Add(key, delay);
                var at = time.GetUtcNow() + delay;
                due[key] = due.TryGetValue(key, out var earlier) && earlier < at ? earlier : at;
            }
            else
            {
                time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 1500)));
                var expected = due.Where(pair => pair.Value <= time.GetUtcNow()).Select(pair => pair.Key).Order().ToArray();
                var came = new List<int>();
                while (queue.Count > 0)
                {
                    came.Add(await queue.TakeAsync(default));
                    queue.Done(came[^1]);
                }

                Assert.Equal(expected, came.Order());
                foreach (var key in expected)
                    due.Remove(key);
            }
        }
    }

    [Fact]
    public void A_backoff_doubles_to_its_limit_and_lies_between_half_and_all_of_it()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), new Random(1));
        for (var failures = 1; failures <= 200; failures++)
        {
            var full = Math.Min(60, Math.Pow(2, failures - 1));
            Assert.InRange(backoff.After(failures).TotalSeconds, full / 2, full);
        }
    }

    [Fact]
    public void Each_key_backs_off_by_its_own_failures_until_it_is_forgotten()
    {
        var backoff = new KeyBackoff<string>(new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), new Random(1)));
        backoff.Next("a");
        backoff.Next("a");
        backoff.Next("b");
        Assert.Equal((2, 1), (backoff.Failures("a"), backoff.Failures("b")));
        backoff.Forget("a");
        Assert.Equal((0, 1), (backoff.Failures("a"), backoff.Failures("b")));
    }
}
