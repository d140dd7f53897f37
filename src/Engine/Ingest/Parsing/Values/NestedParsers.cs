using System.Text.Json;
using LakehouseOperator.DuckDb.Vectors;
using LakehouseOperator.Engine.Ingest.Parsing.Paths;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>Objects; fields that are not declared are left out, declared ones that are missing are NULL, and none comes twice.</summary>
internal sealed class StructParser : ValueParser
{
    private readonly TextBuffer buffer;
    private readonly NameTable names;
    private readonly ValueParser[] fields;
    private readonly int[] seenAt;
    private int objects;

    public StructParser(TextBuffer buffer, IReadOnlyList<string> names, ValueParser[] fields)
    {
        this.buffer = buffer;
        this.names = new NameTable(names);
        this.fields = fields;
        seenAt = new int[fields.Length];
    }

    public override void Attach(VectorWriter vector)
    {
        base.Attach(vector);
        for (var i = 0; i < fields.Length; i++)
            fields[i].Attach(vector.StructChild(i));
    }

    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return ValueFault.WrongType;
        NextObject();
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!buffer.TryRead(ref reader, out var name))
                return ValueFault.InvalidText;
            var field = names.Find(name, ref expected);
            reader.Read();
            if (field < 0)
            {
                reader.Skip();
                continue;
            }

            if (seenAt[field] == objects)
                return ValueFault.DuplicateField;
            seenAt[field] = objects;
            if (reader.TokenType == JsonTokenType.Null)
            {
                fields[field].SetNull(row);
                continue;
            }

            var fault = fields[field].Parse(ref reader, record, row);
            if (fault != ValueFault.None)
                return fault;
        }

        for (var i = 0; i < fields.Length; i++)
        {
            if (seenAt[i] != objects)
                fields[i].SetNull(row);
        }

        Writer.SetValid(row);
        return ValueFault.None;
    }

    public override void SetNull(int row)
    {
        base.SetNull(row);
        foreach (var field in fields)
            field.SetNull(row);
    }

    public override void Mark()
    {
        foreach (var field in fields)
            field.Mark();
    }

    public override void Rollback()
    {
        foreach (var field in fields)
            field.Rollback();
    }

    public override void Finish()
    {
        foreach (var field in fields)
            field.Finish();
    }

    private void NextObject()
    {
        if (++objects != int.MaxValue)
            return;
        Array.Clear(seenAt);
        objects = 1;
    }
}

/// <summary>What arrays and maps share: elements in one child vector, appended list by list.</summary>
internal abstract class ListedParser(ValueParser element) : ValueParser
{
    private int size;
    private int capacity;
    private int marked;

    public override void Attach(VectorWriter vector)
    {
        base.Attach(vector);
        element.Attach(vector.ListChild());
        if (size == 0)
            capacity = 0;
    }

    public override void SetNull(int row)
    {
        base.SetNull(row);
        Writer.WriteRange(row, size, 0);
    }

    public override void Mark()
    {
        marked = size;
        element.Mark();
    }

    public override void Rollback()
    {
        size = marked;
        element.Rollback();
    }

    public override void Finish()
    {
        Writer.SetListSize(size);
        element.Finish();
        (size, capacity, marked) = (0, 0, 0);
    }

    protected int Size => size;

    /// <summary>The place of one more element.</summary>
    protected int Append()
    {
        if (size == capacity)
        {
            capacity = Math.Max(ChunkWriter.Capacity, checked(capacity * 2));
            Writer.SetListSize(size);
            Writer.ReserveList(capacity);
            element.Attach(Writer.ListChild());
        }

        return size++;
    }

    protected void WriteRange(int row, int start)
    {
        Writer.WriteRange(row, start, size - start);
        Writer.SetValid(row);
    }
}

/// <summary>Arrays.</summary>
internal sealed class ListParser(ValueParser element) : ListedParser(element)
{
    private readonly ValueParser element = element;

    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return ValueFault.WrongType;
        var start = Size;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var at = Append();
            if (reader.TokenType == JsonTokenType.Null)
            {
                element.SetNull(at);
                continue;
            }

            var fault = element.Parse(ref reader, record, at);
            if (fault != ValueFault.None)
                return fault;
        }

        WriteRange(row, start);
        return ValueFault.None;
    }
}
