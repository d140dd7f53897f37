using System.Globalization;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tests.SqlWorker;
using LakehouseOperator.Engine.Tests.Tables;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Transforms;

/// <summary>Two real tables in many files, real workers: what is spared must never be missed.</summary>
public sealed class InputPruningTests(WorkerFixture workers) : IDisposable
{
    private static readonly (string Name, string Type)[] Columns =
    [
        ("id", "BIGINT"), ("real", "DOUBLE"), ("name", "VARCHAR"), ("born", "DATE"), ("moment", "TIMESTAMPTZ"), ("price", "DECIMAL(12,3)"),
        ("big", "DECIMAL(30,4)"), ("ok", "BOOLEAN"), ("day", "DATE"),
    ];

    /// <summary>Predicates over one table; <c>~</c> is where its alias goes.</summary>
    private static readonly string[] Predicates =
    [
        "~id = 12", "~id > 15 AND ~id <= 18", "~id IN (3, 4, 5)", "~id NOT IN (3, 4)", "~id BETWEEN 5 AND 7", "~id <> 3", "(~id = 3 OR ~id = 17)", "(~id = 3 OR ~name = 'n17')",
        "~day = DATE '2026-01-03'", "~day >= '2026-01-04'", "~day IN ('2026-01-01', '2026-01-05')", "~day IS NULL", "~day IS NOT NULL", "(~day IS NULL OR ~day < '2026-01-02')",
        "~name = 'n4'", "~name LIKE 'n1%'", "~name > 'n5'", "lower(~name) = 'n4'", "~moment >= '2026-01-04T00:00:00Z'", "~moment < TIMESTAMPTZ '2026-01-01T06:00:00Z'",
        "~moment::DATE = '2026-01-02'", "date_trunc('month', ~moment) = '2026-01-01'", "~price > 9.5", "~price = 4.125", "~price::DOUBLE < 3", "~big > 123456789012345678.5", "~big = 123456789012345670.0001",
        "~real > 7", "~real = 'nan'::DOUBLE", "~real < 2.5", "~ok", "NOT ~ok", "~ok IS NULL", "~born > '9999-12-30'", "~born = 'infinity'", "~id = ~price", "~id + 1 = 13", "-~id < -17", "~id % 7 = 0",
        "~id > (SELECT max(id) - 3 FROM silver.b)", "~id IN (SELECT id FROM silver.b WHERE day = '2026-01-02')", "EXISTS (SELECT 1 FROM silver.b x WHERE x.id = ~id AND x.day = '2026-01-03')",
        "coalesce(~id, 99) = 99", "~id IS NOT DISTINCT FROM NULL", "~id IS DISTINCT FROM 3", "CASE WHEN ~id > 5 THEN ~day > '2026-01-03' ELSE true END", "~day = '2026-01-01'::DATE + 2", "false", "~id = NULL",
    ];

    private static readonly string[] Shapes =
    [
        "SELECT count(*), sum(t.id), min(t.name) FROM silver.a t WHERE {0}",
        "SELECT count(*), sum(t.id) FROM silver.a t JOIN silver.b u ON t.id = u.id WHERE {0} AND {1}",
        "SELECT count(*), count(u.id) FROM silver.a t LEFT JOIN silver.b u ON t.id = u.id AND {1} WHERE {0}",
        "SELECT count(*), count(t.id), count(u.id) FROM silver.a t FULL JOIN silver.b u ON t.id = u.id AND {0} AND {1}",
        "WITH c AS (SELECT * FROM silver.a) SELECT (SELECT count(*) FROM c t WHERE {0}) AS one, (SELECT count(*) FROM c u WHERE {1}) AS other",
        "SELECT count(*) FROM (SELECT id FROM silver.a t WHERE {0} UNION ALL SELECT id FROM silver.a u WHERE {1})",
        "SELECT count(*), sum(n) FROM (SELECT *, row_number() OVER (PARTITION BY day ORDER BY id) AS n FROM silver.a) t WHERE {0}",
        "SELECT count(*) FROM silver.a t WHERE {0} AND NOT ({2})",
        "SELECT count(*), max(d) FROM (SELECT day AS d, count(*) AS n FROM silver.a GROUP BY ALL HAVING day >= '2026-01-03')",
        "SELECT count(*) FROM silver.a t ANTI JOIN silver.b u ON t.id = u.id AND {1}",
    ];

    private readonly Scratch scratch = new();
    private readonly Random random = new(11);

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task A_statement_over_the_files_it_needs_finds_what_it_finds_over_all()
    {
        PinnedTable[] tables = [await MakeAsync("a"), await MakeAsync("b")];
        long spared = 0, asked = 0;
        await using var worker = await workers.Pool.RentAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 250; i++)
        {
            var sql = string.Format(CultureInfo.InvariantCulture, Shapes[i % Shapes.Length], Predicate("t."), Predicate("u."), Predicate("t."));
            var pruned = await InputPruning.PruneAsync(worker, sql, tables, TestContext.Current.CancellationToken);
            Assert.Equal((sql, await AnswerAsync(worker, sql, tables)), (sql, await AnswerAsync(worker, sql, pruned)));
            asked += tables.Sum(static table => table.Snapshot.Files.Count);
            spared += tables.Sum(static table => table.Snapshot.Files.Count) - pruned.Sum(static table => table.Files.Count);
        }

