using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>Seeded mutations of good and bad SQL: each is a refusal, or a SELECT over named tables and listed functions alone.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 4000;

    private static readonly string[] Seeds =
    [
        "SELECT count(*), now() FROM bronze.events e AT (VERSION => 3) WHERE e.status IN ('a', $$b;$$) -- c",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r JOIN silver.users USING (n);",
        "SELECT * EXCLUDE (a) REPLACE (b AS c) FROM (PIVOT bronze.events ON status IN ('a') USING sum(id)) /* x /* y */ */",
        "SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, \"q\"\"x\" FROM bronze.events TABLESAMPLE 10%",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT 1; DROP TABLE x",
        "COPY (SELECT 1) TO '/tmp/x'",
        "SELECT * FROM '/etc/passwd' UNION SELECT getenv('A')",
        "SUMMARIZE bronze.events",
        "SELECT sum(x) OVER (PARTITION BY y ORDER BY z ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM bronze.events",
    ];

    private static readonly string[] Pieces =
    [
        ";", "'", "\"", "$$", "--", "/*", "*/", "\n", "\u00a0", "\u200b", "(", ")", ",", ".", "AT", "(VERSION => 2)", "FROM", "SELECT", "'/etc/passwd'", "read_text('x')",
        "bronze.", "main.", "system.", "current_setting('x')", "::", "E'\\''", "?", "$1", "UNION", "INTO x", "COPY", "\ud83e\udd86", "\ud800", "\u0001", "=>", "AS", "LATERAL", "*",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_mutated_statement_is_refused_or_a_select_of_listed_things(int seed)
    {
        var random = new Random(seed);
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string>(StringComparer.Ordinal) { ["threads"] = "1", ["errors_as_json"] = "true" });
        using var connection = database.Connect();
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var sql = Mutate(Seeds[random.Next(Seeds.Length)], random);
            try
            {
                var statement = SqlStatement.Parse(connection, sql, out _);
                accepted++;
                AssertSelect(connection, statement, sql);
            }
            catch (RefusalException e)
            {
                var error = DuckDbErrors.From(e, SqlText.Verbatim(sql));
                Assert.StartsWith("LH20", error.Code, StringComparison.Ordinal);
                Assert.True(error.Line is null or >= 1 && error.Column is null or >= 1);
            }
        }

        Assert.InRange(accepted, Rounds / 100, Rounds);
    }

    /// <summary>Judged once more in the form that would be embedded, where a text that is not one SELECT would fall apart.</summary>
    private static void AssertSelect(DuckDbConnection connection, SqlStatement statement, string sql)
    {
        using var tree = SqlStatement.Serialize(connection, $"SELECT * FROM (\n{statement.Text.Prepared}\n) AS result");
        var node = SelectJudge.Statement(tree.RootElement);
        Assert.True(node.Text("type") == "SELECT_NODE", sql);
        Assert.True(node.GetProperty("from_table").Text("type") == "SUBQUERY", sql);
        Assert.Equal("result", node.GetProperty("from_table").Text("alias"));
        Assert.DoesNotContain("/etc/passwd\"", tree.RootElement.GetRawText().Replace("\"value\":\"/etc/passwd\"", "", StringComparison.Ordinal)
            .Replace("\"alias\":\"/etc/passwd\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("at_clause", tree.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    private static string Mutate(string sql, Random random)
    {
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(sql.Length + 1);
            var length = random.Next(Math.Min(8, sql.Length - at + 1));
            sql = random.Next(5) switch
            {
                0 => sql.Remove(at, length),
                1 => sql.Insert(at, Pieces[random.Next(Pieces.Length)]),
                2 => sql.Insert(at, $" {Pieces[random.Next(Pieces.Length)]} "),
                3 => sql.Insert(at, sql.Substring(random.Next(sql.Length - length + 1), length)),
                _ => sql[..at] + Seeds[random.Next(Seeds.Length)][random.Next(10)..],
            };
        }

        return sql;
    }
}
