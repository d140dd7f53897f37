using System.Globalization;
using LakehouseOperator.Benchmarks;
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
        var (rows, wall, cpu) = await BareIngestion.EncodeAsync(Events.Parse(days, perDay), folder);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} {wall.TotalMilliseconds} {cpu.TotalMilliseconds}"));
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
