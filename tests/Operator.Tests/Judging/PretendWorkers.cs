using LakehouseOperator.Sql;

namespace LakehouseOperator.Operator.Tests.Judging;

/// <summary>SQL workers that a test decides on; every text reads bronze.t, and returns one BIGINT.</summary>
internal sealed class PretendWorkers : ISqlWorkerPool
{
    /// <summary>Nobody listens.</summary>
    public bool IsAway { get; set; }

    /// <summary>The worker ends over such a text.</summary>
    public Func<string, WorkerEnd?> Ends { get; set; } = static _ => null;

    /// <summary>Once it ended, it is away until somebody starts it.</summary>
    public bool StaysAway { get; set; }

    /// <summary>What a statement returns.</summary>
    public Func<string, IReadOnlyList<SqlColumn>> Returns { get; set; } = static _ => [new SqlColumn("id", "BIGINT")];

    public int Rents { get; private set; }

    public List<string> Asked { get; } = [];

    public Task OpenAsync(CancellationToken cancellationToken) => IsAway ? throw new SqlWorkerGoneException(WorkerEnd.Exited, "nobody listens") : Task.CompletedTask;

    public Task<ISqlWorker> RentAsync(CancellationToken cancellationToken)
    {
        Rents++;
        return IsAway ? throw new SqlWorkerGoneException(WorkerEnd.Exited, "nobody listens") : Task.FromResult<ISqlWorker>(new Worker(this));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Worker(PretendWorkers pool) : ISqlWorker
    {
        public Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken) => Answer(sql, new ParseResult([new SqlReference("bronze.t", null)], []));

        public Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => Answer(sql, new BindResult(pool.Returns(sql)));

        public Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken) => Answer(expression, new BindResult([]));

        public Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RunResult> RunAsync(string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RowsResult> QueryAsync(string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Task<T> Answer<T>(string text, T answer)
        {
            pool.Asked.Add(text);
            if (pool.Ends(text) is not { } end)
                return Task.FromResult(answer);
            pool.IsAway = pool.StaysAway;
            throw new SqlWorkerGoneException(end, "it ended");
        }
    }
}
