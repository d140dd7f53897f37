namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>One dictionary for all files of one partition: a table has many files and few partitions.</summary>
internal sealed class PartitionValuePool
{
    private static readonly IReadOnlyDictionary<string, string?> None = new Dictionary<string, string?>(0, StringComparer.Ordinal);

    private readonly Dictionary<IReadOnlyDictionary<string, string?>, IReadOnlyDictionary<string, string?>> shared = new(new ByContent());

    public IReadOnlyDictionary<string, string?> Share(IReadOnlyDictionary<string, string?>? values)
    {
        if (values is null || values.Count == 0)
            return None;
        if (shared.TryGetValue(values, out var first))
            return first;
        shared.Add(values, values);
        return values;
    }

    private sealed class ByContent : IEqualityComparer<IReadOnlyDictionary<string, string?>>
    {
        public bool Equals(IReadOnlyDictionary<string, string?>? x, IReadOnlyDictionary<string, string?>? y)
        {
            if (x is null || y is null || x.Count != y.Count)
                return ReferenceEquals(x, y);
            foreach (var (column, value) in x)
            {
                if (!y.TryGetValue(column, out var other) || !string.Equals(value, other, StringComparison.Ordinal))
                    return false;
            }

            return true;
        }

        public int GetHashCode(IReadOnlyDictionary<string, string?> values)
        {
            var hash = values.Count;
            foreach (var (column, value) in values)
                hash ^= HashCode.Combine(column, value); // order must not matter
            return hash;
        }
    }
}
