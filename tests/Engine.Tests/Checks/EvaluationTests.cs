using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Checks;

[Collection(nameof(CheckBench))]
public class EvaluationTests(CheckBench bench)
{
    private const string Rows = "SELECT i AS id, i % 10 AS k, 'v' || (i % 3) AS s, CAST(i AS DOUBLE) AS n FROM range(1000) AS r(i)";

    [Fact]
    public async Task Fifty_checks_read_the_table_once()
    {
        var checks = Enumerable.Range(0, 50).Select(index => (index % 6) switch
        {
            0 => new CheckSpec($"c{index}", Where: $"id > {index}", RowCount: new RowCountCheck(Min: 1)),
            1 => new CheckSpec($"c{index}", Missing: new MissingCheck("s")),
            2 => new CheckSpec($"c{index}", Unique: new UniqueCheck(index % 4 == 0 ? ["id"] : ["id", "s"])),
            3 => new CheckSpec($"c{index}", Reference: new ReferenceCheck(["k"], "silver.other")),
            4 => new CheckSpec($"c{index}", Metric: new MetricCheck($"avg(n + {index})", Min: index)),
            _ => new CheckSpec($"c{index}", Rows: new RowsCheck($"n < -{index}")),
        }).ToList();
        var other = bench.Table("silver.other", "SELECT i AS k FROM range(10) AS r(i)");
        var (results, queries) = await bench.JudgeAllAsync(checks, bench.Table("silver.subject", Rows), [other]);
        Assert.Equal(1, queries);
        Assert.All(results, result => Assert.Equal(CheckOutcome.Passed, result.Outcome));
        Assert.Equal(checks.Select(check => check.Name), results.Select(result => result.Name));
    }

    [Fact]
    public async Task What_the_log_states_exactly_reads_nothing()
    {
        var table = bench.Table("silver.subject", Rows) with { PartitionColumns = ["k"] };
        CheckSpec[] checks =
        [
            new("rows", RowCount: new RowCountCheck(Min: 1000, Max: 1000)),
            new("missing", Missing: new MissingCheck("s", Max: 7)),
            new("partition", Missing: new MissingCheck("k", MaxPercent: 100)),
            new("shape", Schema: new SchemaCheck([new SchemaCheckColumn("id", "BIGINT")])),
        ];
        var (results, queries) = await bench.JudgeAllAsync(checks, table, [], new Dictionary<string, long> { ["s"] = 7 });
        Assert.Equal(0, queries);
        Assert.Equal([1000, 7, 100, 0], results.Select(result => result.Measured!.Value));
        Assert.All(results, result => Assert.Equal(CheckOutcome.Passed, result.Outcome));
    }

    [Fact]
    public async Task A_check_that_errs_hides_no_other()
    {
        CheckSpec[] checks =
        [
            new("good", Rows: new RowsCheck("n < 0")),
            new("cast", Rows: new RowsCheck("CAST(s AS INTEGER) > 0")),
            new("column", Missing: new MissingCheck("nn")),
            new("failing", Rows: new RowsCheck("n > 998")),
            new("division", Metric: new MetricCheck("max(CAST(s AS DATE) - DATE '2026-01-01')", Min: 0)),
            new("refused", Where: "getenv('HOME') = 'x'", Missing: new MissingCheck("s")),
            new("last", Metric: new MetricCheck("count(*)", Min: 1)),
        ];
        var (results, _) = await bench.JudgeAllAsync(checks, bench.Table("silver.subject", Rows), []);
        Assert.Equal(
            [CheckOutcome.Passed, CheckOutcome.Errored, CheckOutcome.Errored, CheckOutcome.Failed, CheckOutcome.Errored, CheckOutcome.Errored, CheckOutcome.Passed],
            results.Select(result => result.Outcome));
        Assert.Equal([false, true, true, true, true, true, false], results.Select(CheckEvaluation.Blocks));
        Assert.StartsWith("LH5006: ", results[1].Message, StringComparison.Ordinal);
        Assert.DoesNotContain("v1", results[1].Message!, StringComparison.Ordinal);
        Assert.StartsWith("LH5002: silver.subject has no column \"nn\"; did you mean \"n\"?", results[2].Message, StringComparison.Ordinal);
        Assert.StartsWith("LH5003: where:1:1: LH2", results[5].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1) FROM silver.subject; --")]
    [InlineData("true) OR (true")]
    [InlineData("true, false")]
    [InlineData("id")]
    [InlineData("'true'")]
    [InlineData("(SELECT max(id) FROM silver.subject) > 0")]
    [InlineData("EXISTS (SELECT 1 FROM read_csv('/etc/passwd'))")]
    [InlineData("id IN (SELECT 1)")]
    [InlineData("read_text('/etc/passwd') IS NULL")]
    [InlineData("count(*) > 0")]
    [InlineData("row_number() OVER () > 1")]
    [InlineData("*")]
    [InlineData("COLUMNS(*) IS NULL")]
    [InlineData("true /*")]
    [InlineData("true; SELECT 1")]
    [InlineData("")]
    [InlineData("-- nothing")]
    [InlineData("nextval('s') > 0")]
    [InlineData("getenv('PATH') = ''")]
    [InlineData("__lakehouse_in_0")]
    [InlineData("true FILTER (WHERE true)")]
    [InlineData("true AS x")]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("$$")]
    [InlineData("$1")]
    [InlineData("?")]
    public async Task A_fragment_that_is_more_than_an_expression_errs_before_anything_runs(string fragment)
    {
        var table = bench.Table("silver.subject", Rows);
        CheckSpec[] checks = [new("rows", Rows: new RowsCheck(fragment)), new("where", Where: fragment, Unique: new UniqueCheck(["id"]))];
        var (results, queries) = await bench.JudgeAllAsync(checks, table, []);
        Assert.Equal(0, queries);
        Assert.All(results, result => Assert.Equal((CheckOutcome.Errored, true), (result.Outcome, result.Message!.StartsWith("LH5003: ", StringComparison.Ordinal))));
    }

