using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>Errors that name the log's file and what is wrong with it.</summary>
internal static class LogDamage
{
    public static DiagnosticException At(string location, string key, string what, Exception? inner = null) => new(
        TableCodes.LogDamaged,
        $"{location}/{key}: {what}",
        "nothing was written; restore that file from a copy, or write the table anew from its sources",
        inner);

    public static DiagnosticException Unsupported(string location, string feature, string? detail = null) => new(
        TableCodes.UnsupportedFeature,
        $"{location} needs the feature \"{feature}\"{(detail is null ? "" : $" ({detail})")}, which is not supported",
        "another engine wrote it; drop the feature there, or copy the table's rows into a new table");
}
