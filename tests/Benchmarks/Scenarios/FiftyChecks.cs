using System.Text.Json;
using LakehouseOperator.Benchmarks.Calibrators;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;
using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>P9: fifty checks of every kind against what somebody who knows the table would write by hand.</summary>
internal sealed class FiftyChecks : IScenario
{
    private static readonly IReadOnlyList<SqlColumn> Columns =
    [
        new("event_id", "VARCHAR"), new("user_id", "BIGINT"), new("event_type", "VARCHAR"), new("page", "VARCHAR"),
        new("timestamp", "TIMESTAMP WITH TIME ZONE"), new("source", "VARCHAR"), new("event_date", "DATE"),
    ];

    private static readonly string[] Keys = ["user_id", "event_type", "page", "source", "event_date"];
    private static readonly Dictionary<string, string?> Unpartitioned = [];

    public string Name => "checks";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        var rows = 2_000_000 / bench.Scale;
        var folder = bench.Sub("checks");
        var file = Path.Combine(folder, "events.parquet");
        MakeTables(folder, file, rows);
        var subject = new SqlTable("silver.events", Columns, [], [new SqlInputFile(file, rows, Unpartitioned)]);
        var references = Keys.ToDictionary(static key => new TableName("silver", key + "s"), key => new SqlTable(
            $"silver.{key}s", [.. Columns.Where(column => column.Name == key)], [], [new SqlInputFile(Path.Combine(folder, key + ".parquet"), 1, Unpartitioned)]));
        var checks = NamedCheck.Of("fifty", Checks());
        Workbench.Require(checks.Count == 50, "number of checks");
        var limits = new SqlLimits(Plans.Limits.Deadline, Plans.Limits.MemoryBytes, Plans.Limits.ScratchBytes, Plans.Limits.Threads);
        var query = ByHand(folder, file);

