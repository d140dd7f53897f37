using System.Text;
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
        Assert.Equal([100_000L, (Int128)4_999_950_000, 50_000L, "row 99998, beyond twelve bytes"], Assert.Single(result.ReadRows()));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM counting(5000)", 5000)]
    [InlineData("SELECT max(n) FROM counting(5000)", 4999)]
    [InlineData("SELECT count(text) FROM counting(5000) WHERE n > 4000", 499)]
    [InlineData("SELECT count(*) FROM counting(0)", 0)]
    [InlineData("SELECT count(*) FROM (SELECT * FROM counting(5000) LIMIT 3)", 3)]
    [InlineData("SELECT count(*) FROM counting(3000) a JOIN counting(5000) b USING (n)", 3000)]
    public void Only_the_columns_asked_for_are_written(string sql, long expected)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var function = new Counting();
        connection.Register(function);
        Assert.Equal(expected, connection.ExecuteScalarLong(sql));
    }

    [Fact]
    public void A_prepared_statement_opens_a_scan_for_every_run_and_each_is_disposed()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var function = new Counting();
        connection.Register(function);
        using (var statement = connection.Prepare("SELECT count(*) FROM counting(5000)"))
        {
            for (var run = 0; run < 3; run++)
            {
                using var result = statement.Query();
                Assert.Equal(5000L, result.ReadScalar());
            }
        }

        Assert.Equal(3, function.Disposed);
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_every_connection_sees_the_function()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Register(new Counting());
        Assert.Throws<DuckDbException>(() => connection.Register(new Counting()));
        using var other = database.Connect();
        Assert.Equal(7L, other.ExecuteScalarLong("SELECT count(*) FROM counting(7)"));
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("open")]
    [InlineData("reader")]
    [InlineData("read")]
    [InlineData("later")]
    public void An_exception_in_a_callback_ends_the_statement_and_the_process_goes_on(string where)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Register(new Failing());
        for (var run = 0; run < 3; run++)
        {
            var error = Assert.Throws<DuckDbException>(() => connection.Query($"SELECT * FROM failing('{where}')"));
            Assert.Contains($"failed in {where}", error.Message, StringComparison.Ordinal);
            Assert.Equal(DuckDbErrorType.InvalidInput, error.ErrorType == DuckDbErrorType.Binder ? DuckDbErrorType.InvalidInput : error.ErrorType);
        }

        Assert.Equal(1L, connection.ExecuteScalarLong("SELECT 1"));
        Assert.Throws<DuckDbException>(() => connection.Query("SELECT * FROM failing(NULL)"));
    }

    [Fact]
    public void Every_type_is_written_and_read_back()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Register(new Typed());
        using var result = connection.Query("SELECT * FROM typed()");
        var rows = result.ReadRows();
        Assert.Equal(2, rows.Count);
        Assert.Equal(
            [
                true, (sbyte)-1, (short)-2, -3, -4L, Int128.MinValue, 1.5f, 2.5, new DuckDbDecimal(-12, 1), new DuckDbDecimal(-123456789, 4),
                new DuckDbDecimal(-123456789012345678, 4), new DuckDbDecimal(Int128.Parse("-99999999999999999999999999999999999999"), 10),
                "exactly12byt", "{}", new byte[] { 1, 0 }, new DateOnly(2026, 1, 31), DateTimeOffset.UnixEpoch, Guid.Parse("ff112233-4455-6677-8899-aabbccddeeff"), "b",
            ],
            rows[0][..^3]);
        Assert.Equal(["x", null, new string('y', 10_000)], (object?[])rows[0][^3]!);
        Assert.Equal([KeyValuePair.Create((object)"k", (object?)7L)], (KeyValuePair<object, object?>[])rows[0][^2]!);
        Assert.Equal([1L, null], ((Dictionary<string, object?>)rows[0][^1]!).Values);
        Assert.All(rows[1], Assert.Null);
    }

    private sealed class Failing : TableFunction
    {
        public override string Name => "failing";

        public override IReadOnlyList<DuckDbType> Parameters => [DuckDbType.Varchar];

        public override TableBinding Bind(IReadOnlyList<object?> arguments) => new Binding(Fail("bind", (string)arguments[0]!.ToString()!));

        private static string Fail(string here, string where) => here == where ? throw new InvalidOperationException($"failed in {where}") : where;

        private sealed class Binding(string where) : TableBinding
        {
            public override IReadOnlyList<DuckDbColumn> Columns => [new("n", DuckDbType.BigInt)];

            public override TableScan Open() => new Scan(Fail("open", where));
        }

        private sealed class Scan(string where) : TableScan
        {
            public override TableReader OpenReader() => new Reader(Fail("reader", where));
        }

        private sealed class Reader(string where) : TableReader
        {
            private int reads;

            public override int Read(ChunkWriter chunk)
            {
                Fail("read", where);
                if (++reads == 3)
                    Fail("later", where);
                chunk.Column(0).Write(0, 1L);
                return 1;
            }
        }
    }

    private sealed class Typed : TableFunction
    {
        public override string Name => "typed";

        public override TableBinding Bind(IReadOnlyList<object?> arguments) => new Binding();

        private sealed class Binding : TableBinding
        {
            private static readonly DuckDbType[] Types =
            [
                DuckDbType.Boolean, DuckDbType.TinyInt, DuckDbType.SmallInt, DuckDbType.Integer, DuckDbType.BigInt, DuckDbType.HugeInt, DuckDbType.Float, DuckDbType.Double,
                DuckDbType.Decimal(4, 1), DuckDbType.Decimal(9, 4), DuckDbType.Decimal(18, 4), DuckDbType.Decimal(38, 10), DuckDbType.Varchar, DuckDbType.Json, DuckDbType.Blob,
                DuckDbType.Date, DuckDbType.TimestampTz, DuckDbType.Uuid, DuckDbType.Enum("a", "b"), DuckDbType.List(DuckDbType.Varchar),
                DuckDbType.Map(DuckDbType.Varchar, DuckDbType.BigInt), DuckDbType.Struct(new DuckDbField("a", DuckDbType.BigInt), new DuckDbField("b", DuckDbType.Varchar)),
            ];

            public override IReadOnlyList<DuckDbColumn> Columns { get; } = [.. Types.Select(static (type, i) => new DuckDbColumn($"c{i}", type))];

            public override TableScan Open() => new Scan();
        }

        private sealed class Scan : TableScan
        {
            public override TableReader OpenReader() => new Reader();
        }

        private sealed class Reader : TableReader
        {
            private bool done;

            public override int Read(ChunkWriter chunk)
            {
                if (done)
                    return 0;
                done = true;
                WriteScalars(chunk);
                WriteNested(chunk);
                for (var i = 0; i < 22; i++)
                    chunk.Column(i).SetNull(1);
                chunk.Column(21).StructChild(0).SetNull(1);
                chunk.Column(21).StructChild(1).SetNull(1);
                return 2;
            }

            private static void WriteScalars(ChunkWriter chunk)
            {
                chunk.Column(0).Write(0, (byte)1);
                chunk.Column(1).Write(0, (sbyte)-1);
                chunk.Column(2).Write(0, (short)-2);
                chunk.Column(3).Write(0, -3);
                chunk.Column(4).Write(0, -4L);
                chunk.Column(5).WriteInt128(0, Int128.MinValue);
                chunk.Column(6).Write(0, 1.5f);
                chunk.Column(7).Write(0, 2.5);
                chunk.Column(8).WriteDecimal(0, -12, 4);
                chunk.Column(9).WriteDecimal(0, -123456789, 9);
                chunk.Column(10).WriteDecimal(0, -123456789012345678, 18);
                chunk.Column(11).WriteDecimal(0, Int128.Parse("-99999999999999999999999999999999999999"), 38);
                chunk.Column(12).WriteUtf8(0, "exactly12byt"u8);
                chunk.Column(13).WriteUtf8(0, "{}"u8);
                chunk.Column(14).WriteUtf8(0, [1, 0]);
                chunk.Column(15).Write(0, new DateOnly(2026, 1, 31).DayNumber - DuckDbTime.EpochDayNumber);
                chunk.Column(16).Write(0, 0L);
                chunk.Column(17).WriteGuid(0, Guid.Parse("ff112233-4455-6677-8899-aabbccddeeff"));
                chunk.Column(18).Write(0, (byte)1);
            }

            private static void WriteNested(ChunkWriter chunk)
            {
                var list = chunk.Column(19);
                list.ReserveList(5000);
                var texts = list.ListChild();
                texts.WriteUtf8(0, "x"u8);
                texts.SetNull(1);
                texts.WriteUtf8(2, Encoding.UTF8.GetBytes(new string('y', 10_000)));
                list.SetListSize(3);
                list.WriteRange(0, 0, 3);
                var map = chunk.Column(20);
                map.ReserveList(1);
                map.ListChild().StructChild(0).WriteUtf8(0, "k"u8);
                map.ListChild().StructChild(1).Write(0, 7L);
                map.SetListSize(1);
                map.WriteRange(0, 0, 1);
                chunk.Column(21).StructChild(0).Write(0, 1L);
                chunk.Column(21).StructChild(1).SetNull(0);
            }
        }
    }
}
