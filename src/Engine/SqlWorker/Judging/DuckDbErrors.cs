using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>DuckDB's errors as ours: a code, a place in the person's text, a suggestion, no values out of the data.</summary>
internal static class DuckDbErrors
{
    private const int MaxMessage = 700;
    private const int MaxHelp = 300;

    /// <param name="offset">Where the prepared text begins within the statement that ran, in bytes; null: unknown.</param>
    /// <param name="ours">Our own part of that statement: an error's text that stands in it is no value.</param>
    public static SqlError From(DuckDbException error, SqlText text, int? offset = 0, string ours = "")
    {
        var place = text.Place(InText(error.Position - offset, text));
        var code = CodeOf(error);
        if (IsAboutText(error.ErrorType))
            return Bound(code, error, place);
        var own = error.Message.Length > 0 && ours.Contains($"'{error.Message.Replace("'", "''", StringComparison.Ordinal)}'", StringComparison.Ordinal);
        return Error(code, own ? error.Message : Masking.Of(error.Message), place, null);
    }

    public static SqlError From(RefusalException refusal, SqlText text) =>
        Error(refusal.Code, refusal.Message, text.Place(refusal.Location), refusal.Help);

    /// <summary>Errors of these types are found while binding and speak of the SQL alone.</summary>
    private static bool IsAboutText(DuckDbErrorType type) =>
        type is DuckDbErrorType.Parser or DuckDbErrorType.Syntax or DuckDbErrorType.Binder or DuckDbErrorType.Catalog or DuckDbErrorType.ParameterNotAllowed;

    private static ErrorCode CodeOf(DuckDbException error) => error.ErrorType switch
    {
        DuckDbErrorType.Parser or DuckDbErrorType.Syntax => SqlCodes.SyntaxError,
        DuckDbErrorType.Binder when error.Subtype == "COLUMN_NOT_FOUND" => SqlCodes.ColumnUnknown,
        DuckDbErrorType.Catalog when error.Fields.GetValueOrDefault("type") == "Table" => SqlCodes.TableUnknown,
        DuckDbErrorType.Catalog when error.Fields.GetValueOrDefault("type")?.EndsWith("Function", StringComparison.Ordinal) == true => SqlCodes.FunctionUnknown,
        DuckDbErrorType.Binder or DuckDbErrorType.Catalog or DuckDbErrorType.ParameterNotAllowed => SqlCodes.BindFailed,
        DuckDbErrorType.Conversion or DuckDbErrorType.MismatchType => SqlCodes.ConversionFailed,
        DuckDbErrorType.OutOfRange or DuckDbErrorType.Decimal or DuckDbErrorType.DivideByZero => SqlCodes.OutOfRange,
        DuckDbErrorType.InvalidInput or DuckDbErrorType.InvalidType => SqlCodes.InvalidValue,
        DuckDbErrorType.Permission => SqlCodes.SandboxRefused,
        DuckDbErrorType.Io => SqlCodes.InputUnreadable,
        DuckDbErrorType.Internal or DuckDbErrorType.Fatal or DuckDbErrorType.NullPointer => SqlCodes.EngineFault,
        _ => SqlCodes.ExecutionFailed,
    };

    private static SqlError Bound(ErrorCode code, DuckDbException error, (int Line, int Column)? place)
    {
        var name = error.Fields.GetValueOrDefault("name");
        if (code == SqlCodes.ColumnUnknown && name is not null)
            return Error(code, $"column \"{name}\" not found", place, Suggestion.For(name, error.Candidates) ?? Listed("columns are", error.Candidates));
        if (code == SqlCodes.FunctionUnknown && name is not null)
            return Error(code, $"function \"{name}\" does not exist", place, Suggestion.For(name, error.Candidates));
        var lines = error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Error(code, lines.FirstOrDefault() ?? code.Title, place, lines.Length > 1 ? string.Join(' ', lines[1..]) : null);
    }

    private static string? Listed(string what, IReadOnlyList<string> names) =>
        names.Count == 0 ? null : $"{what} {string.Join(", ", names.Select(static n => $"\"{n}\""))}";

    private static long? InText(int? position, SqlText text) =>
        position is { } at && at >= 0 && at <= Encoding.UTF8.GetByteCount(text.Prepared) ? at : null;

    private static SqlError Error(ErrorCode code, string message, (int Line, int Column)? place, string? help) =>
        new(code.Id, Cut(Sentence(message, code), MaxMessage), place?.Line, place?.Column, help is null ? null : Cut(help, MaxHelp));

    private static string Sentence(string message, ErrorCode code)
    {
        var text = message.Trim().TrimEnd('.', '!', ' ');
        if (text.Length == 0)
            return code.Title;
        return text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    /// <summary>Bounded in UTF-8, so that an error of any text stays below 1 KB.</summary>
    private static string Cut(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
            return text;
        var kept = new StringBuilder();
        var left = bytes - 3;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0)
                break;
            kept.Append(rune.ToString());
        }

        return kept.Append('…').ToString();
    }
}
