using System.Text.Json.Nodes;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Election;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Tests.Election;

/// <summary>At most one leads, whatever happens to processes and to their way to the server; and one does soon after everything is well.</summary>
public sealed class ElectionTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Fact]
    public void The_first_to_come_leads_and_renews() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var a = new Contender(world, "a", 1);
        await pump.IdleAsync();
        Assert.Equal(("a", true, true, true), (world.Holder, a.Election.IsLeading, a.Election.IsReady, a.Election.IsHealthy));
        await PassAsync(pump, world, TimeSpan.FromMinutes(1));
        Assert.True(a.Election.IsLeading);
        Assert.InRange(world.Writes, 25, 32);
        a.Stop();
        await a.Loop;
    });

    [Fact]
    public void A_standby_is_ready_when_it_can_read_the_lease_and_not_when_it_cannot() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var a = new Contender(world, "a", 1);
        var b = new Contender(world, "b", 2);
        Assert.False(new Contender(world, "c", 3) { Reach = Reach.Refused }.Election.IsLeading);
        await PassAsync(pump, world, TimeSpan.FromSeconds(5));
        Assert.Equal((false, true, true, "a"), (b.Election.IsLeading, b.Election.IsReady, b.Election.IsHealthy, b.Election.Leader));
        b.Reach = Reach.Refused;
        await PassAsync(pump, world, TimeSpan.FromSeconds(16));
        Assert.False(b.Election.IsReady);
        b.Reach = Reach.Well;
        await PassAsync(pump, world, TimeSpan.FromSeconds(3));
        Assert.True(b.Election.IsReady);
        Assert.True(a.Election.IsLeading);
    });

    [Theory]
    [InlineData((int)Reach.Refused)]
    [InlineData((int)Reach.Hangs)]
    public void A_lease_that_cannot_be_renewed_in_time_is_lost_before_anybody_else_can_take_it(int how) => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var a = new Contender(world, "a", 1);
        await pump.IdleAsync();
        var b = new Contender(world, "b", 2);
        await PassAsync(pump, world, TimeSpan.FromSeconds(3));
        a.Reach = (Reach)how;
        var ended = TimeSpan.Zero;
        for (var passed = TimeSpan.Zero; !b.Election.IsLeading; passed += Tick)
        {
            Assert.True(passed < TimeSpan.FromSeconds(25));
            Assert.False(a.Election.IsLeading && b.Election.IsLeading);
            await PassAsync(pump, world, Tick);
            if (!a.Election.IsLeading)
                await Until.TrueAsync(() => a.Loop.IsCompleted, "a has ended");
            if (a.Loop.IsCompleted && ended == TimeSpan.Zero)
                ended = passed;
        }

        Assert.InRange(ended, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<LeaseLostException>(() => a.Loop);
        Assert.Equal((true, false), (a.WasToldToStop, a.Election.IsHealthy));
    });

    [Fact]
    public void A_process_that_was_paused_past_its_lease_does_not_lead_the_moment_it_goes_on() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var a = new Contender(world, "a", 1);
        await pump.IdleAsync();
        var b = new Contender(world, "b", 2);
        await PassAsync(pump, world, TimeSpan.FromSeconds(2));
        a.Time.IsPaused = true;
        await PassAsync(pump, world, TimeSpan.FromSeconds(30));
        Assert.True(b.Election.IsLeading);
        Assert.False(a.Election.IsLeading);
        a.Time.IsPaused = false;
        await PassAsync(pump, world, TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<LeaseLostException>(() => a.Loop);
        Assert.Equal("b", world.Holder);
    });

    [Fact]
    public void A_leader_that_ends_in_order_gives_the_lease_back_after_its_work_has_ended_and_not_before() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var a = new Contender(world, "a", 1) { Winding = TimeSpan.FromSeconds(20) };
        await pump.IdleAsync();
        var b = new Contender(world, "b", 2);
        await PassAsync(pump, world, TimeSpan.FromSeconds(3));
        a.Stop();
        await Until.TrueAsync(() => a.WasToldToStop, "a is told");
        await PassAsync(pump, world, TimeSpan.FromSeconds(19));
        Assert.Equal(("a", true, false), (world.Holder, a.Election.IsLeading, b.Election.IsLeading));
        await PassAsync(pump, world, TimeSpan.FromSeconds(1));
        await a.Loop;
        await PassAsync(pump, world, TimeSpan.FromSeconds(3));
        Assert.Equal(("b", true), (world.Holder, b.Election.IsLeading));
    });

    [Fact]
    public void The_times_that_stand_in_a_lease_are_of_another_clock_and_count_for_nothing() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        world.Put(new JsonObject { ["holderIdentity"] = "other", ["leaseDurationSeconds"] = 15, ["renewTime"] = "2001-01-01T00:00:00.000000Z", ["acquireTime"] = "2001-01-01T00:00:00.000000Z", ["leaseTransitions"] = 3 });
        var a = new Contender(world, "a", 1);
        await PassAsync(pump, world, TimeSpan.FromSeconds(14));
        Assert.False(a.Election.IsLeading);
        await PassAsync(pump, world, TimeSpan.FromSeconds(5));
        Assert.True(a.Election.IsLeading);
    });

    [Fact]
    public void A_lease_that_somebody_else_took_is_lost_at_the_next_look() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var a = new Contender(world, "a", 1);
        await pump.IdleAsync();
        world.Put(new JsonObject { ["holderIdentity"] = "other", ["leaseDurationSeconds"] = 15 });
        await PassAsync(pump, world, TimeSpan.FromSeconds(2.2));
        await Assert.ThrowsAsync<LeaseLostException>(() => a.Loop);
        Assert.False(a.Election.IsLeading);
    });

    [Fact]
    public void Work_that_fails_gives_the_lease_back_and_is_told() => Pump.Run(async pump =>
    {
        var world = new LeaseWorld();
        var client = new KubernetesClient(
            new ClusterConnection { Server = new Uri("http://lease.test") }, new Direct(world), world.Time, new ClientOptions { FieldManager = "tests" });
        var election = new LeaderElection(
            client, LeaseWorld.Key, "a", LeaseTimes.Default, world.Time, new Random(1), NullLogger.Instance);
        await Assert.ThrowsAsync<InvalidOperationException>(() => election.RunAsync(static _ => throw new InvalidOperationException("a bug"), default));
        Assert.Equal("", world.Holder);
        await pump.IdleAsync();
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void At_most_one_leads_at_any_time_and_one_does_when_all_is_well(int seed) => Pump.Run(async pump =>
    {
        var random = new Random(seed);
        var world = new LeaseWorld();
        var names = 0;
        // As little room between a holder's deadline and the end of its lease as there may be.
        var tight = new LeaseTimes(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        Contender Next() => new(world, $"p{names++}", random.Next(), tight);
        var contenders = Enumerable.Range(0, 3).Select(_ => Next()).ToList();
        var led = new HashSet<string?>();
        for (var step = 0; step < 400; step++)
        {
            var one = contenders[random.Next(contenders.Count)];
            if (step == 100)
                contenders.ForEach(contender => contender.Reach = contender.Election.IsLeading ? Reach.Hangs : Reach.Well);
            else if (random.Next(12) == 0)
                one.Reach = (Reach)random.Next(5);
            if (random.Next(40) == 0)
                one.Time.IsPaused = !one.Time.IsPaused;
            await PassAsync(pump, world, TimeSpan.FromMilliseconds(random.Next(1, 600)), () => Assert.True(contenders.Count(contender => contender.Election.IsLeading) <= 1));
            // A process that lost its lease ends, and another one takes its place.
            foreach (var lost in contenders.Where(contender => contender.Loop.IsCompleted).ToArray())
            {
                Assert.IsType<LeaseLostException>(lost.Loop.Exception?.InnerException);
                contenders.Remove(lost);
                contenders.Add(Next());
            }

            led.Add(world.Holder);
        }

        foreach (var contender in contenders)
        {
            contender.Reach = Reach.Well;
            contender.Time.IsPaused = false;
        }

        await PassAsync(pump, world, TimeSpan.FromSeconds(30));
        await Until.TrueAsync(() => contenders.Exists(static contender => contender.Election.IsLeading && contender.WasToldToLead), "one is told to lead");
        Assert.Single(contenders, static contender => contender.Election.IsLeading && contender.WasToldToLead);
        Assert.True(led.Count > 1, "the lease never changed hands");
    });

    [Theory]
    [InlineData(10, 10, 2)]
    [InlineData(15, 2, 2)]
    [InlineData(15, 10, 0)]
    [InlineData(0, 0, 0)]
    public void Times_under_which_two_could_lead_are_refused(int duration, int renewal, int retry) =>
        Assert.Throws<ArgumentException>(() => new LeaseTimes(TimeSpan.FromSeconds(duration), TimeSpan.FromSeconds(renewal), TimeSpan.FromSeconds(retry)));

    private static async Task PassAsync(Pump pump, LeaseWorld world, TimeSpan time, Action? check = null)
    {
        await pump.IdleAsync();
        for (var left = time; left > TimeSpan.Zero; left -= Tick)
        {
            world.Time.Advance(left < Tick ? left : Tick);
            check?.Invoke();
            await pump.IdleAsync();
        }

        check?.Invoke();
    }

    private sealed class Direct(LeaseWorld world) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            world.Answer(request.Method, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
    }
}
