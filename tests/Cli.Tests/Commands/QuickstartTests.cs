using System.Text.Json;
using LakehouseOperator.Cli.Tests.Processes;

namespace LakehouseOperator.Cli.Tests.Commands;

/// <summary>The quickstart in a lake of its own, run once for every test here.</summary>
public sealed class QuickstartLake : IAsyncLifetime
{
    private readonly Folder folder = new();

    public string Path => folder.At("lake");

    public Ended First { get; private set; } = null!;

    public async ValueTask InitializeAsync() => First = await RunAsync();

    public Task<Ended> RunAsync() => Lakehouse.RunAsync("run", "-f", Lakehouse.Quickstart, "--lake", Path, "--once", "-o", "json");

    public async Task<JsonElement> QueryAsync(string sql)
    {
        var ended = await Lakehouse.RunAsync("query", sql, "--lake", Path, "-o", "json");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended.Json();
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class QuickstartTests(QuickstartLake lake) : IClassFixture<QuickstartLake>
{
    [Fact]
    public void The_first_run_brings_every_resource_to_its_end()
    {
        Assert.True(lake.First.ExitCode == 0, lake.First.ToString());
        var report = lake.First.Json();
        Assert.Equal(0, report.GetProperty("exitCode").GetInt32());
        var resources = report.GetProperty("resources").EnumerateArray().ToDictionary(
            resource => $"{resource.GetProperty("kind").GetString()}/{resource.GetProperty("name").GetString()}", resource => resource.GetProperty("result").GetString());
        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["Lakehouse/main"] = "Ready",
                ["Ingestion/events"] = "Succeeded",
                ["Transformation/silver-events"] = "Succeeded",
                ["Transformation/daily-active-users"] = "Succeeded",
                ["Transformation/conversion-rate-daily"] = "Succeeded",
                ["Transformation/events-per-source-daily"] = "Succeeded",
                ["Transformation/purchases-per-page-daily"] = "Succeeded",
                ["QualityCheck/silver-events"] = "Passed",
                ["QualityCheck/conversion-rate"] = "Passed",
            },
            resources);
    }

    [Fact]
    public void The_report_has_the_members_of_the_fixed_interface_and_no_others()
    {
        var report = lake.First.Json();
        Assert.Equal(["resources", "exitCode"], Names(report));
        Assert.All(report.GetProperty("resources").EnumerateArray(), resource =>
            Assert.Equal(["kind", "name", "result", "rows", "version", "durationMs", "checks"], Names(resource)));
        var checks = report.GetProperty("resources").EnumerateArray().SelectMany(resource => resource.GetProperty("checks").EnumerateArray()).ToList();
        Assert.NotEmpty(checks);
        Assert.All(checks, check => Assert.Equal(["name", "outcome", "measured"], Names(check)));
    }

    [Fact]
    public async Task Silver_holds_each_event_once_and_gold_adds_up_to_it()
    {
        var row = Assert.Single((await lake.QueryAsync("""
            SELECT
              (SELECT count(*) FROM silver.events) AS events,
              (SELECT count(DISTINCT event_id) FROM silver.events) AS ids,
              (SELECT count(DISTINCT event_id) FROM bronze.events WHERE lower(event_type) IN ('login', 'click', 'purchase', 'logout')) AS wanted,
              (SELECT sum(event_count) FROM gold.events_per_source_daily) AS by_source,
              (SELECT sum(purchase_count) FROM gold.purchases_per_page_daily) AS by_page,
              (SELECT sum(total_purchases) FROM gold.conversion_rate_daily) AS purchases,
              (SELECT count(DISTINCT event_date) FROM silver.events) AS days,
              (SELECT count(*) FROM gold.conversion_rate_daily) AS conversion_days,
              (SELECT count(*) FROM gold.daily_active_users) AS active_days
            """)).EnumerateArray());
        long Of(string name) => row.GetProperty(name).GetInt64();
        Assert.True(Of("events") > 60_000, row.ToString());
        Assert.Equal(Of("events"), Of("ids"));
        Assert.Equal(Of("wanted"), Of("events"));
        Assert.Equal(Of("events"), Of("by_source"));
        Assert.Equal(Of("purchases"), Of("by_page"));
        Assert.Equal(Of("days"), Of("conversion_days"));
        Assert.Equal(Of("days"), Of("active_days"));
    }

    [Fact]
    public async Task A_later_run_adds_what_has_happened_since_and_doubles_nothing()
    {
        using var folder = new Folder();
        var path = folder.At("lake");
        string[] run = ["run", "-f", Lakehouse.Quickstart, "--lake", path, "--once"];
        Assert.Equal(0, (await Lakehouse.RunAsync(run)).ExitCode);
        var before = await CountAsync(path);
        Assert.Equal(0, (await Lakehouse.RunAsync(run)).ExitCode);
        var after = await CountAsync(path);
        Assert.True(after.Rows > before.Rows, $"{before} then {after}");
        Assert.Equal(before.Positions + (after.Rows - before.Rows), after.Positions);
        Assert.Equal(after.Rows, after.Positions);
    }

