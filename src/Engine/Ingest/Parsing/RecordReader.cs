using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Vectors;
using LakehouseOperator.Engine.Ingest.Parsing.Paths;
using LakehouseOperator.Engine.Ingest.Parsing.Values;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Ingest.Parsing;

/// <summary>
/// One thread's work: takes batches from the feed and fills chunks. A record becomes a row whole or not at all: its values are written as they are
/// read, and the row counts only when the record has ended well.
/// </summary>
internal sealed class RecordReader : TableReader
{
    /// <summary>Payload bytes after which a chunk goes back although it has room; its last record may pass it.</summary>
    private const int ChunkBytes = 16 << 20;

    private static readonly JsonReaderOptions Json = new() { MaxDepth = RecordContract.MaxDepth };

    private readonly RecordParse parse;
    private readonly RecordContract contract;
    private readonly RecordBatch batch = new();
    private readonly TextBuffer buffer = new();
    private readonly ValueParser[] parsers;
    private readonly ValueParser[] nested;
    private readonly StringParser positions;

    /// <summary>By column and by path: the number of the record that it was last seen in, so that nothing is cleared between records.</summary>
    private readonly long[] writtenAt;
    private readonly long[] seenAt;
    private long record;
    private int next;
    private long nulledInRecord;

    private string? faultField;
    private int faultColumn;

    public RecordReader(RecordParse parse)
    {
        this.parse = parse;
        contract = parse.Contract;
        parsers = [.. contract.Columns.Select(column => ValueParsers.Create(column.Declared, buffer))];
        nested = [.. parsers.Where(static parser => parser is StructParser or ListedParser)];
        positions = new StringParser(buffer);
        writtenAt = new long[parsers.Length];
        seenAt = new long[contract.PathCount];
    }

    public override int Read(ChunkWriter chunk)
    {
        for (var i = 0; i < parsers.Length; i++)
            parsers[i].Attach(chunk.Column(i));
        positions.Attach(chunk.Column(parsers.Length));
        var rows = 0;
        var nulled = 0L;

        // A chunk without rows means the end, so however many records do not fit, this goes on to one that does.
        for (var bytes = 0L; rows < ChunkWriter.Capacity && bytes < ChunkBytes && TryAdvance(); next++)
        {
            if (!TryWriteRecord(rows))
                continue;
            bytes += batch.Payload(next).Length;
            nulled += nulledInRecord;
            rows++;
        }

        foreach (var parser in nested)
            parser.Finish();
        parse.Count(rows, nulled);
        return rows;
    }

    private bool TryAdvance()
    {
        while (next == batch.Count)
        {
            batch.Clear();
            next = 0;
            if (!parse.Feed.TryNext(batch))
                return false;
        }

        return true;
    }

    private bool TryWriteRecord(int row)
    {
        record++;
        nulledInRecord = 0;
        faultField = null;
        faultColumn = -1;
        if (batch.Refusal(next) is { } refusal)
        {
            parse.Refuse(refusal, batch.Payload(next), batch.Position(next));
            return false;
        }

        foreach (var parser in nested)
            parser.Mark();
        var payload = batch.Payload(next);
        var fault = ReadRecord(payload, row);
        if (fault == ValueFault.None)
            return true;
        foreach (var parser in nested)
            parser.Rollback();
        parse.Refuse(fault, payload, batch.Position(next), FieldOfFault(), MessageOf(fault));
        return false;
    }

    private ValueFault ReadRecord(ReadOnlySpan<byte> payload, int row)
    {
        if (!Utf8.IsValid(payload))
            return ValueFault.InvalidUtf8;
        if (payload.StartsWith("\uFEFF"u8))
            payload = payload[3..];
        var reader = new Utf8JsonReader(payload, Json);
        ValueFault fault;
        try
        {
            if (!reader.Read())
                return ValueFault.MalformedJson;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                return reader.Read() ? ValueFault.MalformedJson : ValueFault.NotAnObject;
            }

            fault = ReadFields(contract.Paths, ref reader, payload, row);

            // Reads to the end: what follows the object must be nothing.
            if (fault == ValueFault.None && reader.Read())
                return ValueFault.MalformedJson;
        }
        catch (JsonException)
        {
            (faultField, faultColumn) = (null, -1);
            return IsTooDeep(payload, reader) ? ValueFault.TooDeep : ValueFault.MalformedJson;
        }

