using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>One bound, from DuckDB's text to the JSON value that Delta's readers expect for the type; null where there is none.</summary>
internal static class StatisticText
{
    public static string? Least(string text, ColumnType type) => type switch
    {
        ColumnType.Primitive { Kind: PrimitiveKind.String } => Quote(BoundedText.Least(text)),
        ColumnType.Primitive { Kind: PrimitiveKind.Timestamp } => Instant.TryParse(text, out var micros) ? Quote(Instant.ToMillisText(micros)) : null,
        _ => Exact(text, type),
    };

    public static string? Greatest(string text, ColumnType type) => type switch
    {
        ColumnType.Primitive { Kind: PrimitiveKind.String } => BoundedText.Greatest(text) is { } bound ? Quote(bound) : null,
        ColumnType.Primitive { Kind: PrimitiveKind.Timestamp } =>
            Instant.TryParse(text, out var micros) && Instant.ToMillisTextAtLeast(micros) is { } bound ? Quote(bound) : null,
        _ => Exact(text, type),
    };

    private static string? Exact(string text, ColumnType type) => type switch
    {
        ColumnType.Decimal number => DecimalText.Parse(text, number) is not null ? DecimalText.WithDigit(text) : null,
        ColumnType.Primitive primitive => Exact(text, primitive),
        _ => null,
    };

    private static string? Exact(string text, ColumnType.Primitive type) => type.Kind switch
    {
        PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? text : null,
        PrimitiveKind.Float or PrimitiveKind.Double =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? text : null,
        PrimitiveKind.Date => ColumnValue.Parse(text, type) is not null ? Quote(text) : null,
        _ => null,
    };

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
