using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.DuckDb.Tests;

public sealed class QueryTests
{
    [Fact]
    public void The_library_is_the_pinned_one() => Assert.Equal("v1.5.6", DuckDbDatabase.LibraryVersion);

    [Fact]
    public void Statements_that_change_rows_say_how_many()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("CREATE TABLE t (n INTEGER)");
        Assert.Equal(3, connection.Execute("INSERT INTO t VALUES (1), (2), (3)"));
        Assert.Equal(2, connection.Execute("DELETE FROM t WHERE n > 1"));
        Assert.Equal(1L, connection.ExecuteScalarLong("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Settings_are_taken_at_open_and_a_wrong_one_is_named()
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string> { ["threads"] = "1", ["memory_limit"] = "100MB" });
        using var connection = database.Connect();
        Assert.Equal(1L, connection.ExecuteScalarLong("SELECT current_setting('threads')"));
        var refused = Assert.Throws<DuckDbException>(() => DuckDbDatabase.Open(null, new Dictionary<string, string> { ["no_such"] = "1" }));
        Assert.Contains("no_such", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_cannot_be_opened_says_why() =>
        Assert.Contains("/nonexistent", Assert.Throws<DuckDbException>(() => DuckDbDatabase.Open("/nonexistent/folder/file.duckdb")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("SELEC 1", DuckDbErrorType.Parser)]
    [InlineData("SELECT nope", DuckDbErrorType.Binder)]
    [InlineData("SELECT * FROM nope", DuckDbErrorType.Catalog)]
    [InlineData("SELECT 'x'::INTEGER", DuckDbErrorType.Conversion)]
    [InlineData("SELECT 9223372036854775807 + 1::BIGINT", DuckDbErrorType.OutOfRange)]
    [InlineData("SELECT * FROM read_csv('/nonexistent.csv')", DuckDbErrorType.Io)]
    public void An_error_says_its_kind(string sql, DuckDbErrorType type)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Equal(type, Assert.Throws<DuckDbException>(() => connection.Query(sql)).ErrorType);
        Assert.Equal(type, Assert.Throws<DuckDbException>(() => connection.Prepare(sql).Start().Finish()).ErrorType);
    }

    [Fact]
    public void An_error_as_JSON_has_its_place_and_candidates()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("CREATE TABLE t (status INTEGER)");
        var text = Assert.Throws<DuckDbException>(() => connection.Query("SELECT statuz FROM t"));
        Assert.Contains("LINE 1:", text.Message, StringComparison.Ordinal);
        Assert.Null(text.Position);

        connection.Execute("SET errors_as_json = true");
        const string Sql = "SELECT 'é', statuz FROM t";
        var json = Assert.Throws<DuckDbException>(() => connection.Query(Sql));
        Assert.Equal(DuckDbErrorType.Binder, json.ErrorType);
        Assert.Equal("COLUMN_NOT_FOUND", json.Subtype);
        Assert.Equal(["status"], json.Candidates);
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(Sql[..Sql.IndexOf("statuz", StringComparison.Ordinal)]), json.Position);
        Assert.Equal(json.Position, Assert.Throws<DuckDbException>(() => connection.Prepare(Sql)).Position);
        Assert.Equal(DuckDbErrorType.Binder, Assert.Throws<DuckDbException>(() => connection.Prepare(Sql)).ErrorType);
    }

