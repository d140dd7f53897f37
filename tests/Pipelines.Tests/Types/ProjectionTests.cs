using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Tests.Types;

public sealed class ProjectionTests
{
    [Fact]
    public void Every_column_that_cannot_be_stored_is_named_at_once()
    {
        Assert.False(Projection.TryCreate(
            [new("a", "TIMESTAMP"), new("count(*)", "BIGINT"), new("c", "INTERVAL")], [], out _, out var refusals));
        Assert.Equal(
            ["column \"a\": TIMESTAMP has no time zone", "column \"c\": INTERVAL is not a type of Delta tables", "column name \"count(*)\" holds '(', which Delta tables cannot"],
            refusals.Select(refusal => refusal.Message));
        Assert.Equal("AS count", refusals[2].Help);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a;b")]
    [InlineData("{a")]
    [InlineData("a}")]
    [InlineData("a)")]
    [InlineData("a=b")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("")]
    [InlineData("\u0001")]
    public void A_name_that_Delta_cannot_hold_is_refused(string name) => Assert.NotNull(ColumnNames.Refuse(name));

    [Theory]
    [InlineData("a.b")]
    [InlineData("naïve")]
    [InlineData("1st")]
    [InlineData("order")]
    [InlineData("a\"b")]
    public void Any_other_name_is_fine(string name) => Assert.Null(ColumnNames.Refuse(name));

    [Fact]
    public void Names_that_differ_only_in_case_are_refused()
    {
        Assert.Contains("differ only in case", ColumnNames.Refuse(["Day", "n", "day"])!.Message, StringComparison.Ordinal);
        Assert.Contains("comes twice", ColumnNames.Refuse(["day", "n", "day"])!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Partition_columns_are_columns_of_the_table_in_the_order_of_partitionBy()
    {
        Assert.True(Projection.TryCreate(
            [new("at", "TIMESTAMPTZ"), new("Country", "VARCHAR"), new("n", "HUGEINT")],
            [new("at", PartitionTransform.Day, "at_date"), new("country"), new("at", PartitionTransform.Hour, "at_hour")],
            out var projection,
            out _));
        Assert.Equal(["at", "Country", "n", "at_date", "at_hour"], projection.Schema.Columns.Select(column => column.Name));
        Assert.Equal(["at_date", "Country", "at_hour"], projection.Schema.PartitionColumns);
        Assert.Equal(["at", "n"], projection.Schema.FileColumns.Select(column => column.Name));
        Assert.Equal([ColumnType.Timestamp, ColumnType.String, ColumnType.Long, ColumnType.Date, ColumnType.Timestamp], projection.Schema.Columns.Select(column => column.Type));
    }

    [Theory]
    [InlineData("gone", PartitionTransform.Identity, null, "no column \"gone\"")]
    [InlineData("v", PartitionTransform.Day, "d", "Day cannot be taken of VARCHAR")]
    [InlineData("d", PartitionTransform.Hour, "h", "Hour cannot be taken of DATE")]
    [InlineData("d", PartitionTransform.Day, null, "has no name")]
    [InlineData("x", PartitionTransform.Identity, null, "cannot be partitioned by DOUBLE")]
    [InlineData("l", PartitionTransform.Identity, null, "cannot be partitioned by INTEGER[]")]
    [InlineData("d", PartitionTransform.Month, "V", "differ only in case")]
    [InlineData("d", PartitionTransform.Month, "a b", "a space")]
    public void A_partition_that_cannot_be_is_refused(string column, PartitionTransform transform, string? name, string message)
    {
        Assert.False(Projection.TryCreate(
            [new("v", "VARCHAR"), new("d", "DATE"), new("x", "DOUBLE"), new("l", "INTEGER[]")], [new(column, transform, name)], out _, out var refusals));
        Assert.Contains(message, Assert.Single(refusals).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_partition_columns_alone_is_refused()
    {
        Assert.False(Projection.TryCreate([new("v", "VARCHAR")], [new("v")], out _, out var refusals));
        Assert.Contains("every column is a partition column", Assert.Single(refusals).Message, StringComparison.Ordinal);
    }
}
