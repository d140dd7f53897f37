using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>A worker's refusal as the diagnostic of the resource whose SQL it is.</summary>
public static class SqlFailure
{
    /// <summary>Field of a Transformation's statement; positions inside it follow as <see cref="Place"/>.</summary>
    public const string Field = "spec.sql";

    /// <summary>Every code that a worker answers with.</summary>
    private static readonly Dictionary<string, ErrorCode> Known = new[]
    {
        SqlCodes.SyntaxError, SqlCodes.NotOneStatement, SqlCodes.NotSelect, SqlCodes.TableRefused, SqlCodes.TableUnknown, SqlCodes.ColumnUnknown,
        SqlCodes.FunctionUnknown, SqlCodes.FunctionRefused, SqlCodes.ConstructRefused, SqlCodes.VersionRefused, SqlCodes.TooLarge, SqlCodes.BindFailed,
        SqlCodes.ExpressionRefused, SqlCodes.OutputTypeRefused, SqlCodes.OutputNameRefused, SqlCodes.ConversionFailed, SqlCodes.OutOfRange,
        SqlCodes.InvalidValue, SqlCodes.ExecutionFailed, SqlCodes.SandboxRefused, SqlCodes.InputUnreadable, SqlCodes.EngineFault,
        RunCodes.DeadlineExceeded, RunCodes.OutOfMemory, RunCodes.ScratchFull, RunCodes.WorkerGone,
    }.ToDictionary(code => code.Id, StringComparer.Ordinal);

    /// <param name="field">Which field holds the SQL; its line and column are relative to the field's own text.</param>
    public static DiagnosticException Of(SqlError error, string field = Field) => new(Describe(error, field));

    public static Diagnostic Describe(SqlError error, string field = Field) => new(
        Known.GetValueOrDefault(error.Code) ?? SqlCodes.ExecutionFailed,
        DiagnosticSeverity.Error,
        error.Message,
        Field: field,
        Place: error.Line is { } line ? new Place(field, line, error.Column ?? 1) : null,
        Help: error.Help);
}
