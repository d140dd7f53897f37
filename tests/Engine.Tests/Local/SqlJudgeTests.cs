using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Local;

public sealed class SqlJudgeTests
{
    private static readonly KnownTable Table = new(TableName.Parse("bronze.t"), new TableSchema([new TableColumn("id", ColumnType.Long)], []));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(WorkerEnd.Deadline, 1)]
    [InlineData(WorkerEnd.Memory, 1)]
    [InlineData(WorkerEnd.ScratchFull, 1)]
    [InlineData(WorkerEnd.Exited, 2)]
    public async Task What_outgrows_its_bounds_while_it_is_bound_is_a_problem_of_that_SQL_alone(WorkerEnd end, int asked)
    {
        await using var workers = new DyingWorkers(end, int.MaxValue);
        var judge = new SqlJudge(workers);
        var code = end switch
        {
            WorkerEnd.Deadline => RunCodes.DeadlineExceeded,
            WorkerEnd.Memory => RunCodes.OutOfMemory,
            WorkerEnd.ScratchFull => RunCodes.ScratchFull,
            _ => RunCodes.WorkerGone,
        };
        Assert.Equal(code, (await judge.ReadAsync("SELECT 1", Token)).Problem?.Code);
        Assert.Equal(code, (await judge.BindAsync("SELECT 1", [Table], Token)).Problem?.Code);
        Assert.Equal(code, (await judge.JudgeExpressionAsync("true", false, Table, Token))?.Code);
        Assert.Equal(3 * asked, workers.Asked);
    }

    [Fact]
    public async Task A_worker_that_the_machine_ended_is_followed_by_another()
    {
        await using var workers = new DyingWorkers(WorkerEnd.Exited, 1);
        Assert.Null((await new SqlJudge(workers).ReadAsync("SELECT 1", Token)).Problem);
        Assert.Equal(2, workers.Asked);
    }

    /// <summary>Workers that end at each of the first questions.</summary>
    private sealed class DyingWorkers(WorkerEnd end, int deaths) : ISqlWorkerPool, ISqlWorker
    {
        public int Asked { get; private set; }

        public Task<ISqlWorker> RentAsync(CancellationToken cancellationToken) => Task.FromResult<ISqlWorker>(this);

        public Task<ParseResult> ParseAsync(string sql, CancellationToken cancellationToken) => AnswerAsync(new ParseResult([], []));

        public Task<BindResult> BindAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => AnswerAsync(new BindResult([]));

        public Task<BindResult> BindExpressionAsync(string expression, bool aggregate, SqlTable table, CancellationToken cancellationToken) => AnswerAsync(new BindResult([]));

            public Task<FilterResult> FiltersAsync(string sql, IReadOnlyList<SqlTable> tables, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RunResult> RunAsync(string sql, IReadOnlyList<SqlTable> tables, OutputSpec output, SqlLimits limits, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<RowsResult> QueryAsync(string sql, IReadOnlyList<SqlTable> tables, SqlLimits limits, long maxRows, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Task<T> AnswerAsync<T>(T answer) => ++Asked <= deaths ? Task.FromException<T>(new SqlWorkerGoneException(end, "it is gone")) : Task.FromResult(answer);
    }
}
