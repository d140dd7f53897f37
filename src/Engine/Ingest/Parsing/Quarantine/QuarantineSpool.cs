using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.Engine.Ingest.Parsing.Quarantine;

/// <summary>
/// Quarantined records, in memory up to a bound and in a file of scratch beyond it. Written by any thread while records are parsed; read
/// afterwards, as often as wanted. Five length-prefixed byte strings a record.
/// </summary>
internal sealed class QuarantineSpool(string scratch, int memoryLimit) : IDisposable
{
    private const int Fields = 5;
    private readonly Lock gate = new();
    private readonly MemoryStream memory = new();
    private FileStream? file;

    public long Count { get; private set; }

    private Stream Store => file is not null ? file : memory;

    /// <exception cref="IOException">Scratch is full or gone.</exception>
    public void Add(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> position, string code, string? field, string message)
    {
        lock (gate)
        {
            if (file is null && memory.Length + payload.Length > memoryLimit)
                SpillToFile();
            Write(payload);
            Write(position);
            Write(Encoding.UTF8.GetBytes(code));
            Write(field is null ? [] : Encoding.UTF8.GetBytes(field));
            Write(Encoding.UTF8.GetBytes(message));
            Count++;
        }
    }

    /// <summary>From the first record on; nothing may be added meanwhile.</summary>
    public TableReader OpenReader()
    {
        lock (gate)
        {
            if (file is null)
                return new Reader(new MemoryStream(memory.GetBuffer(), 0, (int)memory.Length, writable: false));
            file.Flush();
            return new Reader(new FileStream(file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16));
        }
    }

    public void Dispose()
    {
        memory.Dispose();
        file?.Dispose();
    }

    private void SpillToFile()
    {
        var path = Path.Combine(scratch, $"quarantine-{Guid.NewGuid():N}");
        file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
        memory.WriteTo(file);
        memory.SetLength(0);
        memory.Capacity = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Store.Write(length);
        Store.Write(bytes);
    }

    private sealed class Reader(Stream stream) : TableReader
    {
        /// <summary>Payload bytes of one chunk; its last record may pass it.</summary>
        private const int ChunkBytes = 8 << 20;

        private readonly byte[][] fields = [.. Enumerable.Repeat(Array.Empty<byte>(), Fields)];
        private readonly int[] lengths = new int[Fields];

        public override int Read(ChunkWriter chunk)
        {
            var columns = new VectorWriter[QuarantineColumns.All.Count];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = chunk.Column(i);
            var rows = 0;
            for (var bytes = 0L; rows < ChunkWriter.Capacity && bytes < ChunkBytes && TryReadRecord(); rows++, bytes += lengths[0])
            {
                var isText = Utf8.IsValid(Field(0));
                Write(ref columns[0], rows, Field(0), isText);
                Write(ref columns[1], rows, Field(0), !isText);
                Write(ref columns[2], rows, Field(1), present: true);
                Write(ref columns[3], rows, Field(2), present: true);
                Write(ref columns[4], rows, Field(3), lengths[3] > 0);
                Write(ref columns[5], rows, Field(4), present: true);
            }

            return rows;
        }

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }

        private static void Write(ref VectorWriter column, int row, ReadOnlySpan<byte> text, bool present)
        {
            if (!column.IsWanted)
                return;
            if (present)
                column.WriteUtf8(row, text);
            else
                column.SetNull(row);
        }

        private ReadOnlySpan<byte> Field(int field) => fields[field].AsSpan(0, lengths[field]);

        private bool TryReadRecord()
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            for (var i = 0; i < Fields; i++)
            {
                if (stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: i > 0) < length.Length)
                    return false;
                lengths[i] = BinaryPrimitives.ReadInt32LittleEndian(length);
                if (fields[i].Length < lengths[i])
                    fields[i] = new byte[lengths[i]];
                stream.ReadExactly(fields[i].AsSpan(0, lengths[i]));
            }

            return true;
        }
    }
}
