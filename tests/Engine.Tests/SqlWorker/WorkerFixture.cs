using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Engine.Tests.SqlWorker;
using LakehouseOperator.Sql;
using LakehouseOperator.Testing;

[assembly: AssemblyFixture(typeof(WorkerFixture))]

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>One pool of real child processes for all tests of the assembly.</summary>
public sealed class WorkerFixture : IAsyncDisposable
{
    public static SqlLimits Limits { get; } = new(TimeSpan.FromSeconds(60), 1L << 30, 1L << 30, 1);

    public static SqlTable Events { get; } = Table("bronze.events", ("id", "BIGINT"), ("status", "VARCHAR"), ("total", "DECIMAL(12,2)"), ("placed_at", "TIMESTAMP WITH TIME ZONE"));

    public LocalSqlWorkerPool Pool { get; } = new(new LocalSqlWorkerOptions(BuiltPrograms.Find("lakehouse-runner"), KeepIdle: 2), TimeProvider.System);

    public static SqlTable Table(string name, params (string Name, string Type)[] columns) =>
        new(name, [.. columns.Select(static column => new SqlColumn(column.Name, column.Type))], [], []);

    public async Task<T> AskAsync<T>(Func<ISqlWorker, Task<T>> ask)
    {
        await using var worker = await Pool.RentAsync(TestContext.Current.CancellationToken);
        return await ask(worker);
    }

    public Task<ParseResult> ParseAsync(string sql) => AskAsync(worker => worker.ParseAsync(sql, TestContext.Current.CancellationToken));

    public Task<BindResult> BindAsync(string sql, params SqlTable[] tables) => AskAsync(worker => worker.BindAsync(sql, tables, TestContext.Current.CancellationToken));

    public Task<RowsResult> QueryAsync(string sql, SqlLimits? limits = null, params SqlTable[] tables) =>
        AskAsync(worker => worker.QueryAsync(sql, tables, limits ?? Limits, 10_000, TestContext.Current.CancellationToken));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
