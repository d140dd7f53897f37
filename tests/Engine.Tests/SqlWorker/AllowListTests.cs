using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>What is accepted and what is not, told by a real worker.</summary>
public sealed class AllowListTests(WorkerFixture workers)
{
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("SELECT count(*) FROM bronze.events;")]
    [InlineData("SELECT 1 ;; -- done")]
    [InlineData("/* a /* nested */ comment */ FROM bronze.events SELECT id")]
    [InlineData("WITH x AS (SELECT id FROM bronze.events), y AS (FROM x) SELECT * FROM y JOIN x USING (id)")]
    [InlineData("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r")]
    [InlineData("SELECT id FROM bronze.events UNION ALL SELECT 1 ORDER BY 1 LIMIT 3 OFFSET 1")]
    [InlineData("SELECT * EXCLUDE (placed_at) REPLACE (id + 1 AS id) FROM bronze.events")]
    [InlineData("SELECT COLUMNS(c -> c LIKE 'i%') FROM bronze.events")]
    [InlineData("SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, MAP {'k': 1}['k']")]
    [InlineData("SELECT row_number() OVER (PARTITION BY status ORDER BY placed_at DESC) AS n FROM bronze.events QUALIFY n = 1")]
    [InlineData("SELECT status, sum(total) FILTER (WHERE id > 1) FROM bronze.events GROUP BY ALL HAVING count(*) > 1")]
    [InlineData("SELECT DISTINCT ON (status) id FROM bronze.events")]
    [InlineData("VALUES (1, 'a'), (2, 'b')")]
    [InlineData("SELECT id, unnest([1, 2]) AS n, unlist([3]) AS m FROM bronze.events WHERE id = ANY([1, 2])")]
    [InlineData("TABLE bronze.events")]
    [InlineData("SELECT * FROM range(3) AS t(i), unnest([1, 2]) AS u(x), generate_series(1, 2)")]
    [InlineData("SELECT * FROM (PIVOT bronze.events ON status IN ('a', 'b') USING sum(total))")]
    [InlineData("UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v")]
    [InlineData("SELECT * FROM bronze.events a ASOF JOIN bronze.events b ON a.placed_at >= b.placed_at")]
    [InlineData("SELECT (SELECT max(id) FROM bronze.events e2 WHERE e2.status = e.status) FROM BRONZE.Events e, LATERAL (SELECT e.id + 1 AS next)")]
    [InlineData("SELECT $$a;b$$ AS \"semi;colon\", E'\\'; DROP', ';'")]
    [InlineData("SELECT placed_at AT TIME ZONE 'UTC', date_trunc('day', placed_at), placed_at::DATE, strftime(placed_at, '%Y') FROM bronze.events")]
    [InlineData("SELECT json_extract('{\"a\":1}', '$.a'), '{\"a\":1}'::JSON ->> 'a', regexp_replace('a', 'b', 'c')")]
    public async Task A_select_over_tables_of_the_lakehouse_is_accepted(string sql)
    {
        var parsed = await workers.ParseAsync(sql);
        Assert.Null(parsed.Error);
        var bound = await workers.BindAsync(sql, WorkerFixture.Events);
        Assert.Null(bound.Error);
        Assert.NotEmpty(bound.Columns);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "", "LH2002" },
        { "-- nothing", "LH2002" },
        { "SELECT 1; SELECT 2", "LH2002" },
        { "SELECT 1; DROP TABLE x", "LH2003" },
        { "SELECT 1 /* ; */ ; /* */ SELECT 2", "LH2002" },
        { "SELEC 1", "LH2001" },
        { "SELECT 'a", "LH2001" },
        { "SELECT 1 FROM", "LH2001" },
        { "SELECT 1\0; SELECT 2", "LH2001" },
        { "INSERT INTO bronze.events VALUES (1)", "LH2003" },
        { "COPY (SELECT 1) TO '/tmp/x'", "LH2003" },
        { "COPY bronze.events FROM '/etc/passwd'", "LH2003" },
        { "ATTACH '/tmp/x.db'", "LH2003" },
        { "LOAD httpfs", "LH2003" },
        { "INSTALL httpfs", "LH2003" },
        { "SET memory_limit = '1TB'", "LH2003" },
        { "RESET ALL", "LH2003" },
        { "PRAGMA database_list", "LH2003" },
        { "CALL pragma_version()", "LH2003" },
        { "CREATE SECRET (TYPE s3)", "LH2003" },
        { "CREATE TABLE x AS SELECT 1", "LH2003" },
        { "CREATE MACRO m() AS 1", "LH2003" },
        { "EXPORT DATABASE '/tmp/x'", "LH2003" },
        { "EXPLAIN SELECT 1", "LH2003" },
        { "PREPARE x AS SELECT 1", "LH2003" },
        { "BEGIN", "LH2003" },
        { "VACUUM", "LH2003" },
        { "USE memory", "LH2003" },
        { "DESCRIBE bronze.events", "LH2003" },
        { "SUMMARIZE bronze.events", "LH2003" },
        { "SHOW TABLES", "LH2003" },
        { "SELECT * FROM (DESCRIBE SELECT 1)", "LH2003" },
        { "SELECT * FROM (SHOW ALL TABLES)", "LH2003" },
        { "WITH x AS (SUMMARIZE SELECT 1) FROM x", "LH2001" },
        { "PIVOT bronze.events ON status USING sum(id)", "LH2003" },
        { "SELECT * FROM '/etc/passwd'", "LH2004" },
        { "SELECT * FROM \"/etc/passwd\"", "LH2004" },
        { "SELECT * FROM 'x.parquet'", "LH2004" },
        { "WITH \"/tmp/x.csv\" AS (SELECT * FROM \"/tmp/x.csv\") SELECT * FROM \"/tmp/x.csv\"", "LH2004" },
        { "SELECT * FROM events", "LH2004" },
        { "SELECT * FROM memory.bronze.events", "LH2004" },
        { "SELECT * FROM information_schema.tables", "LH2004" },
        { "SELECT * FROM pg_catalog.pg_class", "LH2004" },
        { "SELECT * FROM main.sqlite_master", "LH2004" },
        { "SELECT * FROM bronze.\"events; DROP\"", "LH2004" },
        { "SELECT * FROM bronze.\"events@1\"", "LH2004" },
        { "SELECT * FROM duckdb_settings()", "LH2008" },
        { "SELECT * FROM read_csv('/etc/passwd')", "LH2008" },
        { "SELECT * FROM read_text('/etc/hostname')", "LH2008" },
        { "SELECT * FROM glob('/etc/*')", "LH2008" },
        { "SELECT * FROM query('SELECT 1')", "LH2008" },
        { "SELECT * FROM query_table('bronze.events')", "LH2008" },
        { "FROM parquet_metadata('x')", "LH2008" },
        { "SELECT (SELECT count(*) FROM (SELECT * FROM read_blob('/proc/self/environ')))", "LH2008" },
        { "SELECT 1 WHERE EXISTS (FROM which_secret('x', 's3'))", "LH2008" },
        { "WITH x AS MATERIALIZED (FROM sniff_csv('/etc/passwd')) SELECT 1", "LH2008" },
        { "SELECT * FROM json_execute_serialized_sql('x')", "LH2008" },
        { "SELECT getenv('HOME')", "LH2007" },
        { "SELECT current_setting('temp_directory')", "LH2008" },
        { "SELECT getvariable('x')", "LH2008" },
        { "SELECT error(status) FROM bronze.events", "LH2008" },
        { "SELECT nextval('x')", "LH2008" },
        { "SELECT json_serialize_plan('SELECT 1')", "LH2008" },
        { "SELECT write_log('x')", "LH2008" },
        { "SELECT ('x').current_setting()", "LH2008" },
        { "SELECT list_transform(['temp_directory'], lambda x: current_setting(x))", "LH2008" },
        { "SELECT 1 ORDER BY current_setting('x')", "LH2008" },
        { "SELECT 1 LIMIT (SELECT current_setting('x'))", "LH2008" },
        { "SELECT sum(1) OVER (ORDER BY current_setting('x'))", "LH2008" },
        { "SELECT sum(1) FILTER (WHERE current_setting('x') = '')", "LH2008" },
        { "SELECT * REPLACE (current_setting('x') AS id) FROM bronze.events", "LH2008" },
        { "SELECT CASE WHEN true THEN current_setting('x') END", "LH2008" },
        { "VALUES (current_setting('x'))", "LH2008" },
        { "SELECT * FROM range(current_setting('x')::INT)", "LH2008" },
        { "SELECT 1 GROUP BY current_setting('x')", "LH2008" },
        { "SELECT * FROM bronze.events a JOIN bronze.events b ON a.status = current_setting('x')", "LH2008" },
        { "SELECT system.main.upper('x')", "LH2008" },
        { "SELECT pg_catalog.pg_typeof(1)", "LH2008" },
        { "SELECT $1", "LH2009" },
        { "SELECT ?", "LH2009" },
        { "SELECT * FROM bronze.events AT (TIMESTAMP => now())", "LH2010" },
        { "SELECT * FROM bronze.events AT (VERSION => '3')", "LH2010" },
        { "SELECT * FROM bronze.events AT (VERSION => 1 + 1)", "LH2010" },
        { "SELECT * FROM bronze.events AT (VERSION => -1)", "LH2010" },
        { "SELECT * FROM bronze.events AT (VERSION => (SELECT 1))", "LH2010" },
        { "WITH x AS (SELECT 1) SELECT * FROM x AT (VERSION => 1)", "LH2004" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Anything_else_is_refused_before_it_runs(string sql, string code)
    {
        var parsed = await workers.ParseAsync(sql);
        Assert.NotNull(parsed.Error);
        Assert.Equal(code, parsed.Error.Code);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(parsed.Error.Message + parsed.Error.Help) <= 1024);
        Assert.Equal(code, (await workers.BindAsync(sql, WorkerFixture.Events)).Error?.Code);
        Assert.Equal(code, (await workers.QueryAsync(sql, null, WorkerFixture.Events)).Error?.Code);
    }

    [Fact]
    public async Task Inputs_are_named_once_lower_case_with_their_pins()
    {
        var parsed = await workers.ParseAsync(
            "WITH b AS (SELECT * FROM Bronze.EVENTS) SELECT now(), random() FROM b, \"bronze\".\"events\" x AT (VERSION => 41), silver.users WHERE id IN (SELECT id FROM bronze.events) AND d = current_date");
        Assert.Null(parsed.Error);
        Assert.Equal([new SqlReference("bronze.events"), new SqlReference("bronze.events", 41), new SqlReference("silver.users")], parsed.Inputs);
        Assert.Equal(["current_date", "now", "random"], parsed.NonDeterministic);
    }

    [Theory]
    [InlineData("SELECT statuz FROM bronze.events", "LH2006", 1, 8, "did you mean \"status\"?")]
    [InlineData("SELECT 1,\n  statuz FROM bronze.events", "LH2006", 2, 3, "did you mean \"status\"?")]
    [InlineData("SELECT '🦆ä', statuz FROM bronze.events", "LH2006", 1, 15, "did you mean \"status\"?")]
    [InlineData("SELECT\u00a0'\u00a0',\u00a0statuz FROM bronze.events", "LH2006", 1, 13, "did you mean \"status\"?")]
    [InlineData("SELECT 1 FROM bronze.evnets", "LH2005", 1, 15, "did you mean \"bronze.events\"?")]
    [InlineData("SELECT\r\n\tuper(status) FROM bronze.events", "LH2007", 2, 2, "did you mean \"upper\"?")]
    [InlineData("SELECT e.statuz FROM bronze.events AT (VERSION => 3) e", "LH2001", 1, 54, null)]
    [InlineData("SELECT ev.statuz FROM bronze.events ev AT (VERSION => 3), bronze.events e2 WHERE statuz2", "LH2006", 1, 82, null)]
    public async Task An_error_has_its_place_and_its_help(string sql, string code, int line, int column, string? help)
    {
        var error = (await workers.BindAsync(sql, WorkerFixture.Events, WorkerFixture.Events with { Version = 3 })).Error;
        Assert.NotNull(error);
        Assert.Equal((code, line, column), (error.Code, error.Line, error.Column));
        if (help is not null)
            Assert.Equal(help, error.Help);
    }

    [Fact]
    public async Task A_pinned_table_is_its_own_snapshot_beside_the_newest()
    {
        var newest = WorkerFixture.Table("bronze.events", ("id", "BIGINT"), ("fresh", "VARCHAR"));
        var pinned = WorkerFixture.Table("bronze.events", ("id", "BIGINT"), ("old", "DATE")) with { Version = 3 };
        var bound = await workers.BindAsync(
            "SELECT events.old, n.fresh FROM Bronze . \"events\" /* c */ AT ( version => 3 ), bronze.events n", newest, pinned);
        Assert.Null(bound.Error);
        Assert.Equal([new SqlColumn("old", "DATE"), new SqlColumn("fresh", "VARCHAR")], bound.Columns);
        var missing = await workers.BindAsync("SELECT * FROM bronze.events AT (VERSION => 4)", newest, pinned);
        Assert.Equal(SqlCodes.TableUnknown.Id, missing.Error?.Code);
    }

    [Fact]
    public async Task Types_are_as_DuckDB_derives_them_and_an_untyped_null_shows()
    {
        var bound = await workers.BindAsync("SELECT sum(id) AS s, count(*) AS c, total, NULL AS n, [] AS l, 1 AS i, 1 AS i FROM bronze.events GROUP BY total", WorkerFixture.Events);
        Assert.Null(bound.Error);
        var variant = await workers.BindAsync("SELECT 1::VARIANT AS v");
        Assert.Equal([new SqlColumn("v", "VARIANT")], variant.Columns);
        Assert.Equal("1", Assert.Single((await workers.QueryAsync("SELECT 1::VARIANT AS v")).Rows)[0].GetString());
        Assert.Equal(
            ["s HUGEINT", "c BIGINT", "total DECIMAL(12,2)", "n \"NULL\"", "l \"NULL\"[]", "i INTEGER", "i INTEGER"],
            bound.Columns.Select(static column => $"{column.Name} {column.Type}"));
    }

    [Fact]
    public async Task A_columns_type_is_no_more_than_a_type()
    {
        foreach (var type in new[] { "INTEGER) AS x, (SELECT 1", "INTEGER) FROM read_csv('/etc/passwd') --", "INTEGER); DROP TABLE x; --", "NOTHING" })
        {
            var bound = await workers.BindAsync("SELECT 1", WorkerFixture.Table("bronze.events", ("id", type)));
            Assert.True(bound.Error is not null || bound.Columns.Count == 1, type);
        }
    }

    [Theory]
    [InlineData("total < 0", false, "BOOLEAN")]
    [InlineData("avg(total)", true, "DOUBLE")]
    [InlineData("count(DISTINCT status) FILTER (WHERE id > 0) / count(*)", true, "DOUBLE")]
    [InlineData("CASE WHEN status IN ('a', 'b') THEN 1 END -- why", false, "INTEGER")]
    public async Task An_expression_of_the_right_kind_is_accepted(string expression, bool aggregate, string type)
    {
        var bound = await workers.AskAsync(worker => worker.BindExpressionAsync(expression, aggregate, WorkerFixture.Events, TestContext.Current.CancellationToken));
        Assert.Null(bound.Error);
        Assert.Equal(type, Assert.Single(bound.Columns).Type);
    }

    [Fact]
    public async Task A_table_may_be_named_by_words_of_SQL()
    {
        var table = WorkerFixture.Events with { Table = "order.select" };
        var bound = await workers.AskAsync(worker => worker.BindExpressionAsync("total < 0", false, table, TestContext.Current.CancellationToken));
        Assert.Null(bound.Error);
    }

    [Theory]
    [InlineData("avg(total)", false, "LH2013")]
    [InlineData("total", true, "LH2013")]
    [InlineData("total + avg(total)", true, "LH2012")]
    [InlineData("id IN (SELECT 1)", false, "LH2013")]
    [InlineData("row_number() OVER ()", false, "LH2013")]
    [InlineData("unnest([1, 2]) = id", false, "LH2013")]
    [InlineData("*", false, "LH2013")]
    [InlineData("COLUMNS(*)", false, "LH2013")]
    [InlineData("id, status", false, "LH2009|LH2013|LH2012|")]
    [InlineData("id) FROM bronze.events --", false, "LH2013")]
    [InlineData("1), (2", false, "LH2013")]
    [InlineData("1) OR (2", false, "LH2013")]
    [InlineData("(1", false, "LH2013")]
    [InlineData("1; SELECT 2", false, "LH2013")]
    [InlineData("", false, "LH2013")]
    [InlineData("1 /*", false, "LH2001")]
    [InlineData("current_setting('x') = 'a'", false, "LH2008")]
    [InlineData("statuz = 'a'", false, "LH2006")]
    public async Task An_expression_of_another_kind_is_refused(string expression, bool aggregate, string codes)
    {
        var bound = await workers.AskAsync(worker => worker.BindExpressionAsync(expression, aggregate, WorkerFixture.Events, TestContext.Current.CancellationToken));
        Assert.Contains(bound.Error?.Code ?? "", codes.Split('|'));
    }
}
