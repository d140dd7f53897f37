using LakehouseOperator.Sql;

namespace LakehouseOperator.Faults.Runs;

/// <summary>One SQL worker at a time: a process that lives for a second need not start one for each statement that it could judge at once.</summary>
public sealed class OneWorker(ISqlWorkerPool inner) : ISqlWorkerPool
{
    private readonly SemaphoreSlim gate = new(1);

    public async Task<ISqlWorker> RentAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return new Loan(await inner.RentAsync(cancellationToken), gate);
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        gate.Dispose();
    }

    private sealed class Loan(ISqlWorker worker, SemaphoreSlim gate) : ISqlWorker
    {
        public Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken) => worker.ParseAsync(sql, cancellationToken);

        public Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => worker.BindAsync(sql, tables, cancellationToken);

        public Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken) =>
            worker.BindExpressionAsync(expression, aggregate, table, cancellationToken);

        public Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => worker.FiltersAsync(sql, tables, cancellationToken);

        public Task<RunResult> RunAsync(string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken) =>
            worker.RunAsync(sql, tables, output, limits, cancellationToken);

        public Task<RowsResult> QueryAsync(string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken) =>
            worker.QueryAsync(sql, tables, limits, maxRows, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await worker.DisposeAsync();
            gate.Release();
        }
    }
}
