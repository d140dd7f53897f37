using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.Tables.Statistics;

public sealed class DeltaStatisticsTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("BIGINT", "(-9223372036854775808), 9223372036854775807", "-9223372036854775808", "9223372036854775807")]
    [InlineData("TINYINT", "(-128), 127", "-128", "127")]
    [InlineData("DECIMAL(38,3)", "(-12345678901234567890123456789012345.678), 0.5", "-12345678901234567890123456789012345.678", "0.500")]
    [InlineData("DECIMAL(9,0)", "(-1), 7", "-1", "7")]
    [InlineData("DOUBLE", "(-1e300), 0.1", "-1e+300", "0.1")]
    [InlineData("FLOAT", "(-1.5), 1e-7", "-1.5", "1e-07")]
    [InlineData("DOUBLE", "'-inf', '1'", null, "1.0")]
    [InlineData("DOUBLE", "'1', 'inf'", "1.0", null)]
    [InlineData("DOUBLE", "'1', 'nan'", null, null)]
    [InlineData("DATE", "'0001-01-01', '9999-12-31'", "\"0001-01-01\"", "\"9999-12-31\"")]
    [InlineData("TIMESTAMPTZ", "'1969-12-31 23:59:59.999999+00', '2024-01-01 00:00:00.123001+00'", "\"1969-12-31T23:59:59.999Z\"", "\"2024-01-01T00:00:00.124Z\"")]
    [InlineData("TIMESTAMPTZ", "'2024-01-01 00:00:00.5+00', '2024-01-01 00:00:00.5+00'", "\"2024-01-01T00:00:00.500Z\"", "\"2024-01-01T00:00:00.500Z\"")]
    [InlineData("TIMESTAMPTZ", "'0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00'", "\"0001-01-01T00:00:00.000Z\"", null)]
    [InlineData("VARCHAR", "'a\"\\', 'é'", "\"a\\\"\\\\\"", "\"é\"")]
    [InlineData("VARCHAR", "repeat('a', 40), repeat('b', 40)", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\\u007F\"")]
    [InlineData("VARCHAR", "'', chr(0)", "\"\"", "\"\\u0000\"")]
    [InlineData("BLOB", "'a', 'b'", null, null)]
    [InlineData("BOOLEAN", "true, false", null, null)]
    [InlineData("INTEGER[]", "[1], [2]", null, null)]
    [InlineData("STRUCT(a INTEGER)", "{'a': 3}, {'a': 4}", "{\"a\":3}", "{\"a\":4}")]
    [InlineData("STRUCT(a STRUCT(b INTEGER, c BLOB), \"d.e\" VARCHAR)", "{'a': {'b': 3, 'c': ''}, 'd.e': 'x'}, {'a': {'b': 1, 'c': ''}, 'd.e': 'y'}", "{\"a\":{\"b\":1},\"d.e\":\"x\"}", "{\"a\":{\"b\":3},\"d.e\":\"y\"}")]
    public void Bounds_are_written_as_the_type_wants_them(string type, string values, string? min, string? max)
    {
        var (json, _) = Write($"SELECT CAST(unnest([{values}]) AS {type}) AS c UNION ALL SELECT NULL", [("c", type)]);
        Assert.StartsWith(
            $$"""{"numRecords":3,"minValues":{{(min is null ? "{}" : $"{{\"c\":{min}}}")}},"maxValues":{{(max is null ? "{}" : $"{{\"c\":{max}}}")}},"nullCount":{""",
            json,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NULLs_are_counted_by_leaf_and_lists_are_left_out()
    {
        var (json, _) = Write(
            "SELECT CASE WHEN range < 3 THEN {'a': range} END AS s, CASE WHEN range = 0 THEN [1] END AS l, CASE WHEN range > 3 THEN 'x' END AS v, 1 AS p FROM range(5)",
            [("s", "STRUCT(a BIGINT)"), ("l", "INTEGER[]"), ("v", "VARCHAR"), ("p", "INTEGER")],
            "p");
        Assert.Equal("""{"numRecords":5,"minValues":{"s":{"a":0},"v":"x"},"maxValues":{"s":{"a":2},"v":"x"},"nullCount":{"s":{"a":2},"v":4}}""", json);
    }

    [Fact]
    public void Leaves_beyond_the_thirty_second_have_no_statistics()
    {
        var columns = Enumerable.Range(0, 40).Select(i => ($"c{i}", "INTEGER")).ToArray();
        var (json, _) = Write($"SELECT {string.Join(", ", columns.Select(column => $"1 AS {column.Item1}"))}", columns);
        Assert.Contains("\"c31\":1", json, StringComparison.Ordinal);
        Assert.DoesNotContain("c32", json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_written_reads_back()
    {
        var (json, schema) = Write(
            "SELECT -7 AS i, DATE '1969-12-31' AS d, TIMESTAMPTZ '2024-01-01 00:00:00.123456+00' AS t, 'x' AS v, 1.50::DECIMAL(4,2) AS n, {'Ab': 3} AS s",
            [("i", "INTEGER"), ("d", "DATE"), ("t", "TIMESTAMPTZ"), ("v", "VARCHAR"), ("n", "DECIMAL(4,2)"), ("s", "STRUCT(Ab INTEGER)")]);
        var read = FileStatistics.Parse(json);
        Assert.Equal(1, read.Rows);
        Assert.Equal(new ColumnStatistics(ColumnValue.OfNumber(-7), ColumnValue.OfNumber(-7), 0, true), read.Column(schema.Columns[0].Type, "i"));
        Assert.Equal(ColumnValue.OfNumber(new DateOnly(1969, 12, 31).DayNumber), read.Column(ColumnType.Date, "D").Min);
        var t = read.Column(ColumnType.Timestamp, "t");
        Assert.Equal((1704067200123000, 1704067200124999, false), ((long)t.Min!.Value.Number, (long)t.Max!.Value.Number, t.IsExact));
        Assert.Equal(ColumnValue.OfNumber(150), read.Column(schema.Columns[4].Type, "n").Max);
        Assert.Equal(ColumnValue.OfNumber(3), read.Column(ColumnType.Integer, "s", "ab").Max);
        Assert.Equal(ColumnStatistics.Unknown with { IsExact = true }, read.Column(ColumnType.Integer, "s", "ab", "deeper"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"numRecords":"3","minValues":7,"nullCount":{"c":"x"}}""")]
    [InlineData("""{"numRecords":-3,"minValues":{"c":"x"},"maxValues":{"c":{"d":1}},"nullCount":{"c":-1}}""")]
    [InlineData("""{"minValues":{"c":1.5},"maxValues":{"c":99999999999999999999}}""")]
    [InlineData("""{"numRecords":1e2,"minValues":{"c":null},"maxValues":{"c":[1]},"nullCount":{"c":1.5}}""")]
    public void What_cannot_be_understood_is_unknown(string? json)
    {
        var read = FileStatistics.Parse(json);
        Assert.Null(read.Rows);
        var column = read.Column(ColumnType.Long, "c");
        Assert.Equal((null, null, null), (column.Min, column.Max, column.NullCount));
    }

    [Theory]
    [InlineData("\"2024-01-01T00:00:00.000Z\"")]
    [InlineData("\"2024-01-01T00:00:00+00:00\"")]
    [InlineData("\"2023-12-31T17:00:00.000-07:00\"")]
    [InlineData("\"2024-01-01 00:00:00\"")]
    [InlineData("\"2024-01-01 00:00:00.000000\"")]
    public void Instants_of_other_writers_are_understood_and_their_maxima_taken_as_cut(string max)
    {
        var column = FileStatistics.Parse($$$"""{"numRecords":1,"minValues":{"t":{{{max}}}},"maxValues":{"t":{{{max}}}}}""").Column(ColumnType.Timestamp, "t");
        Assert.Equal((1704067200000000, 1704067200000999), ((long)column.Min!.Value.Number, (long)column.Max!.Value.Number));
    }

    [Theory]
    [InlineData("1.50", 4, 2, 150)]
    [InlineData("15e-1", 4, 2, 150)]
    [InlineData("1.5E+1", 4, 2, 1500)]
    [InlineData("-0", 4, 2, 0)]
    [InlineData("1.500", 4, 2, 150)]
    [InlineData("1.505", 4, 2, null)]
    [InlineData("100", 4, 2, null)]
    [InlineData("1e99", 4, 2, null)]
    [InlineData(".", 4, 2, null)]
    [InlineData("", 4, 2, null)]
    [InlineData("1 ", 4, 2, null)]
    public void Decimals_are_whole_numbers_of_the_columns_unit_or_unknown(string text, int precision, int scale, int? unscaled)
    {
        var expected = unscaled is { } number ? ColumnValue.OfNumber(number) : (ColumnValue?)null;
        Assert.Equal(expected, ColumnValue.Parse(text, new ColumnType.Decimal(precision, scale)));
    }

    [Fact]
    public void A_table_answers_from_statistics_only_what_every_file_says_exactly()
    {
        var schema = new TableSchema([new("i", ColumnType.Long), new("v", ColumnType.String), new("p", ColumnType.Integer)], ["p"]);
        DataFile File(string? stats, string? p, long? rows) => new("f", 1, DateTimeOffset.UnixEpoch, new Dictionary<string, string?> { ["p"] = p }, stats, rows);
        Snapshot Of(params DataFile[] files) => new(
            0, 0, DateTimeOffset.UnixEpoch, "id", schema, new Dictionary<string, string>(), files, new Dictionary<string, string>(), new Dictionary<string, long>());
        var one = File("""{"numRecords":3,"minValues":{"i":1,"v":"a"},"maxValues":{"i":5,"v":"b"},"nullCount":{"i":1,"v":0}}""", "7", 3);
        var two = File("""{"numRecords":2,"minValues":{"i":-4},"maxValues":{"i":0},"nullCount":{"i":0}}""", null, 2);
        var empty = File("""{"numRecords":2,"nullCount":{"i":2}}""", "", 2);

        var known = new TableStatistics(Of(one, two, empty));
        Assert.Equal((7, 3, 4), (known.Rows, known.NullCount("I"), known.NullCount("p")));
        Assert.Equal((ColumnValue.OfNumber(-4), ColumnValue.OfNumber(5)), known.Range("i"));
        Assert.Equal((ColumnValue.OfNumber(7), ColumnValue.OfNumber(7)), known.Range("p"));
        Assert.Null(known.NullCount("v"));
        Assert.Null(known.Range("v"));

        var unknown = new TableStatistics(Of(one, File(null, "1", null)));
        Assert.Equal((null, null, null), (unknown.Rows, unknown.NullCount("i"), unknown.Range("i")));
        Assert.Equal(0, new TableStatistics(Of()).Rows);
        Assert.Null(new TableStatistics(Of()).Range("i"));
    }

    private (string Json, TableSchema Schema) Write(string query, (string Name, string Type)[] columns, params string[] partitions)
    {
        var schema = new TableSchema(
            [.. columns.Select(column => ColumnType.TryParseSql(column.Type, out var type, out _) ? new TableColumn(column.Name, type) : throw new ArgumentException(column.Type))],
            partitions);
        return (DeltaStatistics.Write(Assert.Single(scratch.Write(query, partitions)), schema), schema);
    }
}
