using System.Collections.Concurrent;
using System.Text;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Local;

/// <summary>
/// Workers that are asked nothing twice: what a statement reads, and how it binds over given columns, hangs on their texts alone. Validation asks first, so the
/// runs after it go straight to their rows. A worker behind it is rented only for a question that is new.
/// </summary>
public sealed class RememberingWorkers(ISqlWorkerPool workers) : ISqlWorkerPool
{
    private readonly ISqlWorkerPool inner = workers;
    private readonly ConcurrentDictionary<string, ParseResult> parsed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FilterResult> filters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BindResult> bound = new(StringComparer.Ordinal);

    public Task<ISqlWorker> RentAsync(CancellationToken cancellationToken) => Task.FromResult<ISqlWorker>(new Worker(this));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static string KeyOf(string sql, IReadOnlyList<SqlTable> tables)
    {
        // No part holds a NUL: neither SQL that is accepted nor names and types of columns.
        var key = new StringBuilder(sql);
        foreach (var table in tables.OrderBy(table => table.Table, StringComparer.Ordinal).ThenBy(table => table.Version))
        {
            key.Append('\0').Append(table.Table).Append('\0').Append(table.Version);
            foreach (var column in table.Columns)
                key.Append('\0').Append(column.Name).Append('\0').Append(column.Type);
        }

        return key.ToString();
    }

    private sealed class Worker(RememberingWorkers memory) : ISqlWorker
    {
        private ISqlWorker? rented;

        public async Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken)
        {
            if (memory.parsed.TryGetValue(sql, out var known))
                return known;
            return memory.parsed[sql] = await (await RentedAsync(cancellationToken)).ParseAsync(sql, cancellationToken);
        }

        public async Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken)
        {
            var key = KeyOf(sql, tables);
            if (memory.bound.TryGetValue(key, out var known))
                return known;
            return memory.bound[key] = await (await RentedAsync(cancellationToken)).BindAsync(sql, tables, cancellationToken);
        }

        public async Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken)
        {
            var key = $"{(aggregate ? "aggregate" : "scalar")}\0{KeyOf(expression, [table])}";
            if (memory.bound.TryGetValue(key, out var known))
                return known;
            return memory.bound[key] = await (await RentedAsync(cancellationToken)).BindExpressionAsync(expression, aggregate, table, cancellationToken);
        }

        public async Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken)
        {
            var key = KeyOf(sql, tables);
            if (memory.filters.TryGetValue(key, out var known))
                return known;
            return memory.filters[key] = await (await RentedAsync(cancellationToken)).FiltersAsync(sql, tables, cancellationToken);
        }

        public async Task<RunResult> RunAsync(
            string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken) =>
            await (await RentedAsync(cancellationToken)).RunAsync(sql, tables, output, limits, cancellationToken);

        public async Task<RowsResult> QueryAsync(
            string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken) =>
            await (await RentedAsync(cancellationToken)).QueryAsync(sql, tables, limits, maxRows, cancellationToken);

        public ValueTask DisposeAsync() => rented?.DisposeAsync() ?? ValueTask.CompletedTask;

        private async Task<ISqlWorker> RentedAsync(CancellationToken cancellationToken) => rented ??= await memory.inner.RentAsync(cancellationToken);
    }
}
