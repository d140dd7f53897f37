using System.Globalization;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>From the generator to committed bronze.</summary>
internal sealed class Ingestion : IScenario
{
    public string Name => "ingestion";

    /// <summary>Spread as a stream's commits find them: a commit of 100,000 rows touches two or three days.</summary>
    public static Events Size(Workbench bench) => new(60, 50_000 / bench.Scale / 100 * 100);

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        var events = Size(bench);
        return
        [
            await AgainstAsync(bench, events, "write", "Ingestion: generator to committed bronze, beside the same without commits",
                "the same generator, parser and DuckDB in a bare process, each batch of 100,000 rows written as Parquet by day, and no table: no log, no statistics, no durable files.", null),
            await AgainstAsync(bench, events, "encode", "Ingestion, beside DuckDB's encoder alone",
                "DuckDB writes the same rows from a table in its memory into one zstd Parquet file; CPU time of that COPY alone.", 0.5),
            await AgainstAsync(bench, events, "parse", "Ingestion, beside generator and parser",
                "the records generated, parsed in DuckDB's scan, and counted.", null),
            await AgainstAsync(bench, events, "generate", "Ingestion, beside the generator alone",
                "the records generated as JSON bytes, and thrown away.", null),
        ];
    }

    /// <param name="share">The least share of the calibrator's rows per CPU-second; null: the calibrator only shows where the time goes.</param>
    private static async Task<Section> AgainstAsync(Workbench bench, Events events, string piece, string title, string against, double? share)
    {
        var pairs = await Pairs.AlternateAsync(
            share is null && piece != "write" ? Math.Min(3, bench.Repetitions) : bench.Repetitions,
            repetition => OursAsync(bench, events, $"{piece}{repetition}"),
            async repetition => BareSample.Of(await Programs.BareAsync([piece, .. events.Arguments, bench.Sub("bare", piece, repetition.ToString(CultureInfo.InvariantCulture))]), events.Records, piece));
        Workbench.Remove(Path.Combine(bench.Folder, "bare"));
        double PerCpuSecond(Sample sample) => events.Records / sample.Cpu.TotalSeconds;
        double PerSecond(Sample sample) => events.Records / sample.Wall.TotalSeconds;
        var rate = share is { } least
            ? Figure.Ratio("rows per CPU-second", Unit.RowsPerSecond, pairs, PerCpuSecond, string.Create(CultureInfo.InvariantCulture, $"≥ {least:0.0} ×"), ratio => ratio >= least)
            : Figure.Ratio("rows per CPU-second", Unit.RowsPerSecond, pairs, PerCpuSecond);
        List<Figure> figures =
        [
            rate,
            Figure.Ratio("rows per second", Unit.RowsPerSecond, pairs, PerSecond),
            Figure.Ratio("CPU time", Unit.Seconds, pairs, static sample => sample.Cpu.TotalSeconds),
        ];
        if (piece == "write")
        {
            figures.Insert(1, Figure.Bound("of which ours against the goal of P5", Unit.RowsPerSecond, pairs, PerCpuSecond, "≥ 0.6 M/s", static rate => rate >= 0.6e6));
            figures.Add(Figure.Bound("peak memory of all processes", Unit.Mebibytes, pairs, static sample => sample.PeakBytes, "≤ 256 MiB", static bytes => bytes <= 256 << 20));
        }

        return new Section(
            title,
            string.Create(CultureInfo.InvariantCulture, $"`lakehouse-runner run` drains {events.Records:#,0} records into a new table by day, {Events.CommitRows:#,0} rows a commit; from start to end of the process."),
            against,
            figures);
    }

    private static async Task<Sample> OursAsync(Workbench bench, Events events, string name)
    {
        var plans = new Plans(Path.Combine(bench.Folder, "ingested", name));
        var sample = await bench.Programs.RunnerAsync("run", "--plan", plans.Save(plans.Of(events)));
        Workbench.Require(Plans.Report(sample.Output).Tables is [{ Rows: var rows }] && rows == events.Records, "rows of bronze.events");
        Workbench.Remove(plans.Lake);
        return sample;
    }
}
