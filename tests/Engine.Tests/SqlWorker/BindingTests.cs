using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>Statements of many requests are bound in one database; none may see another's tables.</summary>
public sealed class BindingTests(WorkerFixture workers)
{
    private static readonly SqlTable Narrow = WorkerFixture.Table("silver.events", ("id", "BIGINT"));
    private static readonly SqlTable Wide = WorkerFixture.Table("silver.events", ("id", "VARCHAR"), ("total", "DOUBLE"));

    [Fact]
    public Task Each_statement_is_bound_over_the_tables_of_its_own_request() => workers.AskAsync(async worker =>
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal([new SqlColumn("id", "BIGINT")], await BoundAsync(worker, "SELECT * FROM silver.events", Narrow));
            Assert.Equal([new SqlColumn("id", "VARCHAR"), new SqlColumn("total", "DOUBLE")], await BoundAsync(worker, "SELECT * FROM silver.events", Wide));
        }

        return true;
    });

    [Fact]
    public Task What_an_untyped_result_leaves_is_gone_for_the_next() => workers.AskAsync(async worker =>
    {
        for (var round = 0; round < 2; round++)
            Assert.Contains("NULL", (await BoundAsync(worker, "SELECT NULL AS nothing FROM silver.events", Narrow))[0].Type, StringComparison.Ordinal);
        return true;
    });

    [Theory]
    [InlineData("SELECT total FROM silver.events", "LH2")]
    [InlineData("SELECT 'x'::BIGINT + id AS n FROM silver.events", null)]
    [InlineData("SELECT no_such_column FROM silver.events", "LH2")]
    public Task After_a_statement_that_does_not_bind_the_next_one_does(string sql, string? code) => workers.AskAsync(async worker =>
    {
        var failed = await worker.BindAsync(sql, [Narrow], TestContext.Current.CancellationToken);
        Assert.StartsWith(code ?? "", failed.Error?.Code ?? "", StringComparison.Ordinal);
        Assert.Equal([new SqlColumn("id", "VARCHAR"), new SqlColumn("total", "DOUBLE")], await BoundAsync(worker, "SELECT * FROM silver.events", Wide));
        return true;
    });

    [Fact]
    public Task After_a_table_that_cannot_be_made_the_next_one_can() => workers.AskAsync(async worker =>
    {
        var broken = WorkerFixture.Table("silver.events", ("id", "NO_SUCH_TYPE"));
        Assert.NotNull((await worker.BindAsync("SELECT id FROM silver.events", [broken], TestContext.Current.CancellationToken)).Error);
        Assert.Equal([new SqlColumn("id", "BIGINT")], await BoundAsync(worker, "SELECT * FROM silver.events", Narrow));
        return true;
    });

    private static async Task<IReadOnlyList<SqlColumn>> BoundAsync(ISqlWorker worker, string sql, SqlTable table)
    {
        var bound = await worker.BindAsync(sql, [table], TestContext.Current.CancellationToken);
        Assert.Null(bound.Error);
        return bound.Columns;
    }
}
