using System.Text.RegularExpressions;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;

namespace LakehouseOperator.Pipelines.Tests.Rules;

/// <summary>
/// Stands for the SQL worker: reads what follows FROM and JOIN, refuses the word BAD where it stands, and returns the columns of a comment
/// <c>/* returns name TYPE, … */</c>, or one BIGINT <c>id</c>.
/// </summary>
internal sealed partial class MarkedSqlJudge : ISqlJudge
{
    private static readonly ErrorCode Refused = new("LH2999", "a test's refusal", RunnerExit.Sql);

    public List<string> Bound { get; } = [];

    public Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken) =>
        Task.FromResult(new SqlAnalysis([.. Reads().Matches(sql).Select(m => new SqlRead(m.Groups[1].Value, m.Groups[2].Success ? long.Parse(m.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : null))]));

    public Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken)
    {
        Bound.Add(string.Join(", ", tables.Select(t => $"{t.Name}({string.Join(" ", t.Schema.Columns.Select(c => c.Name))})")));
        if (Problem(sql) is { } problem)
            return Task.FromResult(new SqlAnalysis([], Problem: problem));
        var returns = Returns().Match(sql);
        var columns = returns.Success
            ? returns.Groups[1].Value.Split(", ").Select(c => new SqlResultColumn(c[..c.LastIndexOf(' ')].Trim('"'), c[(c.LastIndexOf(' ') + 1)..]))
            : [new SqlResultColumn("id", "BIGINT")];
        return Task.FromResult(new SqlAnalysis([], [.. columns]));
    }

    public Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken) =>
        Task.FromResult(Problem(expression));

    private static SqlProblem? Problem(string sql)
    {
        var index = sql.IndexOf("BAD", StringComparison.Ordinal);
        return index < 0 ? null : new SqlProblem(Refused, "column \"BAD\" not found", sql[..index].Count(c => c == '\n') + 1, index - sql[..index].LastIndexOf('\n'), "did you mean \"id\"?");
    }

    [GeneratedRegex(@"(?:FROM|JOIN) ([\w.]+)(?: AT \(VERSION => (\d+)\))?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reads();

    [GeneratedRegex(@"/\* returns (.+?) \*/", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Returns();
}
