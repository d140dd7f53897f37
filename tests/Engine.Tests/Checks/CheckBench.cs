using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;
using LakehouseOperator.Testing;
using RunResult = LakehouseOperator.Sql.RunResult;

namespace LakehouseOperator.Engine.Tests.Checks;

[CollectionDefinition(nameof(CheckBench))]
public sealed class CheckCollection : ICollectionFixture<CheckBench>;

/// <summary>Tables out of SQL, and the real SQL worker to judge them; time stands at noon of 15 January 2026, UTC.</summary>
public sealed class CheckBench : IAsyncLifetime
{
    private static readonly SqlLimits Limits = new(TimeSpan.FromSeconds(60), 1L << 30, 1L << 30, 2);

    private readonly string folder = Directory.CreateTempSubdirectory("lakehouse-checks-").FullName;
    private readonly LocalSqlWorkerPool pool;
    private int files;

    public CheckBench() => pool = new LocalSqlWorkerPool(new LocalSqlWorkerOptions(BuiltPrograms.Find("lakehouse-runner"), folder), TimeProvider.System);

    public TimeProvider Time { get; } = new ManualTime();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await pool.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A table of one file that holds the query's rows.</summary>
    public SqlTable Table(string name, string query)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        var path = Path.Combine(folder, $"{Interlocked.Increment(ref files)}.parquet");
        connection.Execute($"COPY ({query}) TO '{path}' (FORMAT parquet)");
        using var described = connection.Query($"DESCRIBE {query}");
        var columns = described.ReadRows().Select(row => new SqlColumn((string)row[0]!, (string)row[1]!)).ToList();
        var rows = connection.ExecuteScalarLong($"SELECT count(*) FROM ({query}) AS q");
        return new SqlTable(name, columns, [], [new SqlInputFile(path, rows, new Dictionary<string, string?>())]);
    }

    public async Task<CheckResult> JudgeAsync(CheckSpec check, SqlTable subject, params SqlTable[] references) =>
        (await JudgeAllAsync([check], subject, references)).Results.Single();

    public async Task<(IReadOnlyList<CheckResult> Results, int Queries)> JudgeAllAsync(
        IReadOnlyList<CheckSpec> checks, SqlTable subject, IReadOnlyList<SqlTable> references, IReadOnlyDictionary<string, long>? nulls = null)
    {
        await using var worker = new CountingWorker(await pool.RentAsync(CancellationToken.None));
        var results = await CheckEvaluation.EvaluateAsync(
            NamedCheck.Of("q", checks), subject, references.ToDictionary(table => TableName.Parse(table.Table)), worker, Limits, Time, nulls, CancellationToken.None);
        return (results, worker.Queries);
    }

    public async Task<SqlError?> JudgeExpressionAsync(string expression, SqlTable table)
    {
        await using var worker = await pool.RentAsync(CancellationToken.None);
        return (await worker.BindExpressionAsync(expression, aggregate: false, table with { Files = [] }, CancellationToken.None)).Error;
    }

    public async Task<RowsResult> QueryAsync(string sql, SqlTable table)
    {
        await using var worker = await pool.RentAsync(CancellationToken.None);
        return await worker.QueryAsync(sql, [table], Limits, 1000, CancellationToken.None);
    }

    /// <summary>Counts the times that rows are read.</summary>
    private sealed class CountingWorker(ISqlWorker inner) : ISqlWorker
    {
        public int Queries { get; private set; }

        public Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken) => inner.ParseAsync(sql, cancellationToken);

        public Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) =>
            inner.BindAsync(sql, tables, cancellationToken);

        public Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken) =>
            inner.BindExpressionAsync(expression, aggregate, table, cancellationToken);

        public Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => inner.FiltersAsync(sql, tables, cancellationToken);

        public Task<RunResult> RunAsync(string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken) =>
            inner.RunAsync(sql, tables, output, limits, cancellationToken);

        public Task<RowsResult> QueryAsync(string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken)
        {
            Queries++;
            return inner.QueryAsync(sql, tables, limits, maxRows, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
