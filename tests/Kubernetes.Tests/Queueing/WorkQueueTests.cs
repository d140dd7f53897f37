using LakehouseOperator.Kubernetes.Queueing;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Kubernetes.Tests.Queueing;

/// <summary>No key is dropped, none is worked on twice at a time, and many adds before the work are one.</summary>
public sealed class WorkQueueTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    [Fact]
    public async Task Many_adds_before_the_work_are_one()
    {
        using var queue = new WorkQueue<string>("q", new ManualTime());
        queue.Add("a");
        queue.Add("b");
        queue.Add("a");
        Assert.Equal(2, queue.Count);
        Assert.Equal(["a", "b"], [await queue.TakeAsync(default), await queue.TakeAsync(default)]);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_comes_again_after_that_and_once()
    {
        using var queue = new WorkQueue<string>("q", new ManualTime());
        queue.Add("a");
        await queue.TakeAsync(default);
        queue.Add("a");
        queue.Add("a");
        Assert.Equal(0, queue.Count);
        queue.Done("a");
        Assert.Equal(1, queue.Count);
        await queue.TakeAsync(default);
        queue.Done("a");
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_taker_waits_for_a_key_and_no_key_is_lost_with_one_that_gives_up()
    {
        using var queue = new WorkQueue<string>("q", new ManualTime());
        using var giving = new CancellationTokenSource();
        var first = queue.TakeAsync(giving.Token).AsTask();
        var second = queue.TakeAsync(default).AsTask();
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        queue.Add("a");
        Assert.Equal("a", await second);
    }

    [Fact]
    public void What_was_not_taken_is_not_done()
    {
        using var queue = new WorkQueue<string>("q", new ManualTime());
        queue.Add("a");
        Assert.Throws<InvalidOperationException>(() => queue.Done("a"));
    }

    /// <summary>Against a model: what is dirty, what is in process, and in which order keys wait.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Any_interleaving_does_as_the_model(int seed)
    {
        var random = new Random(seed);
        using var queue = new WorkQueue<int>("q", new ManualTime());
        var waiting = new List<int>();
        var again = new HashSet<int>();
        var working = new List<int>();
        for (var step = 0; step < 500; step++)
        {
            switch (random.Next(3))
            {
                case 0:
                    var key = random.Next(6);
                    queue.Add(key);
                    if (working.Contains(key))
                        again.Add(key);
                    else if (!waiting.Contains(key))
                        waiting.Add(key);
                    break;
                case 1 when waiting.Count > 0:
                    var taken = await queue.TakeAsync(default);
                    Assert.Equal(waiting[0], taken);
                    Assert.DoesNotContain(taken, working);
                    waiting.RemoveAt(0);
                    working.Add(taken);
                    break;
                case 2 when working.Count > 0:
                    var done = working[random.Next(working.Count)];
                    queue.Done(done);
                    working.Remove(done);
                    if (again.Remove(done))
                        waiting.Add(done);
                    break;
            }

            Assert.Equal(waiting.Count, queue.Count);
        }
    }

    /// <summary>Every add is followed by work that begins after it, whatever threads do.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Under_many_threads_every_add_is_followed_by_work_and_no_key_is_worked_on_twice_at_a_time(int seed)
    {
        const int Keys = 8;
        using var queue = new WorkQueue<int>("q", TimeProvider.System);
        using var stopping = new CancellationTokenSource();
        var added = new long[Keys];
        var seen = new long[Keys];
        var busy = new int[Keys];
        var overlaps = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                int key;
                try
                {
                    key = await queue.TakeAsync(stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                if (Interlocked.Increment(ref busy[key]) != 1)
                    Interlocked.Increment(ref overlaps);
                Volatile.Write(ref seen[key], Volatile.Read(ref added[key]));
                await Task.Yield();
                Interlocked.Decrement(ref busy[key]);
                queue.Done(key);
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
        {
            var random = new Random((seed * 100) + i);
            for (var n = 0; n < 5000; n++)
            {
                var key = random.Next(Keys);
                Interlocked.Increment(ref added[key]);
                queue.Add(key);
            }
        })));
        await Until.TrueAsync(() => Enumerable.Range(0, Keys).All(key => Volatile.Read(ref seen[key]) == added[key]), "work after the last add of every key");
        await stopping.CancelAsync();
        await Task.WhenAll(workers);
        Assert.Equal(0, overlaps);
    }
}
