using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Client;

/// <summary>A worker on loan; disposing gives it back, once.</summary>
/// <param name="giveBack">Takes it back.</param>
public sealed class SqlWorkerOnLoan(SqlWorkerClient client, Func<ValueTask> giveBack) : ISqlWorker
{
    private int returned;

    private SqlWorkerClient Client
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref returned) != 0, this);
            return client;
        }
    }

    public Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken) => Client.ParseAsync(sql, cancellationToken);

    public Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) =>
        Client.BindAsync(sql, tables, cancellationToken);

    public Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken) =>
        Client.BindExpressionAsync(expression, aggregate, table, cancellationToken);

    public Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) =>
        Client.FiltersAsync(sql, tables, cancellationToken);

    public Task<RunResult> RunAsync(
        string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken) =>
        Client.RunAsync(sql, tables, output, limits, cancellationToken);

    public Task<RowsResult> QueryAsync(
        string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken) =>
        Client.QueryAsync(sql, tables, limits, maxRows, cancellationToken);

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref returned, 1) == 0 ? giveBack() : ValueTask.CompletedTask;
}
