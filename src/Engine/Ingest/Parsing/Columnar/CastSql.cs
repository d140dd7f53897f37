using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Ingest.Parsing.Columnar;

/// <summary>A value of a source's column as SQL: what is stored, and what is wrong with it.</summary>
/// <param name="Value">An expression of the stored type; means something only where <paramref name="Fault"/> is NULL.</param>
/// <param name="Fault">An expression: NULL, or the <see cref="RecordCodes"/> id; NULL for NULL values.</param>
public sealed record CastSql(string Value, string Fault)
{
    internal const string NoFault = "CAST(NULL AS VARCHAR)";

    /// <summary>The first condition that holds names the fault; none does for NULL, which no condition is true of.</summary>
    internal static CastSql Checked(string value, params ReadOnlySpan<(string Condition, ErrorCode Code)> faults)
    {
        var cases = new System.Text.StringBuilder("CASE");
        foreach (var (condition, code) in faults)
            cases.Append(" WHEN ").Append(condition).Append(" THEN ").Append(SqlText.String(code.Id));
        return new CastSql(value, faults.IsEmpty ? NoFault : cases.Append(" END").ToString());
    }

    /// <summary>Every value but NULL is of a type that the column does not take.</summary>
    internal static CastSql WrongType(string expression, string storedType) =>
        Checked($"CAST(NULL AS {storedType})", ($"{expression} IS NOT NULL", RecordCodes.WrongType));
}
