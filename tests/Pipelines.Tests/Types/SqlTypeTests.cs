using System.Text;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Tests.Types;

public sealed class SqlTypeTests
{
    [Theory]
    [InlineData("BOOLEAN", "BOOLEAN")]
    [InlineData("bool", "BOOLEAN")]
    [InlineData("tinyint", "TINYINT")]
    [InlineData("INT2", "SMALLINT")]
    [InlineData(" Int ", "INTEGER")]
    [InlineData("int8", "BIGINT")]
    [InlineData("int64", "BIGINT")]
    [InlineData("oid", "BIGINT")]
    [InlineData("HUGEINT", "BIGINT")]
    [InlineData("UTINYINT", "SMALLINT")]
    [InlineData("USMALLINT", "INTEGER")]
    [InlineData("UINTEGER", "BIGINT")]
    [InlineData("UBIGINT", "DECIMAL(20,0)")]
    [InlineData("real", "FLOAT")]
    [InlineData("FLOAT(24)", "FLOAT")]
    [InlineData("FLOAT(25)", "DOUBLE")]
    [InlineData("double precision", "DOUBLE")]
    [InlineData("DECIMAL", "DECIMAL(18,3)")]
    [InlineData("DECIMAL(18)", "DECIMAL(18,0)")]
    [InlineData("numeric(38, 38)", "DECIMAL(38,38)")]
    [InlineData("dec(4,1)", "DECIMAL(4,1)")]
    [InlineData("TEXT", "VARCHAR")]
    [InlineData("STRING", "VARCHAR")]
    [InlineData("varchar(10)", "VARCHAR")]
    [InlineData("CHARACTER VARYING(10)", "VARCHAR")]
    [InlineData("NATIONAL CHARACTER VARYING", "VARCHAR")]
    [InlineData("UUID", "VARCHAR")]
    [InlineData("JSON", "VARCHAR")]
    [InlineData("ENUM('a', 'it''s', ')')", "VARCHAR")]
    [InlineData("bytea", "BLOB")]
    [InlineData("DATE", "DATE")]
    [InlineData("timestamptz", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("timestamp with  time zone", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("INTEGER[]", "INTEGER[]")]
    [InlineData("int array", "INTEGER[]")]
    [InlineData("ENUM('q')[][]", "VARCHAR[][]")]
    [InlineData("MAP(VARCHAR, HUGEINT)", "MAP(VARCHAR, BIGINT)")]
    [InlineData("STRUCT(a INTEGER, \"c\"\"d\" UUID)", "STRUCT(\"a\" INTEGER, \"c\"\"d\" VARCHAR)")]
    [InlineData("row(a int, b struct(c decimal(3,2)[]))", "STRUCT(\"a\" INTEGER, \"b\" STRUCT(\"c\" DECIMAL(3,2)[]))")]
    [InlineData("\"INTEGER\"", "INTEGER")]
    public void A_type_in_any_of_DuckDBs_spellings_is_stored_as_the_table_says(string sql, string stored)
    {
        Assert.True(ColumnType.TryParseSql(sql, out var type, out var refusal), refusal?.Message);
        Assert.Equal(stored, type.Sql);
    }

    [Theory]
    [InlineData("TIMESTAMP", "AT TIME ZONE 'UTC'")]
    [InlineData("timestamp without time zone", "AT TIME ZONE 'UTC'")]
    [InlineData("DATETIME", "AT TIME ZONE 'UTC'")]
    [InlineData("TIMESTAMP(3)", "AT TIME ZONE 'UTC'")]
    [InlineData("TIMESTAMP_S", "CAST")]
    [InlineData("TIMESTAMP_MS", "CAST")]
    [InlineData("TIMESTAMP_NS", "CAST")]
    [InlineData("TIME", "VARCHAR")]
    [InlineData("TIME WITH TIME ZONE", "VARCHAR")]
    [InlineData("TIMETZ", "VARCHAR")]
    [InlineData("TIME_NS", "VARCHAR")]
    [InlineData("INTERVAL", "epoch")]
    [InlineData("BIT", "VARCHAR")]
    [InlineData("UHUGEINT", "DECIMAL(38,0)")]
    [InlineData("BIGNUM", "VARCHAR")]
    [InlineData("VARIANT", "VARCHAR")]
    [InlineData("UNION(a INTEGER, b VARCHAR)", "union_extract")]
    [InlineData("GEOMETRY", "VARCHAR")]
    [InlineData("GEOMETRY('EPSG:4326')", "VARCHAR")]
    [InlineData("INTEGER[3]", "CAST(... AS INTEGER[])")]
    [InlineData("INT ARRAY[3]", "INTEGER[]")]
    [InlineData("\"NULL\"", "CAST(NULL AS VARCHAR)")]
    [InlineData("\"NULL\"[]", "CAST(NULL AS VARCHAR)")]
    [InlineData("STRUCT(INTEGER, VARCHAR)", "names")]
    [InlineData("STRUCT(\"a b\" INTEGER)", "AS a_b")]
    [InlineData("STRUCT(a INTEGER, A INTEGER)", "AS")]
    [InlineData("STRUCT(a TIMESTAMP[])", "AT TIME ZONE 'UTC'")]
    [InlineData("MAP(VARCHAR, INTERVAL)", "epoch")]
    [InlineData("DECIMAL(39,0)", "38")]
    [InlineData("DECIMAL(3,4)", "DECIMAL(4,4)")]
    [InlineData("INTT", "types are")]
    [InlineData("", "such as")]
    [InlineData("INTEGER[", "such as")]
    [InlineData("STRUCT(a", "names")]
    [InlineData("INTEGER INTEGER", "such as")]
    [InlineData("\"INTEGER", "such as")]
    public void A_type_that_tables_cannot_hold_is_refused_with_the_fix(string sql, string help)
    {
        Assert.False(ColumnType.TryParseSql(sql, out _, out var refusal));
        Assert.NotEmpty(refusal.Message);
        Assert.Contains(help, refusal.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_inside_a_nested_type_says_where()
    {
        Assert.False(ColumnType.TryParseSql("STRUCT(a MAP(VARCHAR, STRUCT(b TIMESTAMP)))", out _, out var refusal));
        Assert.Equal("STRUCT field \"a\": MAP value: STRUCT field \"b\": TIMESTAMP has no time zone", refusal.Message);
    }

    [Fact]
    public void Every_type_reads_back_from_its_own_spelling()
    {
        var random = new Random(20261120);
        for (var i = 0; i < 2000; i++)
        {
            var type = RandomTypes.Next(random, 3, nulls: false);
            Assert.True(ColumnType.TryParseSql(type.Sql, out var read, out var refusal), $"{type.Sql}: {refusal?.Message}");
            Assert.Equal(type, read);
        }
    }

    [Fact]
    public void No_text_breaks_the_parser_and_every_refusal_has_a_fix()
    {
        var random = new Random(7);
        const string Letters = "()[],\"' 3ABINTEGRSUCV_é";
        for (var i = 0; i < 20000; i++)
        {
            var text = new StringBuilder(i % 2 == 0 ? RandomTypes.Next(random, 2, nulls: false).Sql : "");
            for (var edits = random.Next(1, 6); edits > 0; edits--)
                text.Insert(random.Next(text.Length + 1), Letters[random.Next(Letters.Length)]);
            if (ColumnType.TryParseSql(text.ToString(), out var type, out var refusal))
                Assert.True(ColumnType.TryParseSql(type.Sql, out _, out _), text.ToString());
            else
                Assert.NotEmpty(refusal.Help);
        }
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_does_not_end_the_process()
    {
        var sql = string.Concat(Enumerable.Repeat("STRUCT(a ", 100_000)) + "INT";
        Assert.False(ColumnType.TryParseSql(sql, out _, out var refusal));
        Assert.Contains("nested deeper", refusal.Message, StringComparison.Ordinal);
    }
}
