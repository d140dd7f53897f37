using System.Diagnostics;
using System.Globalization;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;
using LakehouseOperator.Benchmarks.Scenarios;

namespace LakehouseOperator.Benchmarks;

/// <param name="Page">Where the page goes; null: to stdout.</param>
/// <param name="Only">Names of scenarios; empty: all.</param>
internal sealed record MeasureOptions(string Programs, string Folder, string? Page, IReadOnlyList<string> Only, int Repetitions, int Scale)
{
    private const int SmallScale = 20;

    public static MeasureOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new MeasureOptions("", "", null, [], 5, 1);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--programs" => options with { Programs = Path.GetFullPath(arguments[++i]) },
                "--folder" => options with { Folder = Path.GetFullPath(arguments[++i]) },
                "--page" => options with { Page = arguments[++i] },
                "--only" => options with { Only = arguments[++i].Split(',') },
                "--repeat" => options with { Repetitions = int.Parse(arguments[++i], CultureInfo.InvariantCulture) },
                "--small" => options with { Scale = SmallScale, Repetitions = 1 },
                var other => throw new ArgumentException($"unknown option {other}", nameof(arguments)),
            };
        }

        // What does not measure all of it in full is not what the page is for.
        return options.Only.Count > 0 || options.Scale > 1 ? options with { Page = null } : options;
    }
}

/// <summary>All scenarios, one after the other, into one page. A figure that misses its goal says so there and fails nothing.</summary>
internal static class Measurement
{
    private static readonly IReadOnlyList<IScenario> Scenarios = [new Transformations(), new ModelGraph(), new Ingestion(), new FiftyChecks(), new SnapshotOpening(), new StreamIngestion(), new StreamKills(), new OperatorAtWork()];

    public static async Task RunAsync(MeasureOptions options)
    {
        var bench = new Workbench(new Programs(options.Programs), options.Folder, options.Repetitions, options.Scale);
        var load = MachineFacts.Load();
        var sections = new List<Section>();
        foreach (var scenario in Scenarios.Where(scenario => options.Only.Count == 0 || options.Only.Contains(scenario.Name)))
        {
            var watch = Stopwatch.StartNew();
            sections.AddRange(await scenario.MeasureAsync(bench));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {watch.Elapsed.TotalSeconds:0} s"));
        }

        var page = BenchmarkPage.Write(sections, MachineFacts.Sentence(), options.Repetitions, load);
        if (options.Page is { } file)
            await File.WriteAllTextAsync(file, page);
        else
            await Console.Out.WriteAsync(page);
    }
}
