using System.Globalization;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Faults.Runs;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Faults.Tests.Worlds;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;
using LakehouseOperator.Testing;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

[assembly: AssemblyFixture(typeof(Session))]

namespace LakehouseOperator.Faults.Tests.Worlds;

/// <summary>The worlds with their references, made once: undisturbed runs, twice, that must agree.</summary>
public sealed class Session : IAsyncLifetime
{
    private const string Memory = "/dev/shm";

    private readonly string folder = Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"lakehouse-faults-{Guid.NewGuid():N}");

    /// <summary>Later than every file that the tests make, so that these have settled, and so little that none is old.</summary>
    private readonly DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddMinutes(30).ToUnixTimeMilliseconds());

    private ISqlWorkerPool workers = null!;

    /// <summary>No lake yet: every table is created.</summary>
    public World Fresh { get; private set; } = null!;

    /// <summary>A lake that has been there, with new events and new files; the first checkpoint falls due.</summary>
    public World Onward { get; private set; } = null!;

    public World this[string name] => name == Fresh.Name ? Fresh : Onward;

    public async ValueTask InitializeAsync()
    {
        workers = new LocalSqlWorkerPool(new LocalSqlWorkerOptions(BuiltPrograms.Find("lakehouse-runner"), Path.Combine(folder, "sql"), KeepIdle: 8), TimeProvider.System);
        Fresh = await MakeAsync("fresh", files: 3, now, start: null, perSecond: 0, perCommit: 25);
        await LearnAsync(Fresh);

        var before = await MakeAsync("onward", files: 1, now, start: null, perSecond: 1, perCommit: 6);
        var start = Path.Combine(before.Folder, "base");
        using (var life = before.Begin())
        {
            await FinishAsync(life);
            Directory.Move(life.Lake, start);
        }

        Onward = await MakeAsync("onward", files: 3, now.AddSeconds(20), start, perSecond: 1, perCommit: 6);
        await LearnAsync(Onward);
    }

    public async ValueTask DisposeAsync()
    {
        await workers.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One run in this process.</summary>
    public async Task<(LocalReport Report, Steps Steps)> RunAsync(Life life, FaultPlan plan, Func<string, IObjectStore, IObjectStore>? mutant = null, Func<Task>? meanwhile = null)
    {
        var steps = new Steps(plan) { Meanwhile = meanwhile ?? (static () => Task.CompletedTask) };
        var observer = new StepObserver(steps);
        var report = await PipelineRun.ExecuteAsync(
            life.World.Documents, life.Scene, workers, observer,
            (layer, store) =>
            {
                var faulty = new FaultyStore(store, steps, layer + "/");
                return mutant?.Invoke(layer, faulty) ?? faulty;
            },
            TestContext.Current.CancellationToken);
        RequireTrue(life, observer.Reports);
        return (report, steps);
    }

    /// <summary>Who says that it committed a version did commit that version.</summary>
    private static void RequireTrue(Life life, IReadOnlyList<RunReport> reports)
    {
        foreach (var report in reports.Where(static one => one is { Result: RunResult.Succeeded, RowsWritten: > 0 }))
        {
            foreach (var table in report.Tables ?? [])
            {
                var log = DeltaLog.Read(Path.Combine(life.Lake, table.Table.Replace('.', '/')));
                if (table.Version >= log.Count || log[(int)table.Version].RunId != report.RunId)
                    throw new ViolationException($"{report.Kind} {report.Name} says that it committed version {table.Version} of {table.Table}, and it did not");
            }
        }
    }

    /// <summary>One run in a process of its own, to its end or to the fault's.</summary>
    /// <returns>The exit code; 137 of a killed process.</returns>
    public static async Task<int> RunProcessAsync(Life life, FaultPlan plan)
    {
        var (exit, _, said) = await HarnessProcess.RunAsync(life.World.DocumentsPath, life.Lake, life.Scratch, life.Scene.Now, plan);
        return said.Length == 0 ? exit : throw new ViolationException($"{plan}: {said}");
    }

    /// <summary>Runs without faults until one has nothing to do, which the second must be.</summary>
    /// <exception cref="ViolationException">It fails, or goes on writing.</exception>
    public async Task<int> FinishAsync(Life life, Func<string, IObjectStore, IObjectStore>? mutant = null)
    {
        for (var runs = 1; runs <= 2; runs++)
        {
            var (report, steps) = await RunAsync(life, FaultPlan.None, mutant);
            if (report.ExitCode != 0)
                throw new ViolationException($"run {runs} after it ended with {report.ExitCode}: {string.Join("; ", report.Resources.Where(static one => one.Error is not null).Select(static one => $"{one.Resource}: {one.Error!.Message}"))}");
            if (Directory.EnumerateFileSystemEntries(life.Scratch).Any())
                throw new ViolationException($"run {runs} after it left {Directory.EnumerateFileSystemEntries(life.Scratch).First()}");
            if (!steps.Mutations.Any())
                return runs;
            if (runs == 2)
                throw new ViolationException($"run {runs} had nothing to do and did: {string.Join(", ", steps.Mutations)}");
        }

        return 2;
    }

    private async Task<World> MakeAsync(string name, int files, DateTimeOffset at, string? start, int perSecond, int perCommit)
    {
        var place = Path.Combine(folder, name);
        var drop = Path.Combine(place, "drop");
        Directory.CreateDirectory(drop);
        for (var file = 0; file < files; file++)
        {
            var path = Path.Combine(drop, string.Create(CultureInfo.InvariantCulture, $"{file}.json"));
            if (!File.Exists(path))
                await File.WriteAllTextAsync(path, PipelineDocuments.Orders(file));
        }

        var documents = Path.Combine(place, "pipeline.yaml");
        await File.WriteAllTextAsync(documents, PipelineDocuments.Yaml(drop, perCommit, days: 1, perDay: 40, perSecond));
        var loaded = await LocalDocuments.LoadAsync([documents], workers, CancellationToken.None);
        if (loaded.HasErrors)
            throw new InvalidOperationException(string.Join('\n', loaded.Diagnostics.Select(static one => one.Message)));
        return new World(name, place, loaded, at, start);
    }

    /// <summary>What an undisturbed run does, however its parts are timed.</summary>
    private async Task LearnAsync(World world)
    {
        for (var time = 0; time < 2; time++)
        {
            using var life = world.Begin();
            var (report, steps) = await RunAsync(life, FaultPlan.None);
            if (report.ExitCode != 0)
                throw new InvalidOperationException($"{world.Name}: {string.Join("; ", report.Resources.Select(static one => $"{one.Resource} {one.Outcome} {one.Error?.Message}"))}");
            var truth = await LakeOracle.CheckCompleteAsync(life.Lake, world.Reference);
            if (time > 0 && !steps.Names.Order(StringComparer.Ordinal).SequenceEqual(world.Steps.Order(StringComparer.Ordinal), StringComparer.Ordinal))
                throw new InvalidOperationException($"{world.Name}: two undisturbed runs differ: {string.Join(", ", steps.Names.Except(world.Steps).Concat(world.Steps.Except(steps.Names)))}");
            (world.Reference, world.Steps) = (truth, steps.Names);
            life.PassTime();
            await FinishAsync(life);
            world.LaterReference = await LakeOracle.CheckCompleteAsync(life.Lake, world.LaterReference);
        }
    }
}
