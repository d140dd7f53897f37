using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks;

/// <summary>Counts that the log states exactly: rows of every file, and NULLs of partition columns.</summary>
internal static class ExactCounts
{
    /// <param name="nulls">NULLs by column out of the files' statistics, where these are exact.</param>
    internal static ExactStatistics? Of(SqlTable subject, IReadOnlyDictionary<string, long>? nulls)
    {
        // A count below zero is one that nobody knows: another writer left its statistics out.
        if (subject.Files.Any(static file => file.Rows < 0))
            return null;
        var known = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var (column, count) in nulls ?? new Dictionary<string, long>(StringComparer.Ordinal))
            known[column] = count;
        foreach (var column in subject.PartitionColumns)
            known.TryAdd(column, subject.Files.Where(file => string.IsNullOrEmpty(file.PartitionValues.GetValueOrDefault(column))).Sum(file => file.Rows));
        return new ExactStatistics(subject.Files.Sum(file => file.Rows), known);
    }
}