        await using var workers = new LocalSqlWorkerPool(new LocalSqlWorkerOptions(LocalSqlWorkerPool.FindRunner()), TimeProvider.System);
        await using var worker = await workers.RentAsync(CancellationToken.None);
        var pairs = await Pairs.AlternateAsync(
            bench.Repetitions,
            _ => InProcess.MeanAsync(1, async _ =>
            {
                var results = await CheckEvaluation.EvaluateAsync(checks, subject, references, worker, limits, TimeProvider.System, nulls: null, CancellationToken.None);
                var unexpected = results.FirstOrDefault(static result => result.Outcome != CheckOutcome.Passed);
                Workbench.Require(unexpected is null, $"{unexpected?.Name}: {unexpected?.Outcome} {unexpected?.Message}");
            }),
            _ => InProcess.MeanAsync(1, _ =>
            {
                BareStatements.Run(query);
                return Task.CompletedTask;
            }));
        Workbench.Remove(folder);
        return
        [
            new Section(
                "P9: fifty checks",
                $"50 checks of all nine kinds (5 unique, 5 reference, 15 with an expression of their own) over {rows.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture)} rows, judged and evaluated by a SQL worker that runs already.",
                "the same questions as one SELECT of aggregates, written by hand, in bare DuckDB in a process that runs already.",
                [
                    Figure.Ratio("wall time", Unit.Milliseconds, pairs, static sample => sample.Wall.TotalMilliseconds, "≤ 1.20 ×", static ratio => ratio <= 1.2),
                    Figure.Ratio("CPU time", Unit.Milliseconds, pairs, static sample => sample.Cpu.TotalMilliseconds),
                ]),
        ];
    }

    private static void MakeTables(string folder, string file, int rows) => BareStatements.Run(BareStatements.Join(
    [
        BareStatements.Copy(
            $"""
            SELECT md5(i::VARCHAR) AS event_id, (i * 7919) % 5000 AS user_id, ['login', 'click', 'purchase', 'logout'][1 + i % 4] AS event_type,
              '/product/' || i % 50 AS page, TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (i) SECOND AS "timestamp",
              ['web', 'mobile'][1 + i % 2] AS source, CAST("timestamp" AS DATE) AS event_date
            FROM range({rows}) AS rows(i)
            """, file),
        .. Keys.Select(key => BareStatements.Copy($"SELECT DISTINCT {key} FROM read_parquet('{file}')", Path.Combine(folder, key + ".parquet"))),
    ]));

    private static IEnumerable<CheckSpec> Checks()
    {
        string[][] keys = [["event_id"], ["event_id", "user_id"], ["timestamp"], ["timestamp", "source"], ["user_id", "timestamp"]];
        foreach (var key in keys)
            yield return new CheckSpec($"unique-{string.Join('-', key)}", Unique: new UniqueCheck(key));
        foreach (var key in Keys)
            yield return new CheckSpec($"known-{key}", Reference: new ReferenceCheck([key], $"silver.{key}s"));
        foreach (var column in Columns)
            yield return new CheckSpec($"missing-{column.Name}", Missing: new MissingCheck(column.Name));
        foreach (var column in Columns)
            yield return new CheckSpec($"missing-web-{column.Name}", Where: "source = 'web'", Missing: new MissingCheck(column.Name, MaxPercent: 1));
        yield return new CheckSpec("types", Values: new ValuesCheck("event_type", Texts("login", "click", "purchase", "logout")));
        yield return new CheckSpec("sources", Values: new ValuesCheck("source", Texts("web", "mobile")));
        yield return new CheckSpec("rows", RowCount: new RowCountCheck(Min: 1));
        yield return new CheckSpec("purchases", Where: "event_type = 'purchase'", RowCount: new RowCountCheck(Min: 1));
        yield return new CheckSpec("fresh", Freshness: new FreshnessCheck("timestamp", new Duration(TimeSpan.FromDays(36500))));
        yield return new CheckSpec("shape", Schema: new SchemaCheck([new SchemaCheckColumn("event_id", "VARCHAR"), new SchemaCheckColumn("user_id", "BIGINT")]));
        foreach (var (name, failing) in Failing())
            yield return new CheckSpec(name, Rows: new RowsCheck(failing));
        foreach (var (name, expression) in Metrics())
            yield return new CheckSpec(name, Metric: new MetricCheck(expression, Min: 0, Max: 1e15));
    }

    private static IEnumerable<(string Name, string Sql)> Failing() =>
    [
        ("negative", "user_id < 0"), ("short-id", "length(event_id) < 32"), ("strange-page", "page NOT LIKE '/%'"),
        ("early", "event_date < DATE '2025-01-01'"), ("late", "event_date > DATE '2199-01-01'"), ("shouting", "event_type <> lower(event_type)"),
        ("blank-source", "trim(source) = ''"), ("wide-page", "length(page) > 200"), ("huge-user", "user_id > 1000000000"),
        ("off-date", "CAST(\"timestamp\" AS DATE) <> event_date"),
    ];

    private static IEnumerable<(string Name, string Sql)> Metrics() =>
    [
        ("mean-user", "avg(user_id)"), ("newest-user", "max(user_id)"), ("share-web", "avg(CASE WHEN source = 'web' THEN 1 ELSE 0 END)"),
        ("days", "count(DISTINCT event_date)"), ("purchases-made", "count(*) FILTER (WHERE event_type = 'purchase')"),
        ("mean-page", "avg(length(page))"), ("longest-page", "max(length(page))"), ("spread", "stddev_samp(user_id)"), ("users", "count(DISTINCT user_id)"), ("logins", "sum(CASE WHEN event_type = 'login' THEN 1 ELSE 0 END)"),
    ];

    /// <summary>Nothing is asked twice, and what the schema answers is not asked at all.</summary>
    private static string ByHand(string folder, string file)
    {
        List<string> terms =
        [
            "count(*)", "count(DISTINCT event_id)", "count(DISTINCT (event_id, user_id))", "count(DISTINCT \"timestamp\")",
            "count(DISTINCT (\"timestamp\", source))", "count(DISTINCT (user_id, \"timestamp\"))", "max(\"timestamp\")",
            "count(*) FILTER (WHERE source = 'web')", "count(*) FILTER (WHERE event_type = 'purchase')",
            "count(*) FILTER (WHERE event_type NOT IN ('login', 'click', 'purchase', 'logout'))", "count(*) FILTER (WHERE source NOT IN ('web', 'mobile'))",
            .. Columns.Select(static column => $"count(\"{column.Name}\")"),
            .. Columns.Select(static column => $"count(\"{column.Name}\") FILTER (WHERE source = 'web')"),
            .. Keys.Select(key => $"count(*) FILTER (WHERE {key} NOT IN (SELECT {key} FROM read_parquet('{Path.Combine(folder, key + ".parquet")}')))"),
            .. Failing().Select(static failing => $"count(*) FILTER (WHERE {failing.Sql})"),
            .. Metrics().Select(static metric => metric.Sql),
        ];
        return $"SELECT {string.Join(", ", terms.Select(static (term, number) => $"{term} AS t{number}"))} FROM read_parquet('{file}')";
    }

    private static IReadOnlyList<JsonElement> Texts(params string[] texts) => [.. texts.Select(static text => JsonSerializer.SerializeToElement(text))];
}
