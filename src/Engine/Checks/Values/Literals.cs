using System.Globalization;
using System.Numerics;
using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Checks.Values;

/// <summary>Values of a document as SQL of a column's type. DuckDB's casts round (<c>'1.7'</c> is 2 as BIGINT), so what would not come through whole is refused here.</summary>
internal static class Literals
{
    /// <exception cref="DiagnosticException"><see cref="CheckCodes.ValueNotOfType"/> or <see cref="CheckCodes.TypeUnfit"/>.</exception>
    internal static string Of(JsonElement value, ColumnType type)
    {
        if (type.IsNested)
            throw new DiagnosticException(CheckCodes.TypeUnfit, $"values cannot be listed for a column of type {type.Sql}", "use rows with an expression");
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw Refused(value, type, "NULL is never judged by values; use missing"),
        };
        if (text.Contains('\0', StringComparison.Ordinal) || !Fits(text, type))
            throw Refused(value, type, null);
        return $"CAST({SqlText.String(text)} AS {type.Sql})";
    }

    private static bool Fits(string text, ColumnType type) => type switch
    {
        ColumnType.Decimal of => FitsDecimal(text.Trim(), of),
        ColumnType.Primitive { Kind: var kind } => kind switch
        {
            PrimitiveKind.Boolean => text.ToUpperInvariant() is "TRUE" or "FALSE",
            PrimitiveKind.Byte => FitsInteger(text, sbyte.MinValue, sbyte.MaxValue),
            PrimitiveKind.Short => FitsInteger(text, short.MinValue, short.MaxValue),
            PrimitiveKind.Integer => FitsInteger(text, int.MinValue, int.MaxValue),
            PrimitiveKind.Long => FitsInteger(text, long.MinValue, long.MaxValue),
            PrimitiveKind.Float or PrimitiveKind.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            PrimitiveKind.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            PrimitiveKind.Timestamp => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
            _ => true,
        },
        _ => true,
    };

    private static bool FitsInteger(string text, long min, long max) =>
        BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max;

    private static bool FitsDecimal(string text, ColumnType.Decimal type)
    {
        var digits = text.TrimStart('-', '+');
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = (point < 0 ? digits : digits[..point]).TrimStart('0');
        var fraction = point < 0 ? "" : digits[(point + 1)..].TrimEnd('0');
        return digits.Length > 0 && text.Length - digits.Length <= 1 && digits != "." && (whole + fraction).All(char.IsAsciiDigit)
            && fraction.Length <= type.Scale && whole.Length <= type.Precision - type.Scale;
    }

    private static DiagnosticException Refused(JsonElement value, ColumnType type, string? help) =>
        new(CheckCodes.ValueNotOfType, $"{Shown(value)} is no value of type {type.Sql}", help ?? $"write it as {type.Sql} would print it");

    /// <summary>Out of the document, not out of the data, and so shown; but not at any length.</summary>
    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
