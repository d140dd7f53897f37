using System.Text.Json;
using LakehouseOperator.Cli.Tests.Processes;

namespace LakehouseOperator.Cli.Tests.Commands;

/// <summary>What is wrong with one resource is named with its place and fix, ends as documented, and stops no other.</summary>
public sealed class BadInputTests
{
    private const string Sql = "SELECT event_id FROM bronze.events";

    public static TheoryData<string, string, string[]> Refused => new()
    {
        { "unknown field", Documents.With(Sql, more: "  tabel: x"), ["LH1003", ":34:3:", "unknown field \"tabel\"", "allowed:"] },
        { "wrong type", Documents.With(Sql, more: "  suspend: \"maybe\""), ["LH1004", ":34:12:", "expected true or false"] },
        { "duplicate key", Documents.With(Sql, more: "  table: silver.other"), ["LH1006", ":34:3:", "\"table\" is here twice", "line 33"] },
        { "missing reference", Documents.With("SELECT event_id FROM bronze.evnets"), ["LH1109", "bronze.evnets", "did you mean \"bronze.events\"?"] },
        { "cycle", Documents.With("SELECT x FROM silver.two") + Documents.Transformation("two", "SELECT x FROM silver.bad", "silver.two"), ["LH1111", "bad -> two -> bad"] },
        { "two writers", Documents.With(Sql, table: "silver.good"), ["LH1110", "silver.good is written by Transformation/good"] },
        { "SQL that does not parse", Documents.With("SELECT event_id\nFORM bronze.events"), ["LH2001", ":36:10:", "spec.sql:2:6", "FORM bronze.events"] },
        { "SQL that does not bind", Documents.With("SELECT event_id,\n  evnt_type FROM bronze.events"), ["LH2006", ":36:7:", "did you mean \"event_type\"?"] },
        { "two statements", Documents.With(Sql + "; SELECT 2"), ["LH2002", "2 statements", "keep one SELECT"] },
        { "not a SELECT", Documents.With("DELETE FROM bronze.events"), ["LH2003", "not a SELECT"] },
        { "a file read by function", Documents.With("SELECT * FROM read_csv('/etc/passwd')"), ["LH2008", "read_csv"] },
        { "a file read by name", Documents.With("SELECT * FROM '/etc/passwd'"), ["LH2004", "not a table of this Lakehouse"] },
        { "SET", Documents.With("SET memory_limit = '1GB'"), ["LH2003"] },
        { "a forbidden column name", Documents.With("SELECT count(*) FROM bronze.events"), ["LH2021", "count_star()", "AS count_star"] },
        { "names that differ in case", Documents.With("SELECT event_id AS a, user_id AS \"A\" FROM bronze.events"), ["LH2021", "differ only in case"] },
        { "a type that no table holds", Documents.With("SELECT timestamp::TIMESTAMP AS t FROM bronze.events"), ["LH2020", "no time zone", "AT TIME ZONE 'UTC'"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refused_documents_name_place_and_fix(string what, string documents, string[] said)
    {
        using var folder = new Folder();
        var ended = await Lakehouse.RunAsync("validate", "-f", folder.Write("pipeline.yaml", documents));
        Assert.True(ended.ExitCode == 2, $"{what}: {ended}");
        Assert.All(said, text => Assert.Contains(text, ended.Error));
    }

    [Theory]
    [InlineData("  tabel: x", "SELECT event_id FROM bronze.events")]
    [InlineData("", "SELECT evnt_type FROM bronze.events")]
    public async Task Resources_beside_an_invalid_one_run_to_their_end(string more, string sql)
    {
        using var folder = new Folder();
        var ended = await RunAsync(folder, Documents.With(sql, more: more));
        Assert.Equal(2, ended.ExitCode);
        Assert.Equal("Invalid", Result(ended, "bad"));
        Assert.Equal("Succeeded", Result(ended, "events"));
        Assert.Equal("Succeeded", Result(ended, "good"));
    }

    [Theory]
    [InlineData("SELECT event_id, TIMESTAMPTZ '10000-01-01 00:00:00+00' AS t FROM bronze.events", "", "LH2042", "beyond the years 1 to 9999")]
    [InlineData("SELECT event_id::BIGINT AS n FROM bronze.events", "", "LH2040", "could not convert")]
    [InlineData("SELECT sum(9223372036854775807) OVER () AS s FROM bronze.events", "", "LH2040", "out of range")]
    [InlineData("SELECT count(*) AS n FROM bronze.events a, bronze.events b, bronze.events c, bronze.events d, bronze.events e, bronze.events f", "  execution: {activeDeadlineSeconds: 2}", "LH6010", "deadline of 2 s")]
    [InlineData("SELECT list(a.event_id || b.event_id || repeat('x', 100000)) AS l FROM bronze.events a, bronze.events b", "  runner: {resources: {limits: {memory: 256Mi}}}", "LH6011", "more than its")]
    public async Task A_run_that_fails_says_why_publishes_nothing_and_stops_no_other(string sql, string more, string code, string said)
    {
        using var folder = new Folder();
        var ended = await RunAsync(folder, Documents.With(sql, more: more));
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Equal("Failed", Result(ended, "bad"));
        Assert.Equal("Succeeded", Result(ended, "good"));
        Assert.Contains(code, ended.Error);
        Assert.Contains(said, ended.Error);
        Assert.False(Directory.Exists(folder.At("lake", "silver", "bad")), "something was published");
    }

    [Fact]
    public async Task A_gate_that_fails_publishes_nothing_and_says_what_it_measured()
    {
        using var folder = new Folder();
        var ended = await RunAsync(folder, Documents.With(Sql) + """
            ---
            apiVersion: lakehouse.dev/v1alpha1
            kind: QualityCheck
            metadata: {name: gate}
            spec:
              lakehouseRef: {name: main}
              table: silver.bad
              enforcement: Gate
              checks:
              - {name: few, rowCount: {max: 10}}
            """);
        Assert.True(ended.ExitCode == 3, ended.ToString());
        Assert.Equal("Blocked", Result(ended, "bad"));
        Assert.Equal("Failed", Result(ended, "gate"));
        Assert.Equal("Succeeded", Result(ended, "good"));
        Assert.Contains("LH5001", ended.Error);
        Assert.Contains("gate/few measured 202, allowed is max 10", ended.Error);
        Assert.False(Directory.Exists(folder.At("lake", "silver", "bad")), "something was published");
    }

    [Fact]
    public async Task A_damaged_log_is_named_and_what_does_not_need_it_goes_on()
    {
        using var folder = new Folder();
        await SucceedAsync(folder, Documents.Good);
        var log = folder.At("lake", "silver", "good", "_delta_log", "00000000000000000000.json");
        await File.WriteAllTextAsync(log, "{\"garbage", TestContext.Current.CancellationToken);
        var ended = await RunAsync(folder, Documents.Good);
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Equal("Failed", Result(ended, "good"));
        Assert.Contains("LH4101", ended.Error);
        Assert.Contains("silver/good/_delta_log/00000000000000000000.json", ended.Error);
        Assert.NotEqual("Failed", Result(ended, "events"));
    }

    [Fact]
    public async Task A_damaged_table_that_nobody_writes_now_fails_what_reads_it()
    {
        using var folder = new Folder();
        await SucceedAsync(folder, Documents.Good);
        await File.WriteAllTextAsync(folder.At("lake", "bronze", "events", "_delta_log", "00000000000000000000.json"), "{\"garbage", TestContext.Current.CancellationToken);
        var ended = await RunAsync(folder, Documents.Good.Replace("  source: {generator", "  suspend: true\n  source: {generator", StringComparison.Ordinal));
        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Equal("Suspended", Result(ended, "events"));
        Assert.Equal("Failed", Result(ended, "good"));
        Assert.Contains("LH4101", ended.Error);
        Assert.Contains("bronze/events/_delta_log/00000000000000000000.json", ended.Error);
    }

    [Fact]
    public async Task A_lake_of_another_Lakehouse_is_refused()
    {
        using var folder = new Folder();
        await SucceedAsync(folder, Documents.Good);
        var ended = await RunAsync(folder, Documents.Good.Replace("{name: main}", "{name: other}", StringComparison.Ordinal));
        Assert.True(ended.ExitCode == 2, ended.ToString());
        Assert.Contains("LH4009", ended.Error);
        Assert.Contains("default/main", ended.Error);
    }

    [Theory]
    [InlineData("LH1201", "run", "-f", "/nonexistent", "--once")]
    [InlineData("LH1201", "validate", "-f", "/nonexistent")]
    [InlineData("LH1206", "tables", "--lake", "/nonexistent")]
    [InlineData("LH1205", "run", "--frobnicate")]
    [InlineData("LH1205", "query")]
    [InlineData("LH1205", "frob")]
    [InlineData("LH1205", "tables", "-o", "xml")]
    public async Task Usage_that_makes_no_sense_exits_2_and_says_so_on_stderr(string code, params string[] arguments)
    {
        var ended = await Lakehouse.RunAsync(arguments);
        Assert.True(ended.ExitCode == 2, ended.ToString());
        Assert.Contains(code, ended.Error);
        Assert.Empty(ended.Out);
    }

    [Fact]
    public async Task A_folder_without_documents_exits_2()
    {
        using var folder = new Folder();
        var ended = await Lakehouse.RunAsync("run", "-f", folder.Path, "--once");
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("LH1203", ended.Error);
    }

    private static async Task SucceedAsync(Folder folder, string documents)
    {
        var ended = await RunAsync(folder, documents);
        Assert.True(ended.ExitCode == 0, ended.ToString());
    }

    private static Task<Ended> RunAsync(Folder folder, string documents) =>
        Lakehouse.RunAsync("run", "-f", folder.Write("pipeline.yaml", documents), "--lake", folder.At("lake"), "--once", "-o", "json");

    private static string? Result(Ended ended, string name) => ended.Json().GetProperty("resources").EnumerateArray()
        .Single(resource => resource.GetProperty("name").GetString() == name).GetProperty("result").GetString();
}
