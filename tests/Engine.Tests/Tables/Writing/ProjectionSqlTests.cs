using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tests.Tables.Writing;

/// <summary>What <see cref="Projection"/> says, done by DuckDB.</summary>
public sealed class ProjectionSqlTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("170141183460469231731687303715884105727::HUGEINT")]
    [InlineData("[9223372036854775808::HUGEINT]")]
    [InlineData("{'a': MAP {'k': 9223372036854775808::HUGEINT}}")]
    [InlineData("'infinity'::TIMESTAMPTZ")]
    [InlineData("'-infinity'::TIMESTAMPTZ")]
    [InlineData("'10000-01-01 00:00:00+00'::TIMESTAMPTZ")]
    [InlineData("'0001-01-01 00:00:00+00'::TIMESTAMPTZ - INTERVAL 1 MICROSECOND")]
    [InlineData("'infinity'::DATE")]
    [InlineData("DATE '9999-12-31' + 1")]
    [InlineData("DATE '0001-01-01' - 1")]
    [InlineData("[NULL, 'infinity'::DATE]")]
    [InlineData("{'a': 1, 'b': {'c': [{'d': 'infinity'::TIMESTAMPTZ}]}}")]
    [InlineData("MAP {'infinity'::DATE: 1}")]
    [InlineData("MAP {1: ['infinity'::TIMESTAMPTZ]}")]
    public void A_value_that_tables_cannot_hold_is_an_error(string value) => Assert.Throws<DuckDbException>(() => Project($"SELECT {value} AS c"));

    [Theory]
    [InlineData("9223372036854775807::HUGEINT", "9223372036854775807")]
    [InlineData("18446744073709551615::UBIGINT", "18446744073709551615")]
    [InlineData("'0001-01-01 00:00:00+00'::TIMESTAMPTZ", "'0001-01-01 00:00:00+00'")]
    [InlineData("'9999-12-31 23:59:59.999999+00'::TIMESTAMPTZ", "'9999-12-31 23:59:59.999999+00'")]
    [InlineData("NULL::TIMESTAMPTZ", "NULL")]
    [InlineData("[DATE '9999-12-31', NULL]", "[9999-12-31, NULL]")]
    [InlineData("NULL::DATE[]", "NULL")]
    [InlineData("NULL::STRUCT(a DATE, b STRUCT(c DATE))", "NULL")]
    [InlineData("{'a': NULL::STRUCT(c DATE), 'b': 2::HUGEINT}", "{'a': NULL, 'b': 2}")]
    [InlineData("NULL::MAP(DATE, TIMESTAMPTZ)", "NULL")]
    [InlineData("MAP {DATE '2024-01-01': NULL::TIMESTAMPTZ}", "{2024-01-01=NULL}")]
    [InlineData("MAP {}::MAP(VARCHAR, DATE)", "{}")]
    [InlineData("[{'m': MAP {'k': [DATE '2024-01-01']}}]", "[{'m': {k=[2024-01-01]}}]")]
    [InlineData("'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID", "6ba7b810-9dad-11d1-80b4-00c04fd430c8")]
    [InlineData("['{\"a\": 1}'::JSON]", "['{\"a\": 1}']")]
    public void Every_other_value_stays_itself(string value, string printed) =>
        Assert.Equal([$"{{'c': {printed}}}"], Project($"SELECT {value} AS c"));

    [Theory]
    [InlineData("UTC")]
    [InlineData("America/Los_Angeles")]
    [InlineData("Asia/Kathmandu")]
    public void Partition_columns_are_UTCs_whatever_the_session_thinks(string zone)
    {
        scratch.Connection.Execute($"SET TimeZone = '{zone}'");
        var rows = Project(
            "SELECT make_timestamptz(epoch_us) AS t, DATE '2024-02-29' AS d, '' AS v FROM (VALUES (-1), (1709249400000001), (NULL)) AS x(epoch_us)",
            new("t", PartitionTransform.Day, "td"), new("t", PartitionTransform.Month, "tm"), new("t", PartitionTransform.Year, "ty"), new("t", PartitionTransform.Hour, "th"),
            new("d", PartitionTransform.Month, "dm"), new("v"));
        scratch.Connection.Execute("SET TimeZone = 'UTC'");
        Assert.Equal(
            ["1969-12-31 1969-12-01 1969-01-01 -3600000000 2024-02-01 NULL", "2024-02-29 2024-02-01 2024-01-01 1709247600000000 2024-02-01 NULL", "NULL NULL NULL NULL 2024-02-01 NULL"],
            rows.Order(StringComparer.Ordinal));
    }

    private IReadOnlyList<string> Project(string query, params PartitionSpec[] partitionBy)
    {
        using var statement = scratch.Connection.Prepare(query);
        var bound = statement.DescribeColumns().Select(column => new BoundColumn(column.Name, column.Type.ToString())).ToList();
        Assert.True(Projection.TryCreate(bound, partitionBy, out var projection, out var refusals), string.Join("; ", refusals.Select(refusal => refusal.Message)));
        var select = $"SELECT {string.Join(", ", projection.Expressions)} FROM ({query}) AS {Projection.Relation}";
        using var projected = scratch.Connection.Prepare(select);
        Assert.Equal(projection.Schema.Columns.Select(column => (column.Name, column.Type.Sql)), projected.DescribeColumns().Select(column => (column.Name, column.Type.ToString())));
        return partitionBy.Length == 0
            ? scratch.Rows(select)
            : [.. scratch.Connection.Query($"SELECT concat_ws(' ', coalesce(td::VARCHAR, 'NULL'), coalesce(tm::VARCHAR, 'NULL'), coalesce(ty::VARCHAR, 'NULL'), coalesce(epoch_us(th)::VARCHAR, 'NULL'), dm, coalesce(v, 'NULL')) FROM ({select})").ReadRows().Select(row => (string)row[0]!)];
    }
}
