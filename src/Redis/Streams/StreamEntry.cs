namespace LakehouseOperator.Redis.Streams;

/// <summary>Takes entries as they arrive.</summary>
public interface IStreamEntries
{
    /// <summary>Called for each entry, in the order of its stream. The entry lies in the connection's buffer: what is wanted of it later is copied now.</summary>
    /// <remarks>An exception breaks the connection and comes out of the read.</remarks>
    void OnEntry(in StreamEntry entry);
}

/// <summary>An entry in place. <c>foreach</c> goes over its fields, in the order of the entry; a name may come more than once.</summary>
public readonly ref struct StreamEntry
{
    private readonly ReadOnlySpan<byte> fields;

    internal StreamEntry(int stream, StreamId id, long bytes, int fieldCount, ReadOnlySpan<byte> fields)
    {
        Stream = stream;
        Id = id;
        Bytes = bytes;
        FieldCount = fieldCount;
        this.fields = fields;
    }

    /// <summary>Which of the streams of the request, from 0 on.</summary>
    public int Stream { get; }

    public StreamId Id { get; }

    /// <summary>Bytes of the entry as it was sent.</summary>
    public long Bytes { get; }

    /// <summary>How many fields there are; -1 of an entry that is pending in a group and was deleted from the stream.</summary>
    public int FieldCount { get; }

    /// <summary>The entry is larger than <see cref="RedisOptions.MaxEntryBytes"/>; its fields were passed over and are not here.</summary>
    public bool IsOversized => FieldCount > 0 && fields.IsEmpty;

    /// <summary>The first field of a name.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var field in this)
        {
            if (!field.Name.SequenceEqual(name))
                continue;
            value = field.Value;
            return true;
        }

        value = default;
        return false;
    }

    public Enumerator GetEnumerator() => new(fields);

    /// <summary>Goes over the bulk strings that the reader has checked already.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;

        internal Enumerator(ReadOnlySpan<byte> fields) => rest = fields;

        public StreamField Current { get; private set; }

        public bool MoveNext()
        {
            if (rest.IsEmpty)
                return false;
            var name = Next();
            Current = new StreamField(name, Next());
            return true;
        }

        private ReadOnlySpan<byte> Next()
        {
            var (at, length) = (1, 0);
            while (rest[at] != (byte)'\r')
                length = (length * 10) + (rest[at++] - '0');
            var bytes = rest.Slice(at + 2, length);
            rest = rest[(at + 2 + length + 2)..];
            return bytes;
        }
    }
}

/// <summary>A field in place.</summary>
public readonly ref struct StreamField
{
    internal StreamField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Value { get; }
}
