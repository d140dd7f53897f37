using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>
/// What the log alone says, exactly, of a whole snapshot. Every answer is either what a scan would find or null; one file without the
/// statistic makes it null.
/// </summary>
public sealed class TableStatistics(Snapshot snapshot)
{
    private readonly List<(DataFile File, FileStatistics Statistics)> files =
        [.. snapshot.Files.Select(static file => (file, FileStatistics.Parse(file.Stats)))];

    public long? Rows => Sum(static (file, statistics) => file.Rows ?? statistics.Rows);

    /// <summary>Rows where the column is NULL. Top-level columns only.</summary>
    public long? NullCount(string column) => snapshot.Schema.Find(column) is not { } found
        ? null
        : snapshot.Schema.IsPartition(found.Name)
            ? Sum((file, statistics) => Partition(file, found.Name) is { Length: > 0 } ? 0 : file.Rows ?? statistics.Rows)
            : found.Type.IsNested ? null : Sum((_, statistics) => statistics.Column(found.Type, found.Name).NullCount);

    /// <summary>By column, for every column of which it is known.</summary>
    public IReadOnlyDictionary<string, long> NullCounts()
    {
        var known = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var column in snapshot.Schema.Columns)
        {
            if (NullCount(column.Name) is { } count)
                known[column.Name] = count;
        }

        return known;
    }

    /// <summary>Least and greatest value that is not NULL; null where a file does not say exactly, and where there is none.</summary>
    public (ColumnValue Min, ColumnValue Max)? Range(string column)
    {
        if (snapshot.Schema.Find(column) is not { Type.IsNested: false } found)
            return null;
        (ColumnValue Min, ColumnValue Max)? range = null;
        foreach (var (file, statistics) in files)
        {
            var bounds = snapshot.Schema.IsPartition(found.Name) ? OfPartition(file, found) : statistics.Column(found.Type, found.Name);
            var rows = file.Rows ?? statistics.Rows;
            if (rows == 0 || (rows is not null && bounds.NullCount == rows))
                continue;
            if (!bounds.IsExact || bounds.Min is not { } min || bounds.Max is not { } max)
                return null;
            range = range is not { } so ? (min, max) : (min < so.Min ? min : so.Min, max > so.Max ? max : so.Max);
        }

        return range;
    }

    /// <summary>A partition column's statistics: one value in every row, which the log spells out.</summary>
    internal static ColumnStatistics OfPartition(DataFile file, TableColumn column)
    {
        var text = Partition(file, column.Name);
        if (string.IsNullOrEmpty(text))
            return new ColumnStatistics(null, null, file.Rows ?? FileStatistics.Parse(file.Stats).Rows, true);
        var value = ColumnValue.Parse(text, column.Type);
        return new ColumnStatistics(value, value, 0, value is not null);
    }

    internal static string? Partition(DataFile file, string column)
    {
        if (file.PartitionValues.TryGetValue(column, out var value))
            return value;
        foreach (var (name, other) in file.PartitionValues)
        {
            if (string.Equals(name, column, StringComparison.OrdinalIgnoreCase))
                return other;
        }

        return null;
    }

    private long? Sum(Func<DataFile, FileStatistics, long?> count)
    {
        long sum = 0;
        foreach (var (file, statistics) in files)
        {
            if (count(file, statistics) is not { } found)
                return null;
            sum += found;
        }

        return sum;
    }
}
