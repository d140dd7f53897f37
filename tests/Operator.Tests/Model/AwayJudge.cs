using System.Collections.Concurrent;
using LakehouseOperator.Pipelines.Rules;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>A <see cref="PlainJudge"/> that may be away; what it was asked before it remembers.</summary>
internal sealed class AwayJudge : ISqlJudge
{
    private readonly PlainJudge judge = new();
    private readonly ConcurrentDictionary<string, byte> known = new(StringComparer.Ordinal);

    public bool IsAway { get; set; }

    public Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken) => Ask("read " + sql, () => judge.ReadAsync(sql, cancellationToken));

    public Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken) =>
        Ask($"bind {sql} {string.Join(' ', tables.Select(static table => $"{table.Name} {string.Join(' ', table.Schema.Columns.Select(static column => $"{column.Name} {column.Type.Sql}"))}"))}", () => judge.BindAsync(sql, tables, cancellationToken));

    public Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken) =>
        Ask("judge " + expression, () => judge.JudgeExpressionAsync(expression, aggregate, table, cancellationToken));

    private Task<T> Ask<T>(string question, Func<Task<T>> ask)
    {
        if (IsAway && !known.ContainsKey(question))
            return Task.FromException<T>(new SqlJudgeUnavailableException("away"));
        known[question] = 0;
        return ask();
    }
}
