using System.Globalization;
using LakehouseOperator.Benchmarks.Calibrators;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines.Reports;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>P8: what a Transformation costs above its SQL in bare DuckDB. A small one with everything started anew, the same with everything running, and a large one.</summary>
internal sealed class Transformations : IScenario
{
    private const int WarmRuns = 20;
    private const string Small = "SELECT event_date, count(DISTINCT user_id) AS dau_count FROM bronze.events GROUP BY event_date ORDER BY event_date";

    private const string Large = """
        SELECT event_id, user_id, lower(event_type) AS event_type, lower(page) AS page, "timestamp", lower(source) AS source, event_date
        FROM bronze.events
        WHERE lower(event_type) IN ('login', 'click', 'purchase', 'logout')
        QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY _ingested_at, _source, _source_position) = 1
        """;

    public string Name => "transformations";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        var small = await IngestAsync(bench, "small", new Events(14, 5000));
        var sections = new List<Section> { await ColdAsync(bench, small), await WarmAsync(bench, small) };
        Workbench.Remove(small.Lake);
        var events = new Events(60, 100_000 / bench.Scale);
        var large = await IngestAsync(bench, "large", events);
        sections.Add(await LargeAsync(bench, large, events.Records));
        Workbench.Remove(large.Lake);
        return sections;
    }

    private static async Task<Section> ColdAsync(Workbench bench, Plans plans)
    {
        var pairs = await RunAsync(bench, plans, "cold", Small);
        return new Section(
            "P8: a small Transformation, from nothing",
            "`lakehouse-runner run` of the quickstart's daily_active_users over 70,700 events in 14 partitions, from the start of its process and of the SQL worker's to the end of both.",
            "a bare process opens DuckDB, reads the same files and copies the same SELECT into one Parquet file; from start to end of the process.",
            [
                Figure.Above("wall time", Unit.Milliseconds, pairs, static sample => sample.Wall.TotalMilliseconds, "≤ 250 ms above", static above => above <= 250),
                Figure.Ratio("CPU time", Unit.Milliseconds, pairs, static sample => sample.Cpu.TotalMilliseconds),
                Figure.Ratio("peak memory of all processes", Unit.Mebibytes, pairs, static sample => sample.PeakBytes),
            ]);
    }

    private static async Task<Section> LargeAsync(Workbench bench, Plans plans, long records)
    {
        var pairs = await RunAsync(bench, plans, "large", Large);
        var bare = pairs.OfCalibrator(static sample => sample.Wall.TotalSeconds).Median;
        return new Section(
            "P8: a large Transformation",
            string.Create(CultureInfo.InvariantCulture, $"`lakehouse-runner run` of the quickstart's silver_events (one row an event_id, by a window) over {records:#,0} events in 60 partitions, from nothing."),
            "as above.",
            [
                Figure.Ratio("wall time", Unit.Seconds, pairs, static sample => sample.Wall.TotalSeconds, "≤ 1.05 ×", static ratio => ratio <= 1.05),
                Figure.Ratio("CPU time", Unit.Seconds, pairs, static sample => sample.Cpu.TotalSeconds),
                Figure.Ratio("peak memory of all processes", Unit.Mebibytes, pairs, static sample => sample.PeakBytes),
            ],
            bare < 5 ? string.Create(CultureInfo.InvariantCulture, $"The goal is for 5 s or more; bare DuckDB took {bare:0.0} s here.") : null);
    }

    private static async Task<Section> WarmAsync(Workbench bench, Plans plans)
    {
        using var scratch = ScratchRoot.Open();
        await using var workers = new LocalSqlWorkerPool(new LocalSqlWorkerOptions(LocalSqlWorkerPool.FindRunner()), TimeProvider.System);
        var context = new RunContext(LakeLocations.Open(plans.Layers, TimeProvider.System), workers, scratch, TimeProvider.System, NoProgress.Instance, NullLogger.Instance);
        var statements = BareStatements.Join([BareStatements.EventsView(await plans.FilesAsync(Events.Name)), BareStatements.Copy(Small, Path.Combine(bench.Sub("warm"), "out.parquet"))]);
        var pairs = await Pairs.AlternateAsync(
            bench.Repetitions,
            repetition => InProcess.MeanAsync(WarmRuns, async run =>
            {
                var report = await PlanRunner.ExecuteAsync(plans.Of($"gold.warm_{repetition}_{run}", Small), context, CancellationToken.None);
                Workbench.Require(report.Result == RunResult.Succeeded, report.Error?.Message ?? "a run that did nothing");
            }),
            _ => InProcess.MeanAsync(WarmRuns, _ =>
            {
                BareStatements.Run(statements);
                return Task.CompletedTask;
            }));
        return new Section(
            "P8: a small Transformation, with everything running",
            string.Create(CultureInfo.InvariantCulture, $"the same run in a process that has a SQL worker already, as in `lakehouse run`; the mean of {WarmRuns} runs, each into a new table."),
            "the same statements in a process that runs already, each time in a new database.",
            [
                Figure.Above("wall time", Unit.Milliseconds, pairs, static sample => sample.Wall.TotalMilliseconds, "≤ 250 ms above", static above => above <= 250),
                Figure.Ratio("CPU time", Unit.Milliseconds, pairs, static sample => sample.Cpu.TotalMilliseconds),
            ]);
    }

    private static async Task<Plans> IngestAsync(Workbench bench, string name, Events events)
    {
        var plans = new Plans(bench.Sub("lakes", name));
        var sample = await bench.Programs.RunnerAsync("run", "--plan", plans.Save(plans.Of(events)));
        Workbench.Require(Plans.Report(sample.Output).Tables is [{ Rows: var rows }] && rows == events.Records, "rows of bronze.events");
        return plans;
    }

    /// <summary>Each of ours goes into a new table; what either wrote is removed before the next, so that the disk stays as full as it was.</summary>
    private static async Task<Pairs> RunAsync(Workbench bench, Plans plans, string name, string sql)
    {
        var script = Path.Combine(plans.Lake, name + ".sql");
        var copied = Path.Combine(bench.Sub(name), "out.parquet");
        await File.WriteAllTextAsync(script, BareStatements.Join([BareStatements.EventsView(await plans.FilesAsync(Events.Name)), BareStatements.Copy(sql, copied)]));
        var written = new long[bench.Repetitions + 1];
        return await Pairs.AlternateAsync(
            bench.Repetitions,
            async repetition =>
            {
                var table = $"{name}_{repetition}";
                var sample = await bench.Programs.RunnerAsync("run", "--plan", plans.Save(plans.Of($"gold.{table}", sql)));
                written[repetition] = Plans.Report(sample.Output).RowsWritten;
                Workbench.Remove(Path.Combine(plans.Lake, "gold", table));
                return sample;
            },
            async repetition =>
            {
                var sample = await Programs.BareAsync("statements", script);
                Workbench.Require(long.Parse(sample.Output, CultureInfo.InvariantCulture) == written[repetition], $"rows of {name}");
                File.Delete(copied);
                return sample;
            });
    }
}
