using System.Globalization;
using LakehouseOperator.Benchmarks.Baselines;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>P5: from streams of JSON to committed bronze.</summary>
internal sealed class StreamIngestion : IScenario
{
    private const double Goal = 0.6e6;
    private const double MostBytes = 256 << 20;
    private const double LeastShare = 0.5;

    public string Name => "redis";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        await using var store = await BenchStore.OpenAsync(bench.Folder);
        await using var streams = await OrderStreams.StartAsync();
        await streams.Producer.WriteAsync(250_000 / bench.Scale / 1000 * 1000, CancellationToken.None);
        var drain = await PairsAsync(bench, store, streams, "drain", async _ =>
            BareSample.Of(await Programs.BareAsync("drain", streams.Url, string.Join(',', OrderStreams.Keys)), streams.Entries, "drain"));
        var encode = await PairsAsync(bench, store, streams, "encode", async repetition =>
            BareSample.Of(await Programs.BareAsync("encode-streams", streams.Url, string.Join(',', OrderStreams.Keys), bench.Sub("bare", "encode", repetition.ToString(CultureInfo.InvariantCulture))), streams.Rows, "encode"));
        var plain = await PairsAsync(bench, store, streams, "plain", async repetition =>
        {
            await streams.ResetGroupAsync(PlainOptions.Group);
            var folder = bench.Sub("bare", "plain", repetition.ToString(CultureInfo.InvariantCulture));
            var options = new PlainOptions(streams.Url, OrderStreams.Keys, folder, (int)Events.CommitRows, TakesPending: true);
            return BareSample.Of(await Programs.BareAsync(["plain", .. options.Arguments]), streams.Entries, "plain");
        });
        Workbench.Remove(Path.Combine(bench.Folder, "bare"));

        // The slower of the two ends bounds what can be reached.
        static double Seconds(Pairs pairs) => pairs.OfCalibrator(static sample => sample.Cpu.TotalSeconds).Median;
        var isDrainSlower = Seconds(drain) > Seconds(encode);
        return
        [
            Section(store, streams, drain, "Redis to committed bronze, beside XREAD alone", "XREAD of the six streams by the same client, values looked up and thrown away.", isFirst: true, isDrainSlower ? LeastShare : null),
            Section(store, streams, encode, "Redis to committed bronze, beside DuckDB's encoder alone", "the same rows out of DuckDB's memory into zstd Parquet by day; CPU time of that COPY alone.", isFirst: false, isDrainSlower ? null : LeastShare),
            Section(
                store, streams, plain, "Redis to committed bronze, beside the plain design",
                "XREADGROUP, collect 100,000 rows, JSON functions of DuckDB to zstd Parquet by day, put, XACK: no log, no types that hold, no quarantine.", isFirst: false, null, plain: true),
        ];
    }

    private static Section Section(BenchStore store, OrderStreams streams, Pairs pairs, string title, string against, bool isFirst, double? share, bool plain = false)
    {
        double PerCpuSecond(Sample sample) => streams.Entries / sample.Cpu.TotalSeconds;
        List<Figure> figures =
        [
            share is { } least
                ? Figure.Ratio("rows per CPU-second", Unit.RowsPerSecond, pairs, PerCpuSecond, string.Create(CultureInfo.InvariantCulture, $"≥ {least:0.0} × the slower of the two"), ratio => ratio >= least)
                : Figure.Ratio("rows per CPU-second", Unit.RowsPerSecond, pairs, PerCpuSecond),
            Figure.Ratio("rows per second", Unit.RowsPerSecond, pairs, sample => streams.Entries / sample.Wall.TotalSeconds),
            Figure.Ratio("CPU time", Unit.Seconds, pairs, static sample => sample.Cpu.TotalSeconds),
        ];
        if (isFirst)
            figures.Insert(1, Figure.Bound("of which ours against the goal of P5", Unit.RowsPerSecond, pairs, PerCpuSecond, "≥ 0.6 M/s", static rate => rate >= Goal));
        if (isFirst || plain)
            figures.Add(Figure.Bound("peak memory of all processes", Unit.Mebibytes, pairs, static sample => sample.PeakBytes, "≤ 256 MiB", static bytes => bytes <= MostBytes));
        return new Section(
            title,
            string.Create(CultureInfo.InvariantCulture, $"`lakehouse-runner run` drains {streams.Entries:#,0} entries of six streams, of which one in a thousand is poison, into six new tables by day in {store.Name}; from start to end of the process, without Redis."),
            against,
            figures);
    }

    private static Task<Pairs> PairsAsync(Workbench bench, BenchStore store, OrderStreams streams, string piece, Func<int, Task<Sample>> calibrator) =>
        Pairs.AlternateAsync(bench.Repetitions, repetition => OursAsync(bench, store, streams, $"{piece}{repetition}"), calibrator);

    private static async Task<Sample> OursAsync(Workbench bench, BenchStore store, OrderStreams streams, string name)
    {
        var plans = new Plans(Path.Combine(bench.Folder, "streamed", name), store.Lake(name));
        var sample = await bench.Programs.RunnerAsync(["run", "--plan", plans.Save(plans.Of(streams, Events.CommitRows)), .. store.Arguments]);
        var report = Plans.Report(sample.Output);
        Workbench.Require(report.Tables?.Sum(static table => table.Rows) == streams.Rows, "rows of the streams' tables");
        Workbench.Remove(plans.Lake);
        return sample;
    }
}
