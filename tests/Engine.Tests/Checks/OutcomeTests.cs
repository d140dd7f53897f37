using System.Text.Json;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Checks;

/// <summary>What each kind finds, by example: rows, a check, the outcome and what was measured.</summary>
[Collection(nameof(CheckBench))]
public class OutcomeTests(CheckBench bench)
{
    private const string Five = "SELECT * FROM (VALUES (1, 'a', 10.5), (2, 'b', 20.0), (2, NULL, -1.0), (NULL, 'c', NULL), (5, 'A', 0.0)) AS v(id, s, n)";
    private const string None = "SELECT * FROM (SELECT 1 AS id, 'a' AS s, 1.5 AS n) WHERE false";
    private const string Times = """
        SELECT CAST(t AS TIMESTAMPTZ) AS t, CAST(d AS DATE) AS d FROM (VALUES
          ('2026-01-15 11:00:00+00', '2026-01-15'), ('2026-01-15 05:00:00+00', '2026-01-01'), ('9999-12-31 00:00:00+00', '9999-12-31'), (NULL, NULL)) AS v(t, d)
        """;

    private const string Future = "SELECT TIMESTAMPTZ '2026-01-15 12:00:01+00' AS t, DATE '2026-01-16' AS d";
    private const string Floats = "SELECT * FROM (VALUES (CAST('nan' AS DOUBLE), CAST('inf' AS DOUBLE), 0.1), (1.0, 1.0, 0.2)) AS v(a, b, c)";

