namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>"did you mean" for a name that is not there.</summary>
internal static class Suggestion
{
    /// <summary>The nearest candidates by edit distance, at most three; null where none is near.</summary>
    public static string? For(string name, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, name.Length / 3);
        var near = candidates.Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(candidate => (candidate, Distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant(), limit)))
            .Where(c => c.Distance <= limit)
            .OrderBy(static c => c.Distance).ThenBy(static c => c.candidate, StringComparer.Ordinal)
            .Take(3).Select(static c => c.candidate).ToList();
        return near.Count == 0 ? null : Of(near);
    }

    /// <summary><c>did you mean "a" or "b"?</c></summary>
    public static string Of(IEnumerable<string> names) => $"did you mean {string.Join(" or ", names.Select(static n => $"\"{n}\""))}?";

    /// <summary>Optimal string alignment distance; anything beyond <paramref name="limit"/> is only said to be so.</summary>
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit)
            return limit + 1;
        var (before, last, row) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray(), new int[b.Length + 1]);
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
