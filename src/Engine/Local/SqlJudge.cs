using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Local;

/// <summary>Validation's questions about SQL, put to the SQL worker. Calls may come side by side; each has a worker of its own.</summary>
public sealed class SqlJudge(ISqlWorkerPool workers) : ISqlJudge
{
    public async Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken)
    {
        var (parsed, gone) = await AskAsync(worker => worker.ParseAsync(sql, cancellationToken), cancellationToken);
        return parsed is null
            ? new SqlAnalysis([], Problem: gone)
            : new SqlAnalysis([.. parsed.Inputs.Select(input => new SqlRead(input.Table, input.PinnedVersion))], Problem: parsed.Error is { } error ? Problem(error) : null);
    }

    public async Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken)
    {
        var (bound, gone) = await AskAsync(worker => worker.BindAsync(sql, [.. tables.Select(Shape)], cancellationToken), cancellationToken);
        if (bound is null)
            return new SqlAnalysis([], Problem: gone);
        return bound.Error is { } error
            ? new SqlAnalysis([], Problem: Problem(error))
            : new SqlAnalysis([], [.. bound.Columns.Select(column => new SqlResultColumn(column.Name, column.Type))]);
    }

    public async Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken)
    {
        var (bound, gone) = await AskAsync(worker => worker.BindExpressionAsync(expression, aggregate, Shape(table), cancellationToken), cancellationToken);
        return bound is null ? gone : bound.Error is { } error ? Problem(error) : null;
    }

    /// <summary>
    /// Constants are computed while SQL is bound, so that it can outgrow its bounds before it has read a row. That is its own fault, and others go on. A
    /// worker that ended for no such reason is given a second chance, since the machine may have ended it.
    /// </summary>
    private async Task<(T? Answer, SqlProblem? Gone)> AskAsync<T>(Func<ISqlWorker, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var worker = await workers.RentAsync(cancellationToken);
                await using (worker)
                    return (await ask(worker), null);
            }
            catch (SqlWorkerGoneException gone) when (gone.End != WorkerEnd.Exited || attempt > 1)
            {
                var described = RunFailures.DiagnosticOf(gone);
                return (null, new SqlProblem(described.Code, described.Message, Help: gone.End == WorkerEnd.Exited ? described.Help : "it is bound without any row; compute less of it from constants"));
            }
            catch (SqlWorkerGoneException)
            {
                // Asked again.
            }
        }
    }

    private static SqlTable Shape(KnownTable table) => new(
        table.Name.ToString(), [.. table.Schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))], [], []);

    private static SqlProblem Problem(SqlError error)
    {
        var described = SqlFailure.Describe(error);
        return new SqlProblem(described.Code, error.Message, error.Line, error.Column, error.Help);
    }
}