    public static TheoryData<string, string, CheckSpec, CheckOutcome, double?> Cases => new()
    {
        { "counts", Five, new CheckSpec("c", RowCount: new RowCountCheck(Min: 5, Max: 5)), CheckOutcome.Passed, 5 },
        { "too few", Five, new CheckSpec("c", RowCount: new RowCountCheck(Min: 6)), CheckOutcome.Failed, 5 },
        { "too many", Five, new CheckSpec("c", RowCount: new RowCountCheck(Max: 4)), CheckOutcome.Failed, 5 },
        { "counts in scope", Five, new CheckSpec("c", Where: "s > 'a'", RowCount: new RowCountCheck(Max: 2)), CheckOutcome.Passed, 2 },
        { "an empty table is counted", None, new CheckSpec("c", RowCount: new RowCountCheck(Min: 1)), CheckOutcome.Failed, 0 },
        { "an empty table may be wanted", None, new CheckSpec("c", RowCount: new RowCountCheck(Max: 3)), CheckOutcome.Passed, 0 },
        { "an empty scope is counted", Five, new CheckSpec("c", Where: "false", RowCount: new RowCountCheck(Min: 1)), CheckOutcome.Failed, 0 },

        { "missing", Five, new CheckSpec("c", Missing: new MissingCheck("s")), CheckOutcome.Failed, 1 },
        { "missing, some allowed", Five, new CheckSpec("c", Missing: new MissingCheck("s", Max: 1)), CheckOutcome.Passed, 1 },
        { "missing by percent", Five, new CheckSpec("c", Missing: new MissingCheck("s", MaxPercent: 19.9)), CheckOutcome.Failed, 20 },
        { "missing by percent, allowed", Five, new CheckSpec("c", Missing: new MissingCheck("s", MaxPercent: 20)), CheckOutcome.Passed, 20 },
        { "missing in scope", Five, new CheckSpec("c", Where: "id = 2", Missing: new MissingCheck("s", MaxPercent: 49)), CheckOutcome.Failed, 50 },
        { "nothing missing", Five, new CheckSpec("c", Where: "id = 1", Missing: new MissingCheck("s")), CheckOutcome.Passed, 0 },
        { "missing in nothing", None, new CheckSpec("c", Missing: new MissingCheck("s")), CheckOutcome.NoData, null },
        { "columns are found as SQL finds them", Five, new CheckSpec("c", Missing: new MissingCheck("ID", Max: 1)), CheckOutcome.Passed, 1 },

        { "not unique", Five, new CheckSpec("c", Unique: new UniqueCheck(["id"])), CheckOutcome.Failed, 1 },
        { "NULL is no key", Five, new CheckSpec("c", Unique: new UniqueCheck(["s"])), CheckOutcome.Passed, 0 },
        { "unique together", Five, new CheckSpec("c", Unique: new UniqueCheck(["id", "s"])), CheckOutcome.Passed, 0 },
        { "not unique together", "SELECT i % 2 AS a, i % 3 AS b FROM range(13) AS r(i)", new CheckSpec("c", Unique: new UniqueCheck(["a", "b"])), CheckOutcome.Failed, 7 },
        { "unique in scope", Five, new CheckSpec("c", Where: "s IS NOT NULL", Unique: new UniqueCheck(["id"])), CheckOutcome.Passed, 0 },
        { "unique in nothing", None, new CheckSpec("c", Unique: new UniqueCheck(["id"])), CheckOutcome.NoData, null },
        { "unique without a key", Five, new CheckSpec("c", Where: "id IS NULL", Unique: new UniqueCheck(["id"])), CheckOutcome.NoData, null },

        { "values", Five, new CheckSpec("c", Values: new ValuesCheck("s", Json("\"a\"", "\"b\"", "\"c\""))), CheckOutcome.Failed, 1 },
        { "all values", Five, new CheckSpec("c", Values: new ValuesCheck("s", Json("\"a\"", "\"b\"", "\"c\"", "\"A\""))), CheckOutcome.Passed, 0 },
        { "values of numbers", Five, new CheckSpec("c", Values: new ValuesCheck("id", Json("1", "\"2\"", "5"))), CheckOutcome.Passed, 0 },
        { "values of decimals", Five, new CheckSpec("c", Values: new ValuesCheck("n", Json("10.50", "20", "\"-1.0\"", "0"))), CheckOutcome.Passed, 0 },
        { "values are cast by the column's type", "SELECT '01' AS s", new CheckSpec("c", Values: new ValuesCheck("s", Json("1"))), CheckOutcome.Failed, 1 },
        { "values with quotes", "SELECT 'it''s; --' AS s", new CheckSpec("c", Values: new ValuesCheck("s", Json("\"it's; --\""))), CheckOutcome.Passed, 0 },
        { "values of dates", Times, new CheckSpec("c", Values: new ValuesCheck("d", Json("\"2026-01-15\"", "\"2026-01-01\"", "\"9999-12-31\""))), CheckOutcome.Passed, 0 },
        { "values of booleans", "SELECT true AS b", new CheckSpec("c", Values: new ValuesCheck("b", Json("false"))), CheckOutcome.Failed, 1 },
        { "no value is allowed", Five, new CheckSpec("c", Values: new ValuesCheck("s", [])), CheckOutcome.Failed, 4 },
        { "values of nothing", None, new CheckSpec("c", Values: new ValuesCheck("s", Json("\"a\""))), CheckOutcome.NoData, null },
        { "values of NULLs", Five, new CheckSpec("c", Where: "s IS NULL", Values: new ValuesCheck("s", Json("\"a\""))), CheckOutcome.NoData, null },
        { "a value that is not of the type", Five, new CheckSpec("c", Values: new ValuesCheck("id", Json("1.7"))), CheckOutcome.Errored, null },
        { "a value that is too long for the type", Five, new CheckSpec("c", Values: new ValuesCheck("n", Json("1.23"))), CheckOutcome.Errored, null },
        { "a NULL among the values", Five, new CheckSpec("c", Values: new ValuesCheck("s", Json("null"))), CheckOutcome.Errored, null },

        { "fresh", Times, new CheckSpec("c", Freshness: new FreshnessCheck("t", Duration.Parse("1h"))), CheckOutcome.Passed, 3600 },
        { "stale by a moment", Times, new CheckSpec("c", Freshness: new FreshnessCheck("t", Duration.Parse("59m59.999s"))), CheckOutcome.Failed, 3600 },
        { "a date is its first moment", Times, new CheckSpec("c", Freshness: new FreshnessCheck("d", Duration.Parse("12h"))), CheckOutcome.Passed, 43200 },
        { "stale in scope", Times, new CheckSpec("c", Where: "t < TIMESTAMPTZ '2026-01-15 06:00:00+00'", Freshness: new FreshnessCheck("t", Duration.Parse("2h"))), CheckOutcome.Failed, 25200 },
        { "the future is not fresh", Future, new CheckSpec("c", Freshness: new FreshnessCheck("t", Duration.Parse("1h"))), CheckOutcome.Failed, null },
        { "tomorrow is not fresh", Future, new CheckSpec("c", Freshness: new FreshnessCheck("d", Duration.Parse("48h"))), CheckOutcome.Failed, null },
        { "freshness of nothing", Times, new CheckSpec("c", Where: "t IS NULL", Freshness: new FreshnessCheck("t", Duration.Parse("1h"))), CheckOutcome.NoData, null },
        { "freshness of what has no age", Five, new CheckSpec("c", Freshness: new FreshnessCheck("s", Duration.Parse("1h"))), CheckOutcome.Errored, null },

        { "whole", Five, new CheckSpec("c", Where: "id < 5", Reference: new ReferenceCheck(["id"], "silver.other")), CheckOutcome.Passed, 0 },
        { "strangers", Five, new CheckSpec("c", Reference: new ReferenceCheck(["id"], "silver.other")), CheckOutcome.Failed, 1 },
        { "strangers of two columns", Five, new CheckSpec("c", Reference: new ReferenceCheck(["id", "s"], "silver.other", ["id", "name"])), CheckOutcome.Failed, 1 },
        { "references of nothing", None, new CheckSpec("c", Reference: new ReferenceCheck(["id"], "silver.other")), CheckOutcome.NoData, null },
        { "a reference to itself", "SELECT * FROM (VALUES (1, NULL), (2, 1), (3, 9)) AS v(id, parent)", new CheckSpec("c", Reference: new ReferenceCheck(["parent"], "silver.subject", ["id"])), CheckOutcome.Failed, 1 },
        { "a reference to what is not there", Five, new CheckSpec("c", Reference: new ReferenceCheck(["id"], "silver.absent")), CheckOutcome.Errored, null },
        { "a reference of other type", Five, new CheckSpec("c", Reference: new ReferenceCheck(["s"], "silver.other", ["id"])), CheckOutcome.Errored, null },

        { "shape", Five, new CheckSpec("c", Schema: new SchemaCheck([new SchemaCheckColumn("id", "INTEGER"), new SchemaCheckColumn("s", "TEXT")])), CheckOutcome.Passed, 0 },
        { "another type", Five, new CheckSpec("c", Schema: new SchemaCheck([new SchemaCheckColumn("id", "BIGINT")])), CheckOutcome.Failed, 1 },
        { "another column", Five, new CheckSpec("c", Schema: new SchemaCheck([new SchemaCheckColumn("ID", "INTEGER"), new SchemaCheckColumn("x", "DATE")])), CheckOutcome.Failed, 2 },
        { "columns beside", Five, new CheckSpec("c", Schema: new SchemaCheck([new SchemaCheckColumn("id", "INTEGER")], AllowExtra: false)), CheckOutcome.Failed, 2 },
        { "shape of nothing", None, new CheckSpec("c", Schema: new SchemaCheck([new SchemaCheckColumn("id", "INTEGER")])), CheckOutcome.Passed, 0 },

        { "metric", Five, new CheckSpec("c", Metric: new MetricCheck("avg(n)", 7, 8)), CheckOutcome.Passed, 7.375 },
        { "metric below", Five, new CheckSpec("c", Metric: new MetricCheck("sum(n) / count(*)", Min: 6)), CheckOutcome.Failed, 5.9 },
        { "metric in scope", Five, new CheckSpec("c", Where: "n > 0", Metric: new MetricCheck("min(n)", Min: 10)), CheckOutcome.Passed, 10.5 },
        { "metric of floats", Floats, new CheckSpec("c", Metric: new MetricCheck("sum(c)", Max: 0.3)), CheckOutcome.Passed, 0.3 },
        { "NaN is within nothing", Floats, new CheckSpec("c", Metric: new MetricCheck("max(a)", Min: 0)), CheckOutcome.Failed, null },
        { "infinity is above", Floats, new CheckSpec("c", Metric: new MetricCheck("max(b)", Max: 1e308)), CheckOutcome.Failed, null },
        { "a metric that is NULL", Five, new CheckSpec("c", Where: "n IS NULL", Metric: new MetricCheck("avg(n)", Min: 1)), CheckOutcome.NoData, null },
        { "metric of nothing", None, new CheckSpec("c", Metric: new MetricCheck("count(*)", Min: 1)), CheckOutcome.NoData, null },
        { "a metric that is no number", Five, new CheckSpec("c", Metric: new MetricCheck("max(s)", Min: 1)), CheckOutcome.Errored, null },
        { "a metric of each row", Five, new CheckSpec("c", Metric: new MetricCheck("n + 1", Min: 1)), CheckOutcome.Errored, null },

        { "bad rows", Five, new CheckSpec("c", Rows: new RowsCheck("n < 0")), CheckOutcome.Failed, 1 },
        { "bad rows, some allowed", Five, new CheckSpec("c", Rows: new RowsCheck("n < 0", Max: 1)), CheckOutcome.Passed, 1 },
        { "bad rows in scope", Five, new CheckSpec("c", Where: "s = 'a' OR s = 'b'", Rows: new RowsCheck("n < 0 OR n > 1000")), CheckOutcome.Passed, 0 },
        { "NULL is not bad", Five, new CheckSpec("c", Where: "n IS NULL", Rows: new RowsCheck("n < 0")), CheckOutcome.Passed, 0 },
        { "bad rows of nothing", None, new CheckSpec("c", Rows: new RowsCheck("n < 0")), CheckOutcome.NoData, null },
        { "a comment ends with its line", Five, new CheckSpec("c", Where: "true -- )", Rows: new RowsCheck("n < 0 -- ) OR true", Max: 1)), CheckOutcome.Passed, 1 },
        { "a column that is not there", Five, new CheckSpec("c", Missing: new MissingCheck("ids")), CheckOutcome.Errored, null },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task It_finds(string what, string rows, CheckSpec check, CheckOutcome outcome, double? measured)
    {
        var other = bench.Table("silver.other", "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c'), (NULL, NULL)) AS v(id, name)");
        var result = await bench.JudgeAsync(check, bench.Table("silver.subject", rows), other);
        Assert.True(outcome == result.Outcome, $"{what}: {result}");
        if (measured is { } expected)
            Assert.Equal(expected, result.Measured!.Value, 9);
        else
            Assert.Null(result.Measured);
        Assert.Equal(result.Outcome == CheckOutcome.Passed, result.Message is null);
    }

    [Fact]
    public async Task A_check_that_only_warns_never_fails_but_may_err()
    {
        var table = bench.Table("silver.subject", Five);
        var failing = new CheckSpec("c", CheckSeverity.Warning, RowCount: new RowCountCheck(Min: 6));
        Assert.Equal(CheckOutcome.Warned, (await bench.JudgeAsync(failing, table)).Outcome);
        var erring = new CheckSpec("c", CheckSeverity.Warning, Missing: new MissingCheck("ids"));
        var result = await bench.JudgeAsync(erring, table);
        Assert.Equal((CheckOutcome.Errored, true), (result.Outcome, result.Message!.Contains("did you mean \"id\"?", StringComparison.Ordinal)));
    }

    private static IReadOnlyList<JsonElement> Json(params string[] values) => [.. values.Select(value => JsonDocument.Parse(value).RootElement)];
}
