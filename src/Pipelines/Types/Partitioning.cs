using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// How the value of a partition column comes from a column, as types and as SQL. A partition column is a real column of the table; its
/// days and hours are UTC's whatever the session's time zone.
/// </summary>
public static class Partitioning
{
    /// <summary>Type of the partition column, or null with the reason.</summary>
    public static ColumnType? TypeOf(PartitionSpec partition, ColumnType column, out TypeRefusal? refusal)
    {
        refusal = null;
        if (partition.Transform == PartitionTransform.Identity)
        {
            if (column.CanPartition)
                return column;
            refusal = new TypeRefusal($"a table cannot be partitioned by {column.Sql}", "partition by a date, a whole number or a short text with few values");
            return null;
        }

        if (string.IsNullOrEmpty(partition.As))
        {
            refusal = new TypeRefusal($"the partition column out of {partition.Transform} has no name", $"as: {partition.Column}_{Unit(partition.Transform)}");
            return null;
        }

        if (column == ColumnType.Timestamp)
            return partition.Transform == PartitionTransform.Hour ? ColumnType.Timestamp : ColumnType.Date;
        if (column == ColumnType.Date && partition.Transform != PartitionTransform.Hour)
            return ColumnType.Date;
        refusal = new TypeRefusal(
            $"{partition.Transform} cannot be taken of {column.Sql}",
            column == ColumnType.Date ? "a date has no hour: Day, Month or Year" : "it takes a TIMESTAMPTZ or a DATE; for other columns the transform is Identity");
        return null;
    }

    /// <summary>The partition column's name.</summary>
    public static string NameOf(PartitionSpec partition) => string.IsNullOrEmpty(partition.As) ? partition.Column : partition.As;

    /// <summary>The partition value as SQL over <paramref name="column"/>, an expression of type <paramref name="type"/>.</summary>
    /// <remarks>
    /// By microseconds and not by the session's calendar: the same value under every <c>TimeZone</c>, and several times faster. An empty
    /// string becomes NULL, because Delta serialises both alike (protocol, "Partition Value Serialization").
    /// </remarks>
    public static string Expression(PartitionTransform transform, ColumnType type, string column)
    {
        var instant = type == ColumnType.Timestamp ? $"make_timestamp(epoch_us({column}))" : column;
        return transform switch
        {
            PartitionTransform.Identity => type == ColumnType.String ? $"nullif({column}, '')" : column,
            PartitionTransform.Hour => $"make_timestamptz(epoch_us(date_trunc('hour', {instant})))",
            PartitionTransform.Day => $"CAST({instant} AS DATE)",
            _ => $"CAST(date_trunc('{Unit(transform)}', {instant}) AS DATE)",
        };
    }

    private static string Unit(PartitionTransform transform) => transform switch
    {
        PartitionTransform.Day => "date",
        PartitionTransform.Month => "month",
        PartitionTransform.Year => "year",
        PartitionTransform.Hour => "hour",
        _ => throw new ArgumentOutOfRangeException(nameof(transform), transform, "takes no unit"),
    };
}
