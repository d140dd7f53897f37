using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>How an entry becomes a record. An entry that cannot become one is a record that was refused: no entry is ever left out.</summary>
internal abstract class EntryFormat : IDisposable
{
    /// <param name="columns">Of the table; they say what texts of the <c>fields</c> format are.</param>
    public static EntryFormat Of(RedisFormatSpec format, IReadOnlyList<ColumnSpec> columns) =>
        format.Fields is not null ? new FieldsEntryFormat(columns) : new JsonEntryFormat(format.Json?.Field ?? Pipelines.Plans.Defaults.RedisField);

    public void Add(in StreamEntry entry, RecordBatch to)
    {
        Span<byte> position = stackalloc byte[StreamId.MaxLength];
        position = position[..entry.Id.Format(position)];
        if (entry.IsOversized)
            to.AddRefused(default, position, new RecordRefusal(SourceCodes.RecordTooLong, null, $"the entry has {entry.Bytes} bytes; it stays in the stream and is not kept here"));
        else
            Add(entry, position, to);
    }

    public virtual void Dispose()
    {
    }

    protected abstract void Add(in StreamEntry entry, ReadOnlySpan<byte> position, RecordBatch to);

    /// <summary>The entry as it came, its fields as <c>name=value</c>.</summary>
    protected static byte[] Raw(in StreamEntry entry)
    {
        var raw = new ArrayBufferWriter<byte>();
        foreach (var field in entry)
        {
            if (raw.WrittenCount > 0)
                raw.Write("\n"u8);
            raw.Write(field.Name);
            raw.Write("="u8);
            raw.Write(field.Value);
        }

        return raw.WrittenSpan.ToArray();
    }
}

/// <summary>One field holds the record as JSON; the others do not matter.</summary>
internal sealed class JsonEntryFormat(string field) : EntryFormat
{
    private readonly byte[] name = Encoding.UTF8.GetBytes(field);
    private readonly RecordRefusal missing = new(RecordCodes.EntryFieldMissing, field, $"the entry has no field \"{field}\"");

    protected override void Add(in StreamEntry entry, ReadOnlySpan<byte> position, RecordBatch to)
    {
        if (entry.TryGet(name, out var payload))
            to.Add(payload, position);
        else
            to.AddRefused(Raw(entry), position, missing);
    }
}

/// <summary>
/// Each field is a column; its text is read as the column's type: numbers, true and false as they stand, nested types as JSON, everything else as text.
/// An empty text is no value, but for VARCHAR and BLOB.
/// </summary>
internal sealed class FieldsEntryFormat : EntryFormat
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly RecordRefusal NotUtf8 = new(RecordCodes.InvalidUtf8, null, RecordCodes.InvalidUtf8.Title);

    private readonly List<(byte[] Name, Spelling Spelling)> columns;
    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly Utf8JsonWriter json;

    public FieldsEntryFormat(IReadOnlyList<ColumnSpec> columns)
    {
        this.columns = [.. columns.Select(static column => (Encoding.UTF8.GetBytes(column.Path ?? column.Name), SpellingOf(column.Type)))];
        json = new Utf8JsonWriter(buffer, Options);
    }

    private enum Spelling
    {
        Text,
        Value,
        Other,
    }

    public override void Dispose()
    {
        json.Dispose();
        base.Dispose();
    }

    protected override void Add(in StreamEntry entry, ReadOnlySpan<byte> position, RecordBatch to)
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        foreach (var field in entry)
        {
            if (!Utf8.IsValid(field.Name) || !Utf8.IsValid(field.Value))
            {
                to.AddRefused(Raw(entry), position, NotUtf8);
                return;
            }

            json.WritePropertyName(field.Name);
            Write(field.Value, Find(field.Name));
        }

        json.WriteEndObject();
        json.Flush();
        to.Add(buffer.WrittenSpan, position);
    }

    private void Write(ReadOnlySpan<byte> text, Spelling spelling)
    {
        if (spelling != Spelling.Text && text.IsEmpty)
            json.WriteNullValue();
        else if (spelling == Spelling.Value && IsJson(text))
            json.WriteRawValue(text, skipInputValidation: true);
        else
            json.WriteStringValue(text);
    }

    private Spelling Find(ReadOnlySpan<byte> name)
    {
        foreach (var (known, spelling) in columns)
        {
            if (name.SequenceEqual(known))
                return spelling;
        }

        return Spelling.Text;
    }

    private static Spelling SpellingOf(string type)
    {
        if (!ColumnType.TryParseSql(type, out var parsed, out _))
            return Spelling.Text;
        return parsed switch
        {
            _ when parsed == ColumnType.String || parsed == ColumnType.Binary => Spelling.Text,
            _ when parsed.IsNested => Spelling.Value,
            ColumnType.Primitive { Kind: PrimitiveKind.Date or PrimitiveKind.Timestamp } => Spelling.Other,
            _ => Spelling.Value,
        };
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1000 });
            if (!reader.Read())
                return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
