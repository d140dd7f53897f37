using System.Globalization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

/// <summary>A lake without rows: tables are versions, runs take as long as the test says. What starts here is what decisions say and nothing else.</summary>
internal sealed class World
{
    private readonly Dictionary<ResourceId, (IReadOnlyList<ConsumedInput> Inputs, TransformationSubject Subject)> underWay = [];

    public Dictionary<string, TableVersion> Tables { get; } = new(StringComparer.Ordinal);

    public Dictionary<ResourceId, Subject> Subjects { get; } = [];

    public Dictionary<ResourceId, int> Starts { get; } = [];

    public DateTimeOffset Now { get; set; } = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    public int MaxConcurrentRuns { get; set; } = 100;

    public bool Once { get; set; }

    public IReadOnlyCollection<ResourceId> UnderWay => underWay.Keys;

    public IReadOnlyList<Decision> Last { get; private set; } = [];

    public static ResourceId Xf(string name) => new(ResourceKind.Transformation, name);

    public TransformationSubject Transformation(string name, params string[] inputs)
    {
        var subject = new TransformationSubject(
            Xf(name), "1", name, [.. inputs.Select(input => new PlannedInput(input))], "sql-1", new Dictionary<string, string>(), true,
            TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Subjects[subject.Id] = subject;
        return subject;
    }

    /// <summary>A source that is read up to now.</summary>
    public IngestionSubject Drain(string name, string table)
    {
        var subject = new IngestionSubject(new ResourceId(ResourceKind.Ingestion, name), "1", [table], "once-1");
        Subjects[subject.Id] = subject;
        return subject;
    }

    public void Bump(string table) => Tables[table] = Tables.TryGetValue(table, out var version)
        ? version with { DataVersion = version.DataVersion + 1 }
        : new TableVersion("id-" + table, 0);

    public Observed Observe() => new([.. Subjects.Values], Tables, MaxConcurrentRuns, Now, Once);

    public Decision Of(string name) => Last.Single(decision => decision.Resource.Name == name);

    /// <summary>Decides, remembers what decisions ask to remember, and starts what they start.</summary>
    public int Step()
    {
        Last = Decide.All(Observe());
        foreach (var decision in Last)
        {
            var subject = Subjects[decision.Resource];
            Subjects[decision.Resource] = subject with { DueSince = decision.DueSince };
            if (decision.Verdict == Verdict.Start)
                Start(decision);
        }

        return Last.Count(decision => decision.Verdict == Verdict.Start);
    }

    public void Finish(ResourceId id, RunnerExit? exit = RunnerExit.Done)
    {
        var (inputs, at) = underWay[id];
        underWay.Remove(id);
        var subject = (TransformationSubject)Subjects[id];
        var run = subject.Running!;
        subject = subject with { Running = null, LastRun = new AttemptedRun(run.Key, at.Generation, run.Attempt, exit, run.StartTime, Now) };
        if (exit == RunnerExit.Done)
        {
            subject = subject with { Committed = new ConsumedInputs(inputs, at.SqlHash, at.Gates), LastHandledRequest = at.Request };
            Bump(subject.Table);
        }

        Subjects[id] = subject;
    }

    /// <summary>Runs everything to its end, in an order drawn from the random, until nothing is left to start or to wait for.</summary>
    public void Settle(Random random, Func<ResourceId, RunnerExit>? exit = null)
    {
        for (var round = 0; round < 5000; round++)
        {
            var started = Step();
            if (underWay.Count > 0)
            {
                Now += TimeSpan.FromMilliseconds(random.Next(1, 2000));
                var id = underWay.Keys.OrderBy(id => id.Name, StringComparer.Ordinal).ElementAt(random.Next(underWay.Count));
                Finish(id, exit?.Invoke(id) ?? RunnerExit.Done);
            }
            else if (started == 0 && Last.Where(decision => decision.Verdict == Verdict.Wait).ToList() is { Count: > 0 } waiting)
            {
                Assert.All(waiting, decision => Assert.True(decision.At > Now, $"{decision} waits with nothing under way and no time to look again"));
                Now = waiting.Min(decision => decision.At!.Value);
            }
            else if (started == 0)
            {
                return;
            }
        }

        Assert.Fail("never came to rest: " + string.Join("; ", Last.Select(decision => decision.ToString())));
    }

    public bool IsCurrent(TransformationSubject subject) =>
        subject.Committed is { } committed
        && subject.Inputs.All(input => committed.Inputs.Any(used => used.Table == input.Table && new TableVersion(used.TableId, used.DataVersion) == Tables[input.Table]));

    /// <summary>A graph of sources s0, s1, … and transformations t0, t1, … each reading one to three tables before it.</summary>
    public static World Random(Random random)
    {
        var world = new World();
        var tables = Enumerable.Range(0, random.Next(1, 4)).Select(index => string.Create(CultureInfo.InvariantCulture, $"s{index}")).ToList();
        tables.ForEach(world.Bump);
        var count = random.Next(2, 12);
        for (var index = 0; index < count; index++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"t{index}");
            world.Transformation(name, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => tables[random.Next(tables.Count)]).Distinct(StringComparer.Ordinal)]);
            tables.Add(name);
        }

        foreach (var (id, subject) in world.Subjects.ToList())
        {
            if (random.Next(4) == 0)
                world.Subjects[id] = subject with { Prefers = [tables[random.Next(tables.Count)]] };
        }

        return world;
    }

    public HashSet<string> Below(string table)
    {
        var below = new HashSet<string>(StringComparer.Ordinal) { table };
        foreach (var subject in Subjects.Values.OfType<TransformationSubject>().OrderBy(subject => int.Parse(subject.Table[1..], CultureInfo.InvariantCulture)))
        {
            if (subject.Inputs.Any(input => below.Contains(input.Table)))
                below.Add(subject.Table);
        }

        return below;
    }

    private void Start(Decision decision)
    {
        Starts[decision.Resource] = Starts.GetValueOrDefault(decision.Resource) + 1;
        var subject = Subjects[decision.Resource] with { Running = new RunInHand(decision.Trigger!.Key, decision.Attempt, Now), DueSince = null, LastScheduleTime = decision.ScheduleTime ?? Subjects[decision.Resource].LastScheduleTime };
        Subjects[decision.Resource] = subject;
        if (subject is TransformationSubject transformation)
        {
            var inputs = transformation.Inputs.Select(input => new ConsumedInput(input.Table, Tables[input.Table].TableId, Tables[input.Table].DataVersion)).ToList();
            underWay[decision.Resource] = (inputs, transformation);
        }
    }
}
