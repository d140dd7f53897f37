using System.Globalization;
using LakehouseOperator.Benchmarks;
using LakehouseOperator.Benchmarks.Baselines;
using LakehouseOperator.Benchmarks.Calibrators;
using LakehouseOperator.Benchmarks.Scenarios;

switch (args)
{
    case ["measure", .. var options]:
        await Measurement.RunAsync(MeasureOptions.Parse(options));
        return 0;

    // What follows is run as processes of their own: calibrators, and one of ours that no program offers alone. Each prints how much there was.
    case ["statements", var script]:
        Print(BareStatements.Run(await File.ReadAllTextAsync(script)));
        return 0;
    case ["generate", var days, var perDay, _]:
        Print(await BareIngestion.GenerateAsync(Events.Parse(days, perDay)));
        return 0;
    case ["parse", var days, var perDay, var folder]:
        Print(await BareIngestion.ParseAsync(Events.Parse(days, perDay), folder));
        return 0;
    case ["write", var days, var perDay, var folder]:
        Print(await BareIngestion.WriteAsync(Events.Parse(days, perDay), folder));
        return 0;
    case ["encode", var days, var perDay, var folder]:
        Print3(await BareIngestion.EncodeAsync(Events.Parse(days, perDay), folder));
        return 0;
    case ["drain", var url, var keys]:
        Print(await BareStreams.DrainAsync(url, keys.Split(',')));
        return 0;
    case ["encode-streams", var url, var keys, var folder]:
        Print3(await BareStreams.EncodeAsync(url, keys.Split(','), folder));
        return 0;
    case ["plain", .. var options]:
        Print(await new PlainDesign(PlainOptions.Parse(options), PlainBucket.Find()).RunAsync());
        return 0;
    case ["read-checkpoint", var checkpoint]:
        Print(BareCheckpoint.Read(checkpoint));
        return 0;
    case ["open-snapshot", var table]:
        Print(await SnapshotOpening.OpenAsync(table));
        return 0;
    default:
        await Console.Error.WriteLineAsync("run it by `make bench`");
        return 2;
}

static void Print(long count) => Console.WriteLine(count.ToString(CultureInfo.InvariantCulture));

static void Print3((long Rows, TimeSpan Wall, TimeSpan Cpu) part) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part.Rows} {part.Wall.TotalMilliseconds} {part.Cpu.TotalMilliseconds}"));