    [Theory]
    [InlineData("bronze.events", "event_id VARCHAR, user_id BIGINT, event_type VARCHAR, page VARCHAR, timestamp TIMESTAMP WITH TIME ZONE, source VARCHAR, event_date DATE, _ingested_at TIMESTAMP WITH TIME ZONE, _source VARCHAR, _source_position VARCHAR")]
    [InlineData("silver.events", "event_id VARCHAR, user_id BIGINT, event_type VARCHAR, page VARCHAR, timestamp TIMESTAMP WITH TIME ZONE, source VARCHAR, event_date DATE")]
    [InlineData("gold.daily_active_users", "event_date DATE, dau_count BIGINT")]
    [InlineData("gold.conversion_rate_daily", "event_date DATE, conversion_rate DOUBLE, total_purchases BIGINT, dau_count BIGINT")]
    [InlineData("gold.events_per_source_daily", "event_date DATE, source VARCHAR, event_count BIGINT")]
    [InlineData("gold.purchases_per_page_daily", "event_date DATE, page VARCHAR, purchase_count BIGINT")]
    public async Task Tables_have_the_columns_of_the_fixed_interface(string table, string columns)
    {
        var expected = columns.Split(", ").Select(column => column.Split(' ', 2)).ToList();
        var select = string.Join(", ", expected.Select(column => $"typeof({column[0]}) AS {column[0]}"));
        var row = Assert.Single((await lake.QueryAsync($"SELECT {select} FROM {table} LIMIT 1")).EnumerateArray());
        Assert.Equal(expected.Select(column => $"{column[0]} {column[1]}"), row.EnumerateObject().Select(member => $"{member.Name} {member.Value.GetString()}"));
        var all = Assert.Single((await lake.QueryAsync($"SELECT * FROM {table} LIMIT 1")).EnumerateArray());
        Assert.Equal(expected.Select(column => column[0]).Order(StringComparer.Ordinal), Names(all).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tables_and_history_have_the_members_of_the_fixed_interface()
    {
        var tables = (await Lakehouse.RunAsync("tables", "--lake", lake.Path, "-o", "json")).Json();
        Assert.Equal(6, tables.GetArrayLength());
        Assert.All(tables.EnumerateArray(), table =>
            Assert.Equal(["table", "version", "dataVersion", "rows", "files", "bytes", "lastCommitTime", "location"], Names(table)));
        var history = (await Lakehouse.RunAsync("history", "silver.events", "--lake", lake.Path, "-o", "json")).Json();
        var first = Assert.Single(history.EnumerateArray());
        Assert.Equal(["version", "timestamp", "operation", "dataChange", "rowsAdded", "rowsRemoved", "files", "runId"], Names(first));
        Assert.Equal(0, first.GetProperty("version").GetInt64());
        Assert.EndsWith("Z", first.GetProperty("timestamp").GetString());
    }

    [Fact]
    public async Task Query_writes_values_as_the_fixed_interface_says()
    {
        const string Sql = """
            SELECT 1 AS i, 12345678901234567890::HUGEINT AS h, 1.50::DECIMAL(5,2) AS d, 0.5::DOUBLE AS f, NULL::INTEGER AS n, true AS b,
              TIMESTAMPTZ '2026-01-02 03:04:05+00' AS t, DATE '2026-01-02' AS day, 'a "quoted", text' AS s, '' AS e
            FROM gold.daily_active_users LIMIT 1
            """;
        var json = await Lakehouse.RunAsync("query", Sql, "--lake", lake.Path, "-o", "json");
        Assert.Equal(
            """{"i":1,"h":12345678901234567890,"d":"1.50","f":0.5,"n":null,"b":true,"t":"2026-01-02T03:04:05Z","day":"2026-01-02","s":"a \"quoted\", text","e":""}""",
            json.Out.Trim().Trim('[', ']').Trim());
        var csv = await Lakehouse.RunAsync("query", Sql, "--lake", lake.Path, "-o", "csv");
        Assert.Equal(
            "i,h,d,f,n,b,t,day,s,e\n1,12345678901234567890,1.50,0.5,,true,2026-01-02T03:04:05Z,2026-01-02,\"a \"\"quoted\"\", text\",\"\"\n",
            csv.Out);
        Assert.DoesNotContain('\e', json.Out + json.Error + csv.Out + csv.Error);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static async Task<(long Rows, long Positions)> CountAsync(string lake)
    {
        var ended = await Lakehouse.RunAsync("query", "SELECT count(*) AS n, count(DISTINCT _source_position) AS p FROM bronze.events", "--lake", lake, "-o", "json");
        var row = ended.Json()[0];
        return (row.GetProperty("n").GetInt64(), row.GetProperty("p").GetInt64());
    }
}
