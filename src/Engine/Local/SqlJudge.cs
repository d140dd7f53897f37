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
        var worker = await workers.RentAsync(cancellationToken);
        await using (worker)
        {
            var parsed = await worker.ParseAsync(sql, cancellationToken);
            return new SqlAnalysis(
                [.. parsed.Inputs.Select(input => new SqlRead(input.Table, input.PinnedVersion))],
                Problem: parsed.Error is { } error ? Problem(error) : null);
        }
    }

    public async Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken)
    {
        var worker = await workers.RentAsync(cancellationToken);
        await using (worker)
        {
            var bound = await worker.BindAsync(sql, [.. tables.Select(Shape)], cancellationToken);
            return bound.Error is { } error
                ? new SqlAnalysis([], Problem: Problem(error))
                : new SqlAnalysis([], [.. bound.Columns.Select(column => new SqlResultColumn(column.Name, column.Type))]);
        }
    }

    public async Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken)
    {
        var worker = await workers.RentAsync(cancellationToken);
        await using (worker)
        {
            var bound = await worker.BindExpressionAsync(expression, aggregate, Shape(table), cancellationToken);
            return bound.Error is { } error ? Problem(error) : null;
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
