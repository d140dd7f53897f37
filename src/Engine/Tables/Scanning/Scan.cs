using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Scanning;

/// <summary>Which files of a snapshot a query needs. Files that are left out hold no row that meets the predicate; what is unknown is kept.</summary>
public static class Scan
{
    public static IReadOnlyList<DataFile> Prune(TableSchema schema, IReadOnlyList<DataFile> files, ScanPredicate predicate)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(predicate);
        var terms = predicate.Terms
            .Select(term => (Term: term, Column: schema.Find(term.Column)))
            .Where(static pair => pair.Column is { Type.IsNested: false })
            .ToList();
        return terms.Count == 0 ? files : [.. files.Where(file =>
        {
            // Parsed once a file, and only when a term needs it.
            var statistics = terms.Exists(pair => !schema.IsPartition(pair.Column!.Name)) ? FileStatistics.Parse(file.Stats) : FileStatistics.Unknown;
            return terms.TrueForAll(pair => MayHold(pair.Term, pair.Column!, file, statistics, schema));
        })];
    }

    private static bool MayHold(ScanTerm term, TableColumn column, DataFile file, FileStatistics statistics, TableSchema schema)
    {
        var rows = file.Rows ?? statistics.Rows;
        var known = schema.IsPartition(column.Name) ? TableStatistics.OfPartition(file, column) : statistics.Column(column.Type, column.Name);
        var noValue = rows is not null && known.NullCount == rows;
        return term.Comparison switch
        {
            Comparison.IsNull => known.NullCount != 0,
            Comparison.IsNotNull => !noValue,
            Comparison.In => !noValue && term.Values is { } values && values.Any(value => MayCompare(Comparison.Equal, value, known)),
            _ => !noValue && term.Value is { } value && MayCompare(term.Comparison, value, known),
        };
    }

    /// <summary>
    /// Bounds leave NaN out, and DuckDB orders it above every number: what is greater than the maximum may still be there. An unequal
    /// value is surely absent only where the bounds are one and the same, exactly.
    /// </summary>
    private static bool MayCompare(Comparison comparison, ColumnValue value, ColumnStatistics known)
    {
        if (value.Real is { } real && double.IsNaN(real))
            return true;
        var mayBeNaN = value.Real is not null;
        return comparison switch
        {
            Comparison.Equal => !(known.Min > value) && !(known.Max < value),
            Comparison.Less => !(known.Min >= value),
            Comparison.LessOrEqual => !(known.Min > value),
            Comparison.Greater => mayBeNaN || !(known.Max <= value),
            Comparison.GreaterOrEqual => mayBeNaN || !(known.Max < value),
            Comparison.NotEqual => mayBeNaN || !(known.IsExact && known.Min == value && known.Max == value),
            _ => true,
        };
    }
}
