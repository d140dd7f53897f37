using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.DuckDb.Tests.TableFunctions;

public sealed class TableFunctionTests
{
    [Fact]
    public void Rows_of_many_chunks_all_arrive()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Register(new Counting());
        using var result = connection.Query("SELECT count(*), sum(n), count(text), max(text) FROM counting(100000)");
        var row = Assert.Single(result.ReadRows());
        Assert.Equal([100_000L, (Int128)4_999_950_000, 50_000L, "row 99998, beyond twelve bytes"], row);
    }

    private sealed class Counting : TableFunction
    {
        public override string Name => "counting";

        public override IReadOnlyList<DuckDbType> Parameters => [DuckDbType.BigInt];

        public override TableBinding Bind(IReadOnlyList<object?> arguments) => new Binding((long)arguments[0]!);

        private sealed class Binding(long rows) : TableBinding
        {
            public override IReadOnlyList<DuckDbColumn> Columns =>
                [new("n", DuckDbType.BigInt), new("text", DuckDbType.Varchar)];

            public override TableScan Open() => new Scan(rows);
        }

        private sealed class Scan(long rows) : TableScan
        {
            private long next;

            public override int MaxThreads => 4;

            public override TableReader OpenReader() => new Reader(this);

            private sealed class Reader(Scan scan) : TableReader
            {
                public override int Read(ChunkWriter chunk)
                {
                    var start = Interlocked.Add(ref scan.next, ChunkWriter.Capacity) - ChunkWriter.Capacity;
                    var count = (int)Math.Clamp(scan.Rows - start, 0, ChunkWriter.Capacity);
                    var (numbers, texts) = (chunk.Column(0), chunk.Column(1));
                    for (var i = 0; i < count; i++)
                    {
                        if (numbers.IsWanted)
                            numbers.Write(i, start + i);
                        if (!texts.IsWanted)
                            continue;
                        if ((start + i) % 2 == 0)
                            texts.WriteUtf8(i, System.Text.Encoding.UTF8.GetBytes($"row {start + i}, beyond twelve bytes"));
                        else
                            texts.SetNull(i);
                    }

                    return count;
                }
            }

            private long Rows { get; } = rows;
        }
    }
}
