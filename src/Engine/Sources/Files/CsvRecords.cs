using System.Text;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Engine.Sources.Files.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// The records of a commit's CSV files one after another, each seen through the columns that are asked for: by the header's names, or by order where there is no header. A
/// file whose header lacks one of them is left out and said so.
/// </summary>
internal sealed class CsvRecords(FileSequence files, CsvDialect dialect, IReadOnlyList<string> names, UnknownFields unknownFields, QuarantineSpool faults)
{
    private readonly int[] fieldOf = new int[names.Count];
    private CsvReader? reader;
    private Func<bool> readRecord = static () => false;
    private List<(int Field, string Name)> unknown = [];
    private int width;

    /// <summary>Records so far, those with faults among them.</summary>
    public long Count { get; private set; }

    public ReadOnlySpan<byte> Record => reader!.Record;

    public ReadOnlySpan<byte> Position => files.Current!.PositionOf(reader!.Line);

    public bool IsNull(int column) => reader!.IsNull(fieldOf[column]);

    public ReadOnlySpan<byte> Text(int column) => reader!.FieldText(fieldOf[column]);

    /// <summary>The next record that has the columns.</summary>
    public bool TryRead()
    {
        while (true)
        {
            if (reader is null && !TryOpenNext())
                return false;
            if (!files.TryRead(readRecord))
            {
                reader = null;
                continue;
            }

            if (!files.IsReplay)
            {
                files.Current!.Records++;
                Count++;
            }

            if (FaultOf(reader!) is not { } fault)
                return true;
            if (!files.IsReplay)
                faults.Add(Record, Position, fault.Code.Id, fault.Field, fault.Message);
        }
    }

    private bool TryOpenNext()
    {
        while (files.TryOpenNext())
        {
            reader = new CsvReader(files.Current!.Window, dialect);
            readRecord = reader.TryRead;
            if (!dialect.Header)
            {
                MapByOrder();
                return true;
            }

            if (!files.TryRead(readRecord))
                continue;
            if (MapByHeader(reader) is not { } missing)
                return true;
            files.Refuse(missing);
        }

        reader = null;
        return false;
    }

    private void MapByOrder()
    {
        width = names.Count;
        for (var column = 0; column < names.Count; column++)
            fieldOf[column] = column;
        reader!.BlankIsRecord = width == 1;
    }

    private Diagnostic? MapByHeader(CsvReader header)
    {
        if (header.Fault != CsvFault.None)
            return Unfit("has a header that cannot be read", "is it csv, with this delimiter and quote?");
        var present = Enumerable.Range(0, header.FieldCount).Select(field => Encoding.UTF8.GetString(header.FieldText(field))).ToList();
        for (var column = 0; column < names.Count; column++)
        {
            fieldOf[column] = present.IndexOf(names[column]);
            if (fieldOf[column] < 0)
                return Unfit($"has no column \"{names[column]}\"; its columns are {Listed(present)}", "declare the column's name in the file as its path, or leave the column out");
            if (present.LastIndexOf(names[column]) != fieldOf[column])
                return Unfit($"has the column \"{names[column]}\" twice", "give each column a name of its own");
        }

        width = present.Count;
        header.BlankIsRecord = width == 1;
        unknown = unknownFields == UnknownFields.Quarantine
            ? [.. present.Select(static (name, field) => (field, name)).Where(column => !names.Contains(column.name, StringComparer.Ordinal))]
            : [];
        return null;
    }

    private (ErrorCode Code, string? Field, string Message)? FaultOf(CsvReader record)
    {
        switch (record.Fault)
        {
            case CsvFault.QuoteMisplaced:
                return (SourceCodes.RecordMalformed, null, $"{SourceCodes.RecordMalformed.Title}: after a closing quote comes neither a delimiter nor the line's end");
            case CsvFault.QuoteOpen:
                return (SourceCodes.RecordMalformed, null, $"{SourceCodes.RecordMalformed.Title}: a quote is never closed");
            case CsvFault.TooLong:
                return (SourceCodes.RecordTooLong, null, $"{SourceCodes.RecordTooLong.Title}: {record.Length} bytes, of which the first {LineReader.KeptBytes} are kept");
            case CsvFault.InvalidUtf8:
                return (RecordCodes.InvalidUtf8, null, RecordCodes.InvalidUtf8.Title);
        }

        if (record.FieldCount != width)
            return (SourceCodes.RecordRagged, null, $"{SourceCodes.RecordRagged.Title}: {record.FieldCount} fields for {width} columns");
        foreach (var (field, name) in unknown)
        {
            if (!record.IsNull(field))
                return (RecordCodes.UnknownField, name, $"{RecordCodes.UnknownField.Title}: \"{name}\"");
        }

        return null;
    }

    private Diagnostic Unfit(string what, string help) => new(
        SourceCodes.FileHeaderUnfit, DiagnosticSeverity.Error, $"the file {files.Current!.File.Name} {what}", Field: "spec.tables", Help: help);

    private static string Listed(List<string> columns) =>
        string.Join(", ", columns.Take(20).Select(static column => column.Length > 60 ? column[..60] + "…" : column)) + (columns.Count > 20 ? ", …" : "");
}
