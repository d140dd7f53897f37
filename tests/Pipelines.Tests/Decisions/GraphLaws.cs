using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

/// <summary>Laws over random graphs, random durations and random failures.</summary>
public class GraphLaws
{
    private const int Worlds = 300;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 10)];

    [Theory, MemberData(nameof(Seeds))]
    public void Everything_ends_up_to_date_and_then_nothing_runs(int seed) => Each(seed, (random, world) =>
    {
        Disturb(random, world, 40);
        world.Settle(random);
        Assert.All(world.Subjects.Values.OfType<TransformationSubject>(), subject => Assert.True(world.IsCurrent(subject), $"{subject.Id} is behind"));
        Assert.All(world.Last, decision => Assert.Equal(Reason.Succeeded, decision.Reason));
        Assert.Equal(0, world.Step());
    });

    [Theory, MemberData(nameof(Seeds))]
    public void One_change_runs_each_of_its_descendants_once_and_nobody_else(int seed) => Each(seed, (random, world) =>
    {
        world.MaxConcurrentRuns = random.Next(1, 6);
        world.Settle(random);
        world.Starts.Clear();
        world.Bump("s0");
        world.Settle(random);
        var below = world.Below("s0");
        Assert.All(world.Subjects.Keys, id => Assert.Equal(below.Contains(id.Name) ? 1 : 0, world.Starts.GetValueOrDefault(id)));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void A_change_of_several_sources_at_once_runs_each_descendant_at_most_once_a_source(int seed) => Each(seed, (random, world) =>
    {
        world.Settle(random);
        world.Starts.Clear();
        var sources = world.Tables.Keys.Where(table => table[0] == 's').ToList();
        sources.ForEach(world.Bump);
        world.Settle(random);
        Assert.All(world.Subjects.Keys, id => Assert.InRange(world.Starts.GetValueOrDefault(id), 1, sources.Count));
        Assert.All(world.Subjects.Values.OfType<TransformationSubject>(), subject => Assert.True(world.IsCurrent(subject)));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void With_once_a_change_of_several_sources_runs_each_descendant_once(int seed) => Each(seed, (random, world) =>
    {
        (world.Once, world.MaxConcurrentRuns) = (true, random.Next(1, 6));
        world.Settle(random);
        Assert.All(world.Subjects.Keys, id => Assert.Equal(1, world.Starts[id]));
        world.Starts.Clear();
        world.Tables.Keys.Where(table => table[0] == 's').ToList().ForEach(world.Bump);
        world.Settle(random);
        Assert.All(world.Subjects.Keys, id => Assert.Equal(1, world.Starts[id]));
        Assert.All(world.Subjects.Values.OfType<TransformationSubject>(), subject => Assert.True(world.IsCurrent(subject)));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void Who_cannot_run_holds_nobody(int seed) => Each(seed, (random, world) =>
    {
        world.Settle(random);
        var broken = new HashSet<ResourceId>();
        foreach (var id in world.Subjects.Keys.ToList())
        {
            var fate = random.Next(8);
            if (fate > 3)
                continue;
            broken.Add(id);
            world.Subjects[id] = fate switch
            {
                0 => world.Subjects[id] with { Suspended = true },
                1 => world.Subjects[id] with { Stalled = new Stall(Reason.SqlInvalid, "LH2001") },
                2 => ((TransformationSubject)world.Subjects[id]) with { OnChange = false },
                _ => world.Subjects[id],
            };
        }

        world.Bump("s0");
        world.Once = random.Next(2) == 0;
        var begun = world.Now;
        world.Settle(random, id => broken.Contains(id) ? RunnerExit.Sql : RunnerExit.Done);
        Assert.True(world.Now - begun < TimeSpan.FromMinutes(2), "someone waited for who could not run");
        Assert.All(world.Subjects.Values.OfType<TransformationSubject>().Where(subject => !broken.Contains(subject.Id)), subject => Assert.True(world.IsCurrent(subject)));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void Failures_that_waiting_mends_are_waited_out(int seed) => Each(seed, (random, world) =>
    {
        var failed = new HashSet<ResourceId>();
        world.Settle(random, id => failed.Add(id) ? RunnerExit.Store : RunnerExit.Done);
        Assert.All(world.Subjects.Values.OfType<TransformationSubject>(), subject => Assert.True(world.IsCurrent(subject)));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void The_order_in_which_things_are_listed_changes_nothing(int seed) => Each(seed, (random, world) =>
    {
        world.MaxConcurrentRuns = random.Next(1, 4);
        Disturb(random, world, 20);
        var observed = world.Observe();
        var shuffled = observed.Subjects.ToArray();
        random.Shuffle(shuffled);
        Assert.Equal(Decide.All(observed), Decide.All(observed with { Subjects = shuffled }));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void A_restart_that_forgets_every_attempt_starts_nothing_that_is_committed(int seed) => Each(seed, (random, world) =>
    {
        Disturb(random, world, 20);
        world.Settle(random);
        foreach (var (id, subject) in world.Subjects.ToList())
            world.Subjects[id] = subject with { LastRun = null, DueSince = null };
        Assert.Equal(0, world.Step());
    });

    [Theory, MemberData(nameof(Seeds))]
    public void No_more_runs_are_under_way_than_allowed(int seed) => Each(seed, (random, world) =>
    {
        world.MaxConcurrentRuns = random.Next(1, 4);
        for (var step = 0; step < 30; step++)
        {
            Disturb(random, world, 1);
            Assert.InRange(world.UnderWay.Count, 0, world.MaxConcurrentRuns);
        }
    });

    private static void Each(int seed, Action<Random, World> law)
    {
        for (var index = 0; index < Worlds / 10; index++)
        {
            var random = new Random(seed * 1000 + index);
            law(random, World.Random(random));
        }
    }

    /// <summary>New data, runs that end well or badly (never so often that attempts run out), time that passes.</summary>
    private static void Disturb(Random random, World world, int steps)
    {
        var failures = 0;
        for (var step = 0; step < steps; step++)
        {
            world.Now += TimeSpan.FromSeconds(random.Next(0, 20));
            if (random.Next(3) == 0)
                world.Bump(world.Tables.Keys.Where(table => table[0] == 's').Order(StringComparer.Ordinal).First());
            if (world.UnderWay.Count > 0 && random.Next(2) == 0)
            {
                var id = world.UnderWay.OrderBy(id => id.Name, StringComparer.Ordinal).ElementAt(random.Next(world.UnderWay.Count));
                world.Finish(id, random.Next(6) switch
                {
                    0 when failures++ < 3 => RunnerExit.Store,
                    1 => null,
                    _ => RunnerExit.Done,
                });
            }

            world.Step();
        }
    }
}
