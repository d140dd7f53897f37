using System.Globalization;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

/// <summary>The coercion table, value by value: a value that fits is stored exactly, and one that does not says why.</summary>
public sealed class CoercionTests
{
    [Theory]
    [InlineData("BIGINT", "9223372036854775807", "9223372036854775807")]
    [InlineData("BIGINT", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("BIGINT", "-0", "0")]
    [InlineData("BIGINT", "1.0", "1")]
    [InlineData("BIGINT", "1e3", "1000")]
    [InlineData("BIGINT", "1200e-2", "12")]
    [InlineData("TINYINT", "-128", "-128")]
    [InlineData("SMALLINT", "32767", "32767")]
    [InlineData("INTEGER", "2147483647", "2147483647")]
    [InlineData("UTINYINT", "255", "255")]
    [InlineData("UINTEGER", "4294967295", "4294967295")]
    [InlineData("UBIGINT", "18446744073709551615", "18446744073709551615")]
    [InlineData("HUGEINT", "9223372036854775807", "9223372036854775807")]
    [InlineData("DECIMAL(12,2)", "12.5", "12.50")]
    [InlineData("DECIMAL(12,2)", "\"12.50\"", "12.50")]
    [InlineData("DECIMAL(12,2)", "\"-0012.500000\"", "-12.50")]
    [InlineData("DECIMAL(12,2)", "1.25e1", "12.50")]
    [InlineData("DECIMAL(4,4)", "0.9999", "0.9999")]
    [InlineData("DECIMAL(4,0)", "9999", "9999")]
    [InlineData("DECIMAL(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999")]
    [InlineData("DECIMAL(38,38)", "-0.00000000000000000000000000000000000001", "-0.00000000000000000000000000000000000001")]
    [InlineData("DECIMAL(38,10)", "1e27", "1000000000000000000000000000.0000000000")]
    [InlineData("DOUBLE", "1e308", "1E+308")]
    [InlineData("DOUBLE", "0.1", "0.1")]
    [InlineData("DOUBLE", "-0.0", "-0")]
    [InlineData("FLOAT", "0.1", "0.1")]
    [InlineData("BOOLEAN", "true", "True")]
    [InlineData("VARCHAR", "\"\"", "")]
    [InlineData("VARCHAR", "\"exactly12byt\"", "exactly12byt")]
    [InlineData("VARCHAR", "\"thirteen byte\"", "thirteen byte")]
    [InlineData("VARCHAR", "\"\\u0000\\ud83d\\ude00\"", "\0😀")]
    [InlineData("UUID", "\"0123456789ABCDEF0123456789abcdef\"", "01234567-89ab-cdef-0123-456789abcdef")]
    [InlineData("UUID", "\"01234567-89AB-cdef-0123-456789abcdef\"", "01234567-89ab-cdef-0123-456789abcdef")]
    [InlineData("ENUM('a', 'b''c')", "\"b'c\"", "b'c")]
    [InlineData("DATE", "\"0001-01-01\"", "01/01/0001")]
    [InlineData("DATE", "\"9999-12-31\"", "12/31/9999")]
    [InlineData("DATE", "\"2024-02-29\"", "02/29/2024")]
    [InlineData("JSON", "[1,  2]", "[1,  2]")]
    [InlineData("JSON", "\"x\"", "\"x\"")]
    [InlineData("JSON", "false", "false")]
    public void A_value_that_fits_is_stored_exactly(string type, string json, string stored)
    {
        var parsed = Parsed.Read("v " + type, $$"""{"v": {{json}}}""");
        Assert.Equal(stored, string.Create(CultureInfo.InvariantCulture, $"{parsed.Row[0]}"));
    }

    [Theory]
    [InlineData("BIGINT", "9223372036854775808", "LH3110")]
    [InlineData("BIGINT", "1e400", "LH3110")]
    [InlineData("BIGINT", "1.5", "LH3111")]
    [InlineData("BIGINT", "1e-400", "LH3111")]
    [InlineData("BIGINT", "\"1\"", "LH3108")]
    [InlineData("BIGINT", "true", "LH3108")]
    [InlineData("BIGINT", "{}", "LH3108")]
    [InlineData("BIGINT", "[1]", "LH3108")]
    [InlineData("TINYINT", "128", "LH3110")]
    [InlineData("UTINYINT", "-1", "LH3110")]
    [InlineData("UBIGINT", "18446744073709551616", "LH3110")]
    [InlineData("HUGEINT", "9223372036854775808", "LH3110")]
    [InlineData("DECIMAL(12,2)", "0.001", "LH3111")]
    [InlineData("DECIMAL(12,2)", "10000000000", "LH3110")]
    [InlineData("DECIMAL(12,2)", "\"\"", "LH3109")]
    [InlineData("DECIMAL(12,2)", "\" 1\"", "LH3109")]
    [InlineData("DECIMAL(12,2)", "\"1.\"", "LH3109")]
    [InlineData("DECIMAL(12,2)", "\"1_0\"", "LH3109")]
    [InlineData("DECIMAL(12,2)", "\"NaN\"", "LH3109")]
    [InlineData("DECIMAL(38,0)", "1e38", "LH3110")]
    [InlineData("DECIMAL(38,0)", "1e99999999999999999999", "LH3110")]
    [InlineData("DOUBLE", "1e309", "LH3110")]
    [InlineData("DOUBLE", "\"1\"", "LH3108")]
    [InlineData("FLOAT", "1e39", "LH3110")]
    [InlineData("BOOLEAN", "1", "LH3108")]
    [InlineData("BOOLEAN", "\"true\"", "LH3108")]
    [InlineData("VARCHAR", "1", "LH3108")]
    [InlineData("VARCHAR", "\"\\ud800\"", "LH3112")]
    [InlineData("JSON", "[\"\\udc00\"]", "LH3112")]
    [InlineData("UUID", "\"not\"", "LH3109")]
    [InlineData("UUID", "\"{01234567-89ab-cdef-0123-456789abcdef}\"", "LH3109")]
    [InlineData("ENUM('a', 'b')", "\"A\"", "LH3110")]
    [InlineData("BLOB", "\"AA\"", "LH3109")]
    [InlineData("DATE", "\"2023-02-29\"", "LH3109")]
    [InlineData("DATE", "\"2023-2-9\"", "LH3109")]
    [InlineData("DATE", "\"0000-01-01\"", "LH3110")]
    [InlineData("DATE", "\"10000-01-01\"", "LH3110")]
    [InlineData("DATE", "\"infinity\"", "LH3110")]
    [InlineData("DATE", "20260101", "LH3108")]
    [InlineData("BIGINT[]", "[1, \"2\"]", "LH3108")]
    [InlineData("STRUCT(a BIGINT)", "{\"a\": 1, \"a\": 2}", "LH3105")]
    [InlineData("STRUCT(a BIGINT)", "[]", "LH3108")]
    [InlineData("MAP(VARCHAR, BIGINT)", "{\"a\": 1, \"\\u0061\": 2}", "LH3105")]
    [InlineData("MAP(BIGINT, BIGINT)", "{\"1\": 1, \"01\": 2}", "LH3105")]
    [InlineData("MAP(BIGINT, BIGINT)", "{\"x\": 1}", "LH3109")]
    public void A_value_that_does_not_fit_says_why(string type, string json, string code)
    {
        var parsed = Parsed.Read("v " + type, $$"""{"v": {{json}}}""");
        Assert.Equal(code, parsed.Bad.Code);
        Assert.Equal("v", parsed.Bad.Field);
        Assert.Empty(parsed.Rows);
    }

    [Theory]
    [InlineData("2026-01-31T00:00:00Z", "2026-01-31T00:00:00.0000000+00:00")]
    [InlineData("2026-01-31 00:00:00z", "2026-01-31T00:00:00.0000000+00:00")]
    [InlineData("2026-01-31t00:00:00.5+01:30", "2026-01-30T22:30:00.5000000+00:00")]
    [InlineData("2026-01-31T00:00:00-0800", "2026-01-31T08:00:00.0000000+00:00")]
    [InlineData("2026-01-31T00:00:00+02", "2026-01-30T22:00:00.0000000+00:00")]
    [InlineData("2026-01-31T12:34:56", "2026-01-31T12:34:56.0000000+00:00")]
    [InlineData("2026-01-31T12:34:56.123456789Z", "2026-01-31T12:34:56.1234560+00:00")]
    [InlineData("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.9999990+00:00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999990+00:00")]
    [InlineData("2024-02-29T23:59:59+23:59", "2024-02-29T00:00:59.0000000+00:00")]
    public void An_instant_is_taken_to_the_microsecond(string text, string utc)
    {
        var parsed = Parsed.Read("v TIMESTAMPTZ", $$"""{"v": "{{text}}"}""");
        Assert.Equal(utc, ((DateTimeOffset)parsed.Row[0]!).ToString("O", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("10000-01-01T00:00:00Z", "LH3110")]
    [InlineData("9999-12-31T23:59:59-00:01", "LH3110")]
    [InlineData("0001-01-01T00:00:00+00:01", "LH3110")]
    [InlineData("-0001-01-01T00:00:00Z", "LH3110")]
    [InlineData("0000-01-01T00:00:00Z", "LH3110")]
    [InlineData("infinity", "LH3110")]
    [InlineData("-Infinity", "LH3110")]
    [InlineData("2026-02-29T00:00:00Z", "LH3109")]
    [InlineData("2026-01-31", "LH3109")]
    [InlineData("2026-01-31T24:00:00Z", "LH3109")]
    [InlineData("2026-01-31T23:59:60Z", "LH3109")]
    [InlineData("2026-01-31T00:00Z", "LH3109")]
    [InlineData("2026-01-31T00:00:00.Z", "LH3109")]
    [InlineData("2026-01-31T00:00:00+24:00", "LH3109")]
    [InlineData("2026-01-31T00:00:00 UTC", "LH3109")]
    [InlineData("2026/01/31T00:00:00Z", "LH3109")]
    [InlineData("１２34-01-31T00:00:00Z", "LH3109")]
    public void A_text_that_is_no_instant_of_the_calendar_is_quarantined(string text, string code) =>
        Assert.Equal(code, Parsed.Read("v TIMESTAMPTZ", $$"""{"v": "{{text}}"}""").Bad.Code);

    [Fact]
    public void Base64_becomes_bytes() =>
        Assert.Equal([0, 255, 1], (byte[])Parsed.Read("v BLOB", """{"v": "AP8B"}""").Row[0]!);

    [Theory]
    [InlineData("BOOLEAN")]
    [InlineData("TINYINT")]
    [InlineData("UTINYINT")]
    [InlineData("USMALLINT")]
    [InlineData("UINTEGER")]
    [InlineData("UBIGINT")]
    [InlineData("HUGEINT")]
    [InlineData("FLOAT")]
    [InlineData("DOUBLE")]
    [InlineData("DECIMAL(4,1)")]
    [InlineData("DECIMAL(9,1)")]
    [InlineData("DECIMAL(18,1)")]
    [InlineData("DECIMAL(38,1)")]
    [InlineData("VARCHAR")]
    [InlineData("UUID")]
    [InlineData("JSON")]
    [InlineData("ENUM('a', 'b')")]
    [InlineData("BLOB")]
    [InlineData("DATE")]
    [InlineData("TIMESTAMPTZ")]
    [InlineData("UUID[]")]
    [InlineData("STRUCT(a UBIGINT, b JSON[])")]
    [InlineData("MAP(VARCHAR, STRUCT(x HUGEINT))")]
    public void Every_type_is_given_as_the_type_table_stores_it(string type)
    {
        var parsed = Parsed.Read("v " + type, """{"v": null}""");
        Assert.True(ColumnType.TryParseSql(type, out var stored, out _));
        Assert.True(ColumnType.TryParseSql(parsed.Types[0].ToString(), out var given, out _));
        Assert.Equal(stored, given);
        if (parsed.Types[0].Alias is null)
            Assert.Equal(stored.Sql, given.Sql);
        Assert.Null(parsed.Row[0]);
    }

    [Fact]
    public void Decimals_agree_with_arithmetic_on_big_integers()
    {
        var random = new Random(20260131);
        for (var i = 0; i < 20_000; i++)
        {
            var precision = random.Next(1, 39);
            var scale = random.Next(0, precision + 1);
            var digits = new string([.. Enumerable.Range(0, random.Next(1, 45)).Select(_ => (char)('0' + (random.Next(3) == 0 ? 0 : random.Next(10))))]);
            var point = random.Next(0, 3) == 0 ? 0 : random.Next(0, digits.Length);
            var exponent = random.Next(0, 3) == 0 ? random.Next(-40, 40) : 0;
            var text = (random.Next(2) == 0 ? "-" : "") + (point == 0 ? digits : $"{digits[..point]}.{digits[point..]}") + (exponent == 0 ? "" : $"e{exponent}");

            // value = digits × 10^(exponent - fraction); unscaled = value × 10^scale
            var shift = exponent + scale - (point == 0 ? 0 : digits.Length - point);
            var magnitude = System.Numerics.BigInteger.Parse(digits, CultureInfo.InvariantCulture) * System.Numerics.BigInteger.Pow(10, Math.Max(0, shift));
            var divisor = System.Numerics.BigInteger.Pow(10, Math.Max(0, -shift));
            var exact = magnitude % divisor == 0;
            var tooLarge = magnitude >= System.Numerics.BigInteger.Pow(10, precision) * divisor;

            var fault = Engine.Ingest.Parsing.Texts.DecimalText.TryParse(System.Text.Encoding.UTF8.GetBytes(text), precision, scale, out var unscaled);
            if (tooLarge)
                Assert.Equal(Engine.Ingest.Parsing.ValueFault.OutOfRange, fault);
            else if (!exact)
                Assert.Equal(Engine.Ingest.Parsing.ValueFault.Inexact, fault);
            else
                Assert.Equal((text[0] == '-' ? -1 : 1) * magnitude / divisor, (System.Numerics.BigInteger)unscaled);
        }
    }
}
