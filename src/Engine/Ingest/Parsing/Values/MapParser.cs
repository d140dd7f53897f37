using System.Runtime.InteropServices;
using System.Text.Json;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>Objects whose names are keys, each once. Keys are texts, or integers written as texts.</summary>
internal sealed class MapParser : ListedParser
{
    private readonly TextBuffer buffer;
    private readonly IntegerParser? integerKey;
    private readonly StringParser? textKey;
    private readonly ValueParser value;
    private readonly KeySet keys = new();

    /// <param name="key">A <see cref="StringParser"/> or an <see cref="IntegerParser"/>.</param>
    public MapParser(TextBuffer buffer, ValueParser key, ValueParser value)
        : base(new EntryParser(key, value))
    {
        this.buffer = buffer;
        this.value = value;
        integerKey = key as IntegerParser;
        textKey = key as StringParser;
    }

    public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return ValueFault.WrongType;
        var start = Size;
        keys.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = Append();
            var fault = WriteKey(ref reader, at);
            if (fault != ValueFault.None)
                return fault;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                value.SetNull(at);
                continue;
            }

            // A map within this one uses a key set of its own.
            fault = value.Parse(ref reader, record, at);
            if (fault != ValueFault.None)
                return fault;
        }

        WriteRange(row, start);
        return ValueFault.None;
    }

    private ValueFault WriteKey(ref Utf8JsonReader reader, int at)
    {
        if (!buffer.TryRead(ref reader, out var name))
            return ValueFault.InvalidText;
        if (textKey is not null)
            return keys.Add(name) ? textKey.Write(name, at) : ValueFault.DuplicateField;
        var fault = integerKey!.Write(name, at, out var number);
        if (fault != ValueFault.None)
            return fault;
        return keys.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<Int128>(in number))) ? ValueFault.None : ValueFault.DuplicateField;
    }

    private sealed class EntryParser(ValueParser key, ValueParser value) : ValueParser
    {
        public override void Attach(VectorWriter vector)
        {
            base.Attach(vector);
            key.Attach(vector.StructChild(0));
            value.Attach(vector.StructChild(1));
        }

        public override ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row) =>
            throw new InvalidOperationException("entries are written member by member");

        public override void Mark() => value.Mark();

        public override void Rollback() => value.Rollback();

        public override void Finish() => value.Finish();
    }

    /// <summary>The keys of one map, side by side in a buffer that is kept.</summary>
    private sealed class KeySet : IEqualityComparer<Range>
    {
        private readonly HashSet<Range> ranges;
        private byte[] bytes = new byte[256];
        private int length;

        public KeySet() => ranges = new HashSet<Range>(this);

        public bool Add(ReadOnlySpan<byte> key)
        {
            if (bytes.Length - length < key.Length)
                Array.Resize(ref bytes, Math.Max(checked(length + key.Length), (int)Math.Min(bytes.Length * 2L, Array.MaxLength)));
            key.CopyTo(bytes.AsSpan(length));
            var added = ranges.Add(new Range(length, length + key.Length));
            length += key.Length;
            return added;
        }

        public void Clear()
        {
            ranges.Clear();
            length = 0;
        }

        public bool Equals(Range x, Range y) => bytes.AsSpan(x).SequenceEqual(bytes.AsSpan(y));

        public int GetHashCode(Range range)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes.AsSpan(range));
            return hash.ToHashCode();
        }
    }
}