    [Fact]
    public void Tables_that_checks_refer_to_are_known_before()
    {
        var checks = NamedCheck.Of("q",
        [
            new CheckSpec("a", Reference: new ReferenceCheck(["k"], "silver.users")),
            new CheckSpec("b", Reference: new ReferenceCheck(["k"], "silver.users", ["id"])),
            new CheckSpec("c", Reference: new ReferenceCheck(["k"], "gold.days")),
            new CheckSpec("d", Reference: new ReferenceCheck(["k"], "silver.subject")),
            new CheckSpec("e", RowCount: new RowCountCheck(1)),
        ]);
        Assert.Equal(["gold.days", "silver.users"], CheckEvaluation.References(checks, TableName.Parse("silver.subject")).Select(table => table.ToString()));
    }

    [Theory]
    [InlineData("order", "select")]
    [InlineData("we\"ird", "it's")]
    public async Task Names_are_quoted(string column, string other)
    {
        var quoted = $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var table = bench.Table("gold.group", $"SELECT 1 AS {quoted}, 2 AS \"{other}\"");
        CheckSpec[] checks =
        [
            new("a", Unique: new UniqueCheck([column, other])),
            new("b", Missing: new MissingCheck(column)),
            new("c", Reference: new ReferenceCheck([column], "gold.group", [column])),
            new("d", Values: new ValuesCheck(other, [System.Text.Json.JsonDocument.Parse("2").RootElement])),
        ];
        var (results, _) = await bench.JudgeAllAsync(checks, table, []);
        Assert.All(results, result => Assert.Equal(CheckOutcome.Passed, result.Outcome));
    }

    [Fact]
    public async Task The_nature_of_a_row_is_told_by_one_expression()
    {
        var table = bench.Table("bronze.subject", "SELECT * FROM (VALUES (1, 'a', 1.5), (2, NULL, 2.0), (3, 'z', NULL), (4, 'b', -1.0)) AS v(id, s, n)");
        (CheckSpec Check, int[] Failing)[] cases =
        [
            (new("m", Missing: new MissingCheck("s", MaxPercent: 50)), [2]),
            (new("v", Values: new ValuesCheck("s", [System.Text.Json.JsonDocument.Parse("\"a\"").RootElement])), [3, 4]),
            (new("r", Rows: new RowsCheck("n < 0 -- low")), [4]),
            (new("w", Where: "id < 3", Missing: new MissingCheck("s")), [2]),
            (new("x", Where: "n > 0", Values: new ValuesCheck("s", [System.Text.Json.JsonDocument.Parse("\"b\"").RootElement])), [1]),
        ];
        foreach (var (check, failing) in cases)
        {
            Assert.All(RowLevel.Fragments(check), fragment => Assert.Null(bench.JudgeExpressionAsync(fragment.Sql, table).GetAwaiter().GetResult()));
            var predicate = RowLevel.FailingPredicate(check, table);
            var rows = await bench.QueryAsync($"SELECT id FROM bronze.subject WHERE {predicate} ORDER BY id", table);
            Assert.Equal(failing, rows.Rows.Select(row => row[0].GetInt32()));
            var unknown = await bench.QueryAsync($"SELECT id FROM bronze.subject WHERE ({predicate}) IS NULL", table);
            Assert.Empty(unknown.Rows);
        }

        Assert.Throws<ArgumentException>(() => RowLevel.FailingPredicate(new CheckSpec("u", Unique: new UniqueCheck(["id"])), table));
    }
}
