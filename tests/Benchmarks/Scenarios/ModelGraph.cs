using System.Globalization;
using System.Text;
using LakehouseOperator.Benchmarks.Calibrators;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>P8: a graph of a hundred small models, ten wide and ten deep, each of two of the layer before it.</summary>
internal sealed class ModelGraph : IScenario
{
    private const int Wide = 10;
    private const int Deep = 10;
    private static readonly Events Rows = new(14, 5000);

    public string Name => "graph";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        var documents = bench.Sub("graph", "documents");
        await File.WriteAllTextAsync(Path.Combine(documents, "1-source.yaml"), Source());
        var bronze = bench.Sub("graph", "bronze");
        await bench.Programs.LakehouseAsync("run", "-f", documents, "--lake", bronze, "--once");
        await File.WriteAllTextAsync(Path.Combine(documents, "2-models.yaml"), string.Join("---\n", Models().Select(Document)));
        var files = await new Plans(bronze).FilesAsync(Events.Name);
        var pairs = await Pairs.AlternateAsync(
            bench.Repetitions,
            repetition => OursAsync(bench, documents, bronze, repetition),
            repetition => BareAsync(bench, files, repetition));
        Workbench.Remove(bench.Sub("graph"));
        return
        [
            new Section(
                "P8: a graph of 100 small models",
                string.Create(CultureInfo.InvariantCulture, $"`lakehouse run --once` of {Wide * Deep} Transformations, {Wide} wide and {Deep} deep over {Rows.Records:#,0} events, each a table of its own: validation, runs in the graph's order, commits, report; from start to end of the process."),
                string.Create(CultureInfo.InvariantCulture, $"a bare process runs the same {Wide * Deep} SELECTs one after the other in one database, each copied into a Parquet file that the later ones read."),
                [
                    Figure.Bound("wall time", Unit.Seconds, pairs, static sample => sample.Wall.TotalSeconds, "≤ 10 s", static seconds => seconds <= 10),
                    Figure.Ratio("CPU time", Unit.Seconds, pairs, static sample => sample.Cpu.TotalSeconds),
                    Figure.Ratio("peak memory of all processes", Unit.Mebibytes, pairs, static sample => sample.PeakBytes),
                ]),
        ];
    }

    /// <summary>Begins with a copy of the lake that holds nothing but bronze.</summary>
    private static async Task<Sample> OursAsync(Workbench bench, string documents, string bronze, int repetition)
    {
        var lake = Path.Combine(bench.Folder, "graph", $"lake{repetition}");
        Copy(bronze, lake);
        var sample = await bench.Programs.LakehouseAsync("run", "-f", documents, "--lake", lake, "--once", "-o", "json");
        Workbench.Require(Directory.GetDirectories(Path.Combine(lake, "silver")).Count(static table => File.Exists(Path.Combine(table, "_delta_log", "00000000000000000000.json"))) == Wide * Deep, "models of the graph");
        Workbench.Remove(lake);
        return sample;
    }

    private static async Task<Sample> BareAsync(Workbench bench, IReadOnlyList<string> files, int repetition)
    {
        var folder = bench.Sub("graph", $"bare{repetition}");
        var statements = new List<string> { BareStatements.EventsView(files), "CREATE SCHEMA silver" };
        foreach (var (name, sql) in Models())
        {
            var file = Path.Combine(folder, name + ".parquet");
            statements.Add(BareStatements.Copy(sql, file));
            statements.Add($"CREATE VIEW silver.{name} AS SELECT * FROM read_parquet('{file}')");
        }

        var script = Path.Combine(folder, "graph.sql");
        await File.WriteAllTextAsync(script, BareStatements.Join(statements));
        var sample = await Programs.BareAsync("statements", script);
        Workbench.Remove(folder);
        return sample;
    }

    private static IEnumerable<(string Name, string Sql)> Models()
    {
        const string Columns = "event_date, user_id, event_type, source";
        for (var layer = 0; layer < Deep; layer++)
        {
            for (var place = 0; place < Wide; place++)
            {
                var sql = layer == 0
                    ? $"SELECT {Columns}, count(*) AS events FROM bronze.events WHERE user_id % {Wide} = {place} GROUP BY ALL"
                    : $"SELECT {Columns}, CAST(sum(events) AS BIGINT) AS events FROM (SELECT * FROM silver.{NameOf(layer - 1, place)} UNION ALL SELECT * FROM silver.{NameOf(layer - 1, (place + 1) % Wide)}) WHERE user_id % {layer + 1} <> 0 GROUP BY ALL";
                yield return (NameOf(layer, place), sql);
            }
        }
    }

    private static string NameOf(int layer, int place) => string.Create(CultureInfo.InvariantCulture, $"model_{layer}_{place}");

    private static string Source() => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        spec: {}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: events}
        spec:
          lakehouseRef: {name: main}
          source:
            generator: {seed: 1, users: 100, days: {{Rows.Days}}, eventsPerDay: {{Rows.PerDay}}, eventsPerSecond: 0}
          tables:
          - name: bronze.events
            columns:
            - {name: event_id,   type: VARCHAR,     required: true}
            - {name: user_id,    type: BIGINT,      required: true}
            - {name: event_type, type: VARCHAR,     required: true}
            - {name: page,       type: VARCHAR}
            - {name: timestamp,  type: TIMESTAMPTZ, required: true}
            - {name: source,     type: VARCHAR}
            partitionBy: [{column: timestamp, transform: Day, as: event_date}]

        """);

    private static string Document((string Name, string Sql) model) => $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: {{model.Name.Replace('_', '-')}}}
        spec:
          lakehouseRef: {name: main}
          table: silver.{{model.Name}}
          sql: "{{model.Sql}}"

        """;

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