        Assert.True(spared * 10 > asked, $"only {spared} of {asked} files were spared");
    }

    [Theory]
    [InlineData("SELECT id FROM silver.a WHERE day = '2026-01-03'", 1)]
    [InlineData("SELECT id FROM silver.a WHERE day IN ('2026-01-03', '2026-01-05')", 2)]
    [InlineData("SELECT id FROM silver.a WHERE id < 0", 0)]
    [InlineData("SELECT x.id FROM silver.a x JOIN silver.a y USING (id) WHERE x.day = '2026-01-03'", null)]
    [InlineData("SELECT id FROM silver.a WHERE moment < now()", null)]
    [InlineData("SELECT id FROM silver.a WHERE day < current_date", null)]
    [InlineData("SELECT id FROM silver.a", null)]
    [InlineData("SELECT no_such FROM silver.a WHERE id = 1", null)]
    [InlineData("SELECT id FROM silver.a AT (VERSION => 0) WHERE day = '2026-01-03'", 1)]
    public async Task Files_are_spared_only_where_the_statement_surely_needs_none_of_their_rows(string sql, int? days)
    {
        var table = await MakeAsync("a");
        if (sql.Contains("VERSION", StringComparison.Ordinal))
            table = table with { PinnedVersion = 0 };
        await using var worker = await workers.Pool.RentAsync(TestContext.Current.CancellationToken);
        var pruned = (await InputPruning.PruneAsync(worker, sql, [table], TestContext.Current.CancellationToken))[0];
        if (days is null)
            Assert.Equal(table.Snapshot.Files, pruned.Files);
        else
            Assert.Equal(days, pruned.Files.Select(static file => file.PartitionValues["day"]).Distinct().Count());
    }

    private string Predicate(string alias) => Predicates[random.Next(Predicates.Length)].Replace("~", alias, StringComparison.Ordinal);

    private async Task<string> AnswerAsync(ISqlWorker worker, string sql, IReadOnlyList<PinnedTable> tables)
    {
        var staged = await TableStaging.StageAsync(tables, new RunScratchBudget(scratch.Folder, long.MaxValue), TestContext.Current.CancellationToken);
        var rows = await worker.QueryAsync(sql, staged, WorkerFixture.Limits, 10, TestContext.Current.CancellationToken);
        return rows.Error is { } error ? error.Code + error.Message : string.Join('|', rows.Rows.Select(static row => string.Join(',', row.Select(static cell => cell.GetRawText()))));
    }

    /// <summary>Five days and no day, in three appends: 18 files of rows that lie near each other.</summary>
    private async Task<PinnedTable> MakeAsync(string name)
    {
        var schema = new TableSchema([.. Columns.Select(static column => new TableColumn(column.Name, Parse(column.Type)))], ["day"]);
        var table = new DeltaTable(new TableName("silver", name), new LakehouseOperator.Engine.Storage.Folders.FolderStore(scratch.NewFolder(), TimeProvider.System), TimeProvider.System);
        Snapshot? snapshot = null;
        for (var part = 0; part < 3; part++)
        {
            var rows = $"""
                SELECT {part} * 8 + range AS id, CASE WHEN range % 5 = 4 THEN 'nan'::DOUBLE ELSE range / 2 + {part} END AS real, 'n' || ({part} * 8 + range) AS name,
                  CASE range WHEN 6 THEN DATE '9999-12-31' ELSE DATE '2000-01-01' + range::INTEGER END AS born, TIMESTAMPTZ '2026-01-01T00:00:00.000500Z' + to_hours(({part} * 8 + range)::INTEGER * 5) AS moment,
                  (range + {part})::DECIMAL(12,3) + 0.125 AS price, 123456789012345670.0001::DECIMAL(30,4) + {part} * 8 + range AS big, CASE range % 3 WHEN 0 THEN true WHEN 1 THEN false END AS ok,
                  CASE WHEN range = 7 THEN NULL ELSE DATE '2026-01-01' + (range % 5)::INTEGER END AS day
                FROM range(8)
                """;
            var selected = string.Join(", ", Columns.Select(static column => $"CAST({column.Name} AS {column.Type}) AS {column.Name}"));
            var files = await table.StoreAsync(scratch.Write($"SELECT {selected} FROM ({rows})", ["day"]), schema, TestContext.Current.CancellationToken);
            snapshot = (await table.CommitAsync(
                new TableChange(ChangeKind.Append, snapshot, schema, files, TestTables.NoTexts, null, TestTables.NoTexts, "WRITE", TestTables.NoTexts, "run-1", "plan-1"), TestContext.Current.CancellationToken)).Snapshot;
        }

        return new PinnedTable(table, snapshot!);
    }

    private static ColumnType Parse(string sql) => ColumnType.TryParseSql(sql, out var type, out _) ? type : throw new ArgumentException(sql);
}
