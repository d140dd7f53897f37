using System.Globalization;
using System.Text;
using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.DuckDb.Tests.Values;

public sealed class ValueReadingTests
{
    public static TheoryData<string, object?> Values => new()
    {
        { "true", true },
        { "(-128)::TINYINT", (sbyte)-128 },
        { "(-32768)::SMALLINT", short.MinValue },
        { "2147483647", int.MaxValue },
        { "(-9223372036854775808)::BIGINT", long.MinValue },
        { "255::UTINYINT", (byte)255 },
        { "65535::USMALLINT", (ushort)65535 },
        { "4294967295::UINTEGER", uint.MaxValue },
        { "18446744073709551615::UBIGINT", ulong.MaxValue },
        { "(-170141183460469231731687303715884105728)::HUGEINT", Int128.MinValue },
        { "170141183460469231731687303715884105727::HUGEINT", Int128.MaxValue },
        { "(-1)::HUGEINT", Int128.NegativeOne },
        { "340282366920938463463374607431768211455::UHUGEINT", UInt128.MaxValue },
        { "0.1::FLOAT", 0.1f },
        { "'nan'::DOUBLE", double.NaN },
        { "'-inf'::DOUBLE", double.NegativeInfinity },
        { "1.5::DECIMAL(4,1)", new DuckDbDecimal(15, 1) },
        { "(-99999.9999)::DECIMAL(9,4)", new DuckDbDecimal(-999999999, 4) },
        { "12345678901234.5678::DECIMAL(18,4)", new DuckDbDecimal(123456789012345678, 4) },
        { "(-0.00000000000000000000000000000000000001)::DECIMAL(38,38)", new DuckDbDecimal(-1, 38) },
        { "''", "" },
        { "'exactly12byt'", "exactly12byt" },
        { "'thirteen byte'", "thirteen byte" },
        { "'é' || chr(0) || '😀'", "é\0😀" },
        { "'{\"a\": 1}'::JSON", "{\"a\": 1}" },
        { "'b'::ENUM('a', 'b')", "b" },
        { "'\\x00\\xFF'::BLOB", new byte[] { 0, 255 } },
        { "DATE '0001-01-01'", new DateOnly(1, 1, 1) },
        { "DATE '9999-12-31'", new DateOnly(9999, 12, 31) },
        { "DATE 'infinity'", new DuckDbFarDate(int.MaxValue) },
        { "DATE '10000-01-01'", new DuckDbFarDate(2932897) },
        { "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'", new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero).AddTicks(9999990) },
        { "TIMESTAMPTZ '0001-01-01 00:00:00+00'", DateTimeOffset.MinValue },
        { "TIMESTAMPTZ '-infinity'", new DuckDbFarTimestamp(-long.MaxValue) },
        { "TIMESTAMPTZ '10000-01-01 00:00:00+00'", new DuckDbFarTimestamp(253402300800000000) },
        { "TIMESTAMP '1969-12-31 23:59:59.999999'", DateTimeOffset.UnixEpoch.AddTicks(-10) },
        { "TIMESTAMP_S '2026-01-01 00:00:00'", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        { "TIMESTAMP_MS '2026-01-01 00:00:00.001'", new DateTimeOffset(2026, 1, 1, 0, 0, 0, 1, TimeSpan.Zero) },
        { "TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", DateTimeOffset.UnixEpoch.AddTicks(-1) },
        { "TIME '24:00:00'", TimeSpan.FromHours(24) },
        { "INTERVAL '1 month 2 days 3 microseconds'", new DuckDbInterval(1, 2, 3) },
        { "'00112233-4455-6677-8899-aabbccddeeff'::UUID", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") },
        { "'ff112233-4455-6677-8899-aabbccddeeff'::UUID", Guid.Parse("ff112233-4455-6677-8899-aabbccddeeff") },
        { "NULL", null },
        { "NULL::DECIMAL(38,2)", null },
        { "NULL::STRUCT(a INTEGER)", null },
        { "union_value(n := 5)", 5 },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_read_as_it_is(string sql, object? expected)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        Assert.Equal(expected, connection.ExecuteScalar($"SELECT {sql}"));
    }

    [Fact]
    public void Nested_values_are_read_with_their_nulls()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Equal([1, null, 3], (object?[])connection.ExecuteScalar("SELECT [1, NULL, 3]")!);
        Assert.Equal([], (object?[])connection.ExecuteScalar("SELECT []::INTEGER[]")!);
        Assert.Equal(["a", null], (object?[])connection.ExecuteScalar("SELECT ['a', NULL]::VARCHAR[2]")!);
        var pairs = (KeyValuePair<object, object?>[])connection.ExecuteScalar("SELECT MAP {'a': [1], 'b': NULL}")!;
        Assert.Equal(["a", "b"], pairs.Select(static pair => pair.Key));
        Assert.Equal([1], (object?[])pairs[0].Value!);
        Assert.Null(pairs[1].Value);
        var members = (Dictionary<string, object?>)connection.ExecuteScalar("SELECT {'a': {'b': [{'c': 'deep'}]}, 'n': NULL}")!;
        Assert.Null(members["n"]);
        var inner = (Dictionary<string, object?>)((object?[])((Dictionary<string, object?>)members["a"]!)["b"]!)[0]!;
        Assert.Equal("deep", inner["c"]);
    }

