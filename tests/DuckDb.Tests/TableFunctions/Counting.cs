using System.Text;
using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.DuckDb.Tests.TableFunctions;

/// <summary><c>counting(rows)</c>: numbers from 0, and a text beside the even ones; on up to four threads.</summary>
internal sealed class Counting : TableFunction
{
    public Action BeforeRead { get; init; } = static () => { };

    public int Disposed;

    public override string Name => "counting";

    public override IReadOnlyList<DuckDbType> Parameters => [DuckDbType.BigInt];

    public override TableBinding Bind(IReadOnlyList<object?> arguments) =>
        new Binding(this, (long)(arguments[0] ?? throw new ArgumentException("how many rows?")));

    private sealed class Binding(Counting function, long rows) : TableBinding
    {
        public override IReadOnlyList<DuckDbColumn> Columns => [new("n", DuckDbType.BigInt), new("text", DuckDbType.Varchar)];

        public override long? EstimatedRows => rows;

        public override TableScan Open() => new Scan(function, rows);
    }

    private sealed class Scan(Counting function, long rows) : TableScan
    {
        private long next;

        public override int MaxThreads => 4;

        public override TableReader OpenReader() => new Reader(this);

        protected override void Dispose(bool disposing)
        {
            Interlocked.Increment(ref function.Disposed);
            base.Dispose(disposing);
        }

        private int Read(ChunkWriter chunk)
        {
            function.BeforeRead();
            var start = Interlocked.Add(ref next, ChunkWriter.Capacity) - ChunkWriter.Capacity;
            var count = (int)Math.Clamp(rows - start, 0, ChunkWriter.Capacity);
            var (numbers, texts) = (chunk.Column(0), chunk.Column(1));
            for (var i = 0; i < count; i++)
            {
                if (numbers.IsWanted)
                    numbers.Write(i, start + i);
                if (!texts.IsWanted)
                    continue;
                if ((start + i) % 2 == 0)
                    texts.WriteUtf8(i, Encoding.UTF8.GetBytes($"row {start + i}, beyond twelve bytes"));
                else
                    texts.SetNull(i);
            }

            return count;
        }

        private sealed class Reader(Scan scan) : TableReader
        {
            public override int Read(ChunkWriter chunk) => scan.Read(chunk);
        }
    }
}
