using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks;

/// <summary>
/// Asks the worker whether a user's fragment is one expression over the table, and nothing more. Without its yes a fragment is never pasted into SQL of
/// ours; equal fragments are asked about once.
/// </summary>
internal sealed class FragmentJudge(ISqlWorker worker, SqlTable subject)
{
    private readonly Dictionary<(string Sql, bool Aggregate), BindResult> judged = [];

    /// <summary>DuckDB's type of the expression.</summary>
    /// <exception cref="DiagnosticException"><see cref="CheckCodes.ExpressionRefused"/>, with the worker's reason.</exception>
    internal async Task<string> JudgeAsync(Fragment fragment, CancellationToken cancellationToken)
    {
        var key = (fragment.Sql, fragment.Aggregate);
        if (!judged.TryGetValue(key, out var result))
        {
            result = await worker.BindExpressionAsync(fragment.Sql, fragment.Aggregate, subject with { Files = [] }, cancellationToken).ConfigureAwait(false);
            judged[key] = result;
        }

        if (result.Error is not { } error)
            return OfKind(fragment, result.Columns[0].Type);
        var at = error is { Line: { } line, Column: { } column } ? $"{fragment.Field}:{line}:{column}" : fragment.Field;
        throw new DiagnosticException(CheckCodes.ExpressionRefused, $"{at}: {error.Code}: {error.Message}", error.Help);
    }

    /// <summary>What is not a condition would be cast to one, or fail only when rows are read.</summary>
    private static string OfKind(Fragment fragment, string type) => fragment.Aggregate || type == "BOOLEAN"
        ? type
        : throw new DiagnosticException(CheckCodes.ExpressionRefused, $"{fragment.Field}: a condition is wanted, and this is {type}", "compare it, such as x < 0");
}
