using System.Text.RegularExpressions;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>Reads tables behind FROM and JOIN, and knows no columns. SQL that says WRONG is refused.</summary>
internal sealed partial class PlainJudge : ISqlJudge
{
    public Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken) => Task.FromResult(
        sql.Contains("WRONG", StringComparison.Ordinal)
            ? new SqlAnalysis([], Problem: new SqlProblem(SqlCodes.ExecutionFailed, "syntax error at or near \"WRONG\"", 1, 8))
            : new SqlAnalysis([.. Tables().Matches(sql).Select(match => new SqlRead(match.Groups[1].Value)).Distinct()]));

    public Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken) => Task.FromResult(new SqlAnalysis([]));

    public Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken) => Task.FromResult<SqlProblem?>(null);

    [GeneratedRegex(@"(?:FROM|JOIN)\s+([a-z_]+\.[a-z_0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Tables();
}
