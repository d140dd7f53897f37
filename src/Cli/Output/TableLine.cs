using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Engine.Tables;

namespace LakehouseOperator.Cli.Output;

/// <summary>One table of <c>lakehouse tables</c>; the members are the fixed interface.</summary>
internal sealed record TableLine(
    string Table, long Version, long DataVersion, long? Rows, int Files, long Bytes, DateTimeOffset LastCommitTime, string Location)
{
    public static TableLine Of(DeltaTable table, Snapshot snapshot) => new(
        table.Name.ToString(),
        snapshot.Version,
        snapshot.DataVersion,
        snapshot.Rows,
        snapshot.Files.Count,
        snapshot.Files.Sum(file => file.Size),
        snapshot.Timestamp,
        table.Store.Location);

    public static void Write(TextWriter writer, IReadOnlyList<TableLine> lines, string format)
    {
        if (format == "json")
            writer.WriteLine(JsonSerializer.Serialize(lines, LinesJson.Default.IReadOnlyListTableLine));
        else if (format == "csv")
            WriteCsv(writer, lines);
        else
            WriteText(writer, lines);
    }

    private static void WriteText(TextWriter writer, IReadOnlyList<TableLine> lines)
    {
        var table = new TextTable(
            ("TABLE", Align.Left), ("VERSION", Align.Right), ("ROWS", Align.Right), ("FILES", Align.Right), ("SIZE", Align.Right), ("LAST COMMIT", Align.Left), ("LOCATION", Align.Left));
        foreach (var line in lines)
        {
            table.Add(
                line.Table, Cells.Number(line.Version), Cells.Number(line.Rows), Cells.Number(line.Files), Cells.Bytes(line.Bytes), Cells.Time(line.LastCommitTime), line.Location);
        }

        table.Write(writer);
    }

    private static void WriteCsv(TextWriter writer, IReadOnlyList<TableLine> lines)
    {
        Csv.WriteLine(writer, "table", "version", "dataVersion", "rows", "files", "bytes", "lastCommitTime", "location");
        foreach (var line in lines)
        {
            Csv.WriteLine(
                writer, line.Table, Csv.Number(line.Version), Csv.Number(line.DataVersion), Csv.Number(line.Rows), Csv.Number(line.Files), Csv.Number(line.Bytes),
                Cells.Time(line.LastCommitTime), line.Location);
        }
    }
}

/// <summary>Versions as <c>lakehouse history</c> shows them; the members are the fixed interface.</summary>
internal sealed record HistoryLine(
    long Version, DateTimeOffset Timestamp, string? Operation, bool DataChange, long? RowsAdded, long? RowsRemoved, int Files, string? RunId);

internal static class HistoryLines
{
    public static void Write(TextWriter writer, IReadOnlyList<HistoryEntry> versions, string format)
    {
        if (format == "json")
            writer.WriteLine(JsonSerializer.Serialize([.. versions.Select(Of)], LinesJson.Default.IReadOnlyListHistoryLine));
        else if (format == "csv")
            WriteCsv(writer, versions);
        else
            WriteText(writer, versions);
    }

    private static HistoryLine Of(HistoryEntry entry) => new(
        entry.Version, entry.Timestamp, entry.Operation, entry.DataChange, entry.RowsAdded, entry.RowsRemoved, entry.Files, entry.RunId);

    private static void WriteText(TextWriter writer, IReadOnlyList<HistoryEntry> versions)
    {
        var table = new TextTable(
            ("VERSION", Align.Right), ("TIME", Align.Left), ("OPERATION", Align.Left), ("ADDED", Align.Right), ("REMOVED", Align.Right), ("FILES", Align.Right), ("RUN", Align.Left));
        foreach (var entry in versions)
        {
            table.Add(
                Cells.Number(entry.Version), Cells.Time(entry.Timestamp), Cells.Visible(entry.Operation ?? "-"), Cells.Number(entry.RowsAdded), Cells.Number(entry.RowsRemoved),
                Cells.Number(entry.Files), Cells.Visible(entry.RunId ?? "-"));
        }

        table.Write(writer);
    }

    private static void WriteCsv(TextWriter writer, IReadOnlyList<HistoryEntry> versions)
    {
        Csv.WriteLine(writer, "version", "timestamp", "operation", "dataChange", "rowsAdded", "rowsRemoved", "files", "runId");
        foreach (var entry in versions)
        {
            Csv.WriteLine(
                writer, Csv.Number(entry.Version), Cells.Time(entry.Timestamp), entry.Operation, entry.DataChange ? "true" : "false",
                Csv.Number(entry.RowsAdded), Csv.Number(entry.RowsRemoved), Csv.Number(entry.Files), entry.RunId);
        }
    }
}

/// <summary>RFC 4180, with LF; NULL is empty and the empty text is quoted.</summary>
internal static class Csv
{
    public static void WriteLine(TextWriter writer, params IEnumerable<string?> fields)
    {
        writer.Write(string.Join(',', fields.Select(field => field is null ? "" : Quote(field))));
        writer.Write('\n');
    }

    public static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string Quote(string text) =>
        text.Length > 0 && text.AsSpan().IndexOfAny(",\"\r\n") < 0 && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])
            ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(IReadOnlyList<TableLine>))]
[JsonSerializable(typeof(IReadOnlyList<HistoryLine>))]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class LinesJson : JsonSerializerContext;

/// <summary>RFC 3339 in UTC, with Z.</summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Cells.Time(value));
}