    [Theory]
    [InlineData("DECIMAL(12,2)", "DECIMAL(12,2)")]
    [InlineData("INTEGER[]", "INTEGER[]")]
    [InlineData("INTEGER[3]", "INTEGER[3]")]
    [InlineData("STRUCT(a INTEGER, \"b\"\"c\" VARCHAR[])", "STRUCT(\"a\" INTEGER, \"b\"\"c\" VARCHAR[])")]
    [InlineData("MAP(VARCHAR, DECIMAL(4,1))", "MAP(VARCHAR, DECIMAL(4,1))")]
    [InlineData("ENUM('x', 'y''z')", "ENUM('x', 'y''z')")]
    [InlineData("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("TIMESTAMP_NS", "TIMESTAMP_NS")]
    [InlineData("JSON", "JSON")]
    [InlineData("UNION(n INTEGER, s VARCHAR)", "UNION(\"n\" INTEGER, \"s\" VARCHAR)")]
    public void A_type_is_described_as_SQL_takes_it(string sql, string described)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var result = connection.Query($"SELECT NULL::{sql} AS c");
        Assert.Equal(described, result.Columns[0].Type.ToString());
        using var again = connection.Query($"SELECT NULL::{described} AS c");
        Assert.Equal(described, again.Columns[0].Type.ToString());
    }

    [Fact]
    public void Every_chunk_of_a_large_result_comes_in_order_with_its_nulls()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        foreach (var streaming in new[] { false, true })
        {
            const string Sql = "SELECT range AS n, CASE WHEN range % 3 = 0 THEN NULL ELSE 'text number ' || range END AS t FROM range(10000) ORDER BY n";
            using var result = streaming ? connection.Stream(Sql) : connection.Query(Sql);
            var next = 0L;
            while (result.NextChunk() is { } chunk)
            {
                var (numbers, texts) = (chunk.Column(0), chunk.Column(1));
                for (var row = 0; row < chunk.RowCount; row++, next++)
                {
                    Assert.Equal(next, numbers.GetInt64(row));
                    Assert.Equal(next % 3 == 0, texts.IsNull(row));
                    if (!texts.IsNull(row))
                        Assert.Equal(Encoding.UTF8.GetBytes($"text number {next}"), texts.GetUtf8(row));
                }
            }

            Assert.Equal(10_000, next);
            Assert.Null(result.NextChunk());
        }
    }

    [Fact]
    public void Decimals_print_as_DuckDB_prints_them_with_a_digit_before_the_point()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var width = random.Next(1, 39);
            var scale = random.Next(0, width + 1);
            var digits = string.Concat(Enumerable.Range(0, width).Select(_ => (char)('0' + random.Next(10))));
            var text = (random.Next(2) == 0 ? "-" : "") + digits[..(width - scale)] + (scale == 0 ? "" : (scale == width ? "0." : ".") + digits[(width - scale)..]);
            using var result = connection.Query($"SELECT v, v::VARCHAR FROM (SELECT '{text}'::DECIMAL({width},{scale}) AS v)");
            var row = result.ReadRows()[0];
            var printed = ((string)row[1]!).Replace("-.", "-0.", StringComparison.Ordinal);
            Assert.Equal(printed[0] == '.' ? "0" + printed : printed, row[0]!.ToString());
        }
    }

    [Fact]
    public void A_decimal_converts_where_System_Decimal_holds_it()
    {
        Assert.Equal(-12.50m, new DuckDbDecimal(-1250, 2).ToDecimal());
        Assert.Equal("-12.50", new DuckDbDecimal(-1250, 2).ToDecimal().ToString(CultureInfo.InvariantCulture));
        Assert.Equal(79228162514264337593543950335m, new DuckDbDecimal(Int128.Parse("79228162514264337593543950335", CultureInfo.InvariantCulture), 0).ToDecimal());
        Assert.Throws<OverflowException>(() => new DuckDbDecimal(Int128.MaxValue, 2).ToDecimal());
        Assert.Throws<OverflowException>(() => new DuckDbDecimal(1, 29).ToDecimal());
    }

    [Fact]
    public void A_reader_of_a_chunk_that_is_gone_is_refused()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var result = connection.Query("SELECT * FROM range(5000)");
        var first = result.NextChunk()!;
        result.NextChunk();
        Assert.Throws<ObjectDisposedException>(() => first.Column(0));
    }
}
