using System.Globalization;
using LakehouseOperator.Benchmarks.Baselines;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;
using LakehouseOperator.DuckDb;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>What killing costs: ours and the design without tables, killed after equal times while a producer writes.</summary>
internal sealed class StreamKills : IScenario
{
    private const int CommitRows = 2000;
    private const int Seed = 20261121;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1300);

    public string Name => "stream-kills";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        var kills = Math.Max(4, 40 / bench.Scale);
        var ours = await KillAsync(kills, new Ours(bench));
        var pending = await KillAsync(kills, new Plain(bench, takesPending: true));
        var left = await KillAsync(kills, new Plain(bench, takesPending: false));
        return
        [
            Section("which takes up what was pending", kills, ours, pending, "when it starts, it reads again what was delivered to it and not acknowledged"),
            Section("which leaves what was pending", kills, ours, left, "when it starts, it reads what is new alone"),
        ];
    }

    private static Section Section(string which, int kills, Loss ours, Loss plain, string how) => new(
        $"Entries lost and doubled by kills, beside the plain design {which}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"six streams, {CommitRows:#,0} rows a commit, SIGKILL {kills} times while a producer writes, after {Shortest.TotalMilliseconds:0} to {Longest.TotalMilliseconds:0} ms, seeded, and every other time not before a file or a commit has just been published; then one run to the end."),
        $"XREADGROUP, collect {CommitRows:#,0} rows, write Parquet, put it, XACK; {how}; the same kills.",
        [
            Counted("entries lost", ours.Lost, plain.Lost, "0"),
            Counted("entries doubled", ours.Doubled, plain.Doubled, "0"),
            Counted("entries written by the producer", ours.Entries, plain.Entries, null),
            Counted("kills that met it at work", ours.Kills, plain.Kills, null),
        ]);

    private static Figure Counted(string name, long ours, long plain, string? goal) =>
        new(name, goal, Unit.Count, new Spread(ours, ours, ours), new Spread(plain, plain, plain), Unit.Count, null, goal is null ? null : ours == 0);

    private static async Task<Loss> KillAsync(int kills, ISide side)
    {
        var random = new Random(Seed);
        await using var streams = await OrderStreams.StartAsync();
        await streams.ResetGroupAsync(PlainOptions.Group);
        await streams.Producer.WriteAsync(20_000, CancellationToken.None);
        using var enough = new CancellationTokenSource();
        var producing = ProduceAsync(streams, enough.Token);
        var met = 0;
        for (var kill = 0; kill < kills; kill++)
            met += await side.KillAsync(streams, new Kill(Shortest + ((Longest - Shortest) * random.NextDouble()), kill % 2 == 1)) ? 1 : 0;
        await enough.CancelAsync();
        await producing;
        await side.FinishAsync(streams);
        return (await side.CountAsync(streams)) with { Entries = streams.Entries, Kills = met };
    }

    private static async Task ProduceAsync(OrderStreams streams, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await streams.Producer.WriteAsync(500, CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>By position, stream by stream.</summary>
    private static Loss Count(IEnumerable<(string Relation, string Position)>[] streams, long written)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var loss = new Loss(0, 0, 0, 0);
        foreach (var relations in streams)
        {
            var all = string.Join(" UNION ALL ", relations.Select(static one => $"SELECT {one.Position} AS position FROM {one.Relation}"));
            var (rows, distinct) = (connection.ExecuteScalarLong($"SELECT count(*) FROM ({all})"), connection.ExecuteScalarLong($"SELECT count(DISTINCT position) FROM ({all})"));
            loss = loss with { Lost = loss.Lost + written - distinct, Doubled = loss.Doubled + rows - distinct };
        }

        return loss;
    }

    private sealed record Loss(long Lost, long Doubled, long Entries, int Kills);

    /// <param name="AtPublishing">After that time, when something has just been published.</param>
    private sealed record Kill(TimeSpan After, bool AtPublishing)
    {
        public async Task MomentAsync(Published published)
        {
            await Task.Delay(After, TimeProvider.System);
            if (AtPublishing)
                await published.NextAsync();
        }
    }

    /// <summary>Tells, within a millisecond or so, that a name has come into a folder.</summary>
    private sealed class Published : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

        private readonly FileSystemWatcher watcher;
        private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Published(string folder, string names)
        {
            Directory.CreateDirectory(folder);
            watcher = new FileSystemWatcher(folder, names) { IncludeSubdirectories = true };
            watcher.Created += (_, _) => next.TrySetResult();
            watcher.Renamed += (_, _) => next.TrySetResult();
            watcher.EnableRaisingEvents = true;
        }

        /// <summary>The next one from now on; where none comes, nothing is at work any more.</summary>
        public async Task NextAsync()
        {
            next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await next.Task.WaitAsync(Patience, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public void Dispose() => watcher.Dispose();
    }

    private interface ISide
    {
        Task<bool> KillAsync(OrderStreams streams, Kill kill);

        Task FinishAsync(OrderStreams streams);

        Task<Loss> CountAsync(OrderStreams streams);
    }

    private sealed class Ours(Workbench bench) : ISide
    {
        private readonly Plans plans = new(bench.Sub("kills", "ours"));

        public async Task<bool> KillAsync(OrderStreams streams, Kill kill)
        {
            using var published = new Published(plans.Lake, "*.json");
            return await bench.Programs.KillRunnerAsync(kill.MomentAsync(published), "run", "--plan", plans.Save(plans.Of(streams, CommitRows)));
        }


        public async Task FinishAsync(OrderStreams streams) => await bench.Programs.RunnerAsync("run", "--plan", plans.Save(plans.Of(streams, CommitRows)));

        public async Task<Loss> CountAsync(OrderStreams streams)
        {
            var relations = new List<IEnumerable<(string, string)>>();
            for (var stream = 0; stream < OrderStreams.Streams; stream++)
                relations.Add([(await RelationAsync(OrderStreams.Table(stream)), "_source_position"), (await RelationAsync(OrderStreams.Table(stream) + "__quarantine"), "position")]);
            return Count([.. relations], streams.Producer.Written);
        }

        private async Task<string> RelationAsync(string table) =>
            $"read_parquet([{string.Join(", ", (await plans.FilesAsync(table)).Select(static file => $"'{file}'"))}], hive_partitioning = false)";
    }

    private sealed class Plain(Workbench bench, bool takesPending) : ISide
    {
        private readonly string folder = bench.Sub("kills", takesPending ? "pending" : "new");

        public async Task<bool> KillAsync(OrderStreams streams, Kill kill)
        {
            using var published = new Published(folder, "*.parquet");
            return await Programs.KillBareAsync(kill.MomentAsync(published), ["plain", .. Options(streams).Arguments]);
        }


        public async Task FinishAsync(OrderStreams streams) => await Programs.BareAsync(["plain", .. Options(streams).Arguments]);

        public Task<Loss> CountAsync(OrderStreams streams) => Task.FromResult(Count(
            [.. Enumerable.Range(0, OrderStreams.Streams).Select(stream => new[] { ($"read_parquet('{folder}/orders{stream}-*.parquet/**/*.parquet', hive_partitioning = false)", "_source_position") })],
            streams.Producer.Written));

        private PlainOptions Options(OrderStreams streams) => new(streams.Url, OrderStreams.Keys, folder, CommitRows, takesPending);
    }
}