        return fault == ValueFault.None ? FinishRow(row) : fault;
    }

    /// <summary>The fields of an object; the reader goes from its start to its end.</summary>
    private ValueFault ReadFields(PathNode node, ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int row)
    {
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!buffer.TryRead(ref reader, out var name))
                return ValueFault.InvalidText;
            var field = node.Names.Find(name, ref expected);
            if (field < 0)
            {
                if (contract.UnknownFields == UnknownFields.Quarantine && node == contract.Paths)
                    return FaultAt(ValueFault.UnknownField, Encoding.UTF8.GetString(name));
                reader.Read();
                reader.Skip();
                continue;
            }

            var child = node.Field(field);
            if (seenAt[child.Number] == record)
                return FaultAt(ValueFault.DuplicateField, child.Step.Name!);
            seenAt[child.Number] = record;
            reader.Read();
            var fault = ReadValue(child, ref reader, payload, row);
            if (fault != ValueFault.None)
                return fault;
        }

        return ValueFault.None;
    }

    private ValueFault ReadElements(PathNode node, ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int row)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (node.Element(index) is not { } child)
            {
                reader.Skip();
                continue;
            }

            var fault = ReadValue(child, ref reader, payload, row);
            if (fault != ValueFault.None)
                return fault;
        }

        return ValueFault.None;
    }

    /// <summary>From the first token of a value to its last.</summary>
    private ValueFault ReadValue(PathNode node, ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int row)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return ValueFault.None;
        if (node.OnlyColumn >= 0)
            return ReadColumn(node.OnlyColumn, ref reader, payload, row);
        var start = reader;
        foreach (var column in node.Columns)
        {
            reader = start;
            var fault = ReadColumn(column, ref reader, payload, row);
            if (fault != ValueFault.None)
                return fault;
        }

        if (!node.HasFields && !node.HasElements)
            return ValueFault.None;
        reader = start;
        if (node.HasFields && reader.TokenType == JsonTokenType.StartObject)
            return ReadFields(node, ref reader, payload, row);
        if (node.HasElements && reader.TokenType == JsonTokenType.StartArray)
            return ReadElements(node, ref reader, payload, row);

        // A column's path goes through a value that has nothing below it.
        return RefuseBelow(node, ref reader);
    }

    private ValueFault ReadColumn(int column, ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int row)
    {
        if (contract.InvalidValues == InvalidValues.Null)
            return ReadColumnOrNull(column, ref reader, payload, row);
        var fault = parsers[column].Parse(ref reader, payload, row);
        if (fault == ValueFault.None)
            writtenAt[column] = record;
        else
            faultColumn = column;
        return fault;
    }

    /// <summary>A value that does not fit is none, unless there must be one. What a nested value has left in lists stays there, outside every row's range.</summary>
    private ValueFault ReadColumnOrNull(int column, ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int row)
    {
        var start = reader;
        var fault = parsers[column].Parse(ref reader, payload, row);
        if (fault == ValueFault.None)
        {
            writtenAt[column] = record;
            return ValueFault.None;
        }

        if (contract.Columns[column].Required)
        {
            faultColumn = column;
            return fault;
        }

        nulledInRecord++;
        reader = start;
        reader.Skip();
        return ValueFault.None;
    }

    private ValueFault RefuseBelow(PathNode node, ref Utf8JsonReader reader)
    {
        if (contract.InvalidValues == InvalidValues.Null)
        {
            nulledInRecord++;
            reader.Skip();
            return ValueFault.None;
        }

        faultColumn = node.AnyColumn;
        return ValueFault.WrongType;
    }

    private ValueFault FinishRow(int row)
    {
        for (var column = 0; column < parsers.Length; column++)
        {
            if (writtenAt[column] == record)
                continue;
            if (contract.Columns[column].Required)
            {
                faultColumn = column;
                return ValueFault.MissingValue;
            }

            parsers[column].SetNull(row);
        }

        var position = batch.Position(next);
        positions.Write(Utf8.IsValid(position) ? position : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(position)), row);
        return ValueFault.None;
    }

    private ValueFault FaultAt(ValueFault fault, string field)
    {
        faultField = field;
        return fault;
    }

    private string? FieldOfFault() => faultField ?? (faultColumn < 0 ? null : contract.Columns[faultColumn].Name);

    private string MessageOf(ValueFault fault)
    {
        var title = fault.Code().Title;
        if (faultField is not null)
            return $"{title}: \"{faultField}\"";
        return faultColumn < 0 ? title : $"{title}: \"{contract.Columns[faultColumn].Name}\" {contract.Columns[faultColumn].Declared}";
    }

    /// <summary>The reader stopped before an object or array that would have gone beyond the bound.</summary>
    private static bool IsTooDeep(ReadOnlySpan<byte> payload, in Utf8JsonReader reader)
    {
        var rest = payload[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,:"u8);
        return reader.CurrentDepth >= RecordContract.MaxDepth - 1 && rest.Length > 0 && rest[0] is (byte)'{' or (byte)'[';
    }
}