    [Fact]
    public void Statements_are_counted_and_typed_without_running_them()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Equal(
            [DuckDbStatementType.Select, DuckDbStatementType.Create, DuckDbStatementType.Set],
            connection.ExtractStatements("SELECT 1; CREATE TABLE t (n INTEGER); SET threads = 1").Select(static statement => statement.Type));
        Assert.Equal(0, connection.CountStatements("-- nothing"));
        Assert.Equal(2, connection.CountStatements("SELECT ';'; SELECT 2;"));
        Assert.Equal(DuckDbErrorType.Parser, Assert.Throws<DuckDbException>(() => connection.CountStatements("SELEC 1")).ErrorType);
        Assert.Equal(0L, connection.ExecuteScalarLong("SELECT count(*) FROM duckdb_tables()"));
    }

    [Fact]
    public void Parameters_are_bound_by_number_and_kept()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var statement = connection.Prepare("SELECT $1::BIGINT, $2::VARCHAR, $3::BLOB, $4::TIMESTAMPTZ, $5::DATE, $6::DOUBLE, $7::BOOLEAN, $8::HUGEINT, $9::INTEGER");
        Assert.Equal(9, statement.ParameterCount);
        Assert.Equal(DuckDbStatementType.Select, statement.StatementType);
        var time = new DateTimeOffset(2026, 1, 31, 1, 0, 0, TimeSpan.FromHours(2));
        statement.Bind(1, 5L).Bind(2, "a\0'b").BindBlob(3, [1, 2]).Bind(4, time).Bind(5, new DateOnly(2026, 1, 31))
            .Bind(6, 1.5).Bind(7, true).Bind(8, Int128.MinValue).BindNull(9);
        for (var run = 0; run < 2; run++)
        {
            using var result = statement.Query();
            var row = Assert.Single(result.ReadRows());
            Assert.Equal([5L, "a\0'b", new byte[] { 1, 2 }, time.ToUniversalTime(), new DateOnly(2026, 1, 31), 1.5, true, Int128.MinValue, null], row);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => statement.Bind(10, 1L));
        statement.ClearBindings();
        Assert.Throws<DuckDbException>(() => statement.Query());
    }

    [Fact]
    public void A_statement_describes_its_columns_before_it_runs()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var statement = connection.Prepare("SELECT 1::DECIMAL(12,2) AS a, sum(n) AS b FROM (SELECT 1 AS n)");
        Assert.Equal([new DuckDbColumn("a", DuckDbType.Decimal(12, 2)), new DuckDbColumn("b", DuckDbType.HugeInt)], statement.DescribeColumns());
    }

    [Fact]
    public void Two_statements_are_not_prepared()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Throws<DuckDbException>(() => connection.Prepare("SELECT 1; SELECT 2"));
    }

    [Fact]
    public async Task An_interrupt_ends_the_statement_and_only_that()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false");
        var running = Task.Run(() => Assert.Throws<DuckDbException>(() => connection.Query("SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range < 0")));
        while (!running.IsCompleted)
        {
            connection.Interrupt();
            _ = connection.Progress();
            await Task.Yield();
        }

        Assert.True((await running).IsInterrupt);
        Assert.Equal(1L, connection.ExecuteScalarLong("SELECT 1"));
    }

    [Fact]
    public void An_interrupt_after_the_end_is_nothing()
    {
        using var database = DuckDbDatabase.Open();
        var connection = database.Connect();
        connection.Interrupt();
        connection.Dispose();
        connection.Interrupt();
    }

    [Fact]
    public void A_pending_statement_runs_task_by_task()
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string> { ["threads"] = "1" });
        using var connection = database.Connect();
        using var statement = connection.Prepare("SELECT sum(range) FROM range(3000000)");
        using var pending = statement.Start();
        var steps = 0;
        while (pending.Step() == DuckDbPendingState.NotReady)
            steps++;
        using var result = pending.Finish();
        Assert.Equal((Int128)4499998500000, result.ReadScalar());
        Assert.NotEqual(0, steps);
    }

    [Fact]
    public void A_stream_that_fails_says_so_when_it_is_read()
    {
        using var database = DuckDbDatabase.Open(null, new Dictionary<string, string> { ["threads"] = "1" });
        using var connection = database.Connect();
        using var result = connection.Stream("SELECT CASE WHEN range = 999999 THEN error('at the end') ELSE 1 END FROM range(1000000)");
        var error = Assert.Throws<DuckDbException>(() =>
        {
            while (result.NextChunk() is not null)
            {
            }
        });
        Assert.Contains("at the end", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scalar_is_one_row_of_one_column()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Throws<InvalidOperationException>(() => connection.ExecuteScalar("SELECT 1, 2"));
        Assert.Throws<InvalidOperationException>(() => connection.ExecuteScalar("SELECT 1 WHERE false"));
        Assert.Throws<InvalidOperationException>(() => connection.ExecuteScalar("SELECT * FROM range(5000)"));
        Assert.Throws<InvalidOperationException>(() => connection.ExecuteScalarLong("SELECT NULL"));
        Assert.Throws<OverflowException>(() => connection.ExecuteScalarLong("SELECT 9223372036854775808::HUGEINT"));
    }

    [Fact]
    public void A_text_with_NUL_is_refused_whole_and_not_run_up_to_it()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        const string Sql = "CREATE TABLE t (i INT);\0 DROP TABLE t";
        Assert.Equal(DuckDbErrorType.Parser, Assert.Throws<DuckDbException>(() => connection.Execute(Sql)).ErrorType);
        Assert.Throws<DuckDbException>(() => connection.Prepare(Sql));
        Assert.Throws<DuckDbException>(() => connection.CountStatements(Sql));
        connection.Execute("CREATE TABLE t (i INT)");
    }
}
