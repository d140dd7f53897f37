namespace LakehouseOperator.Pipelines.Documents;

/// <summary>What a person may have meant.</summary>
public static class Spelling
{
    private const int Longest = 64;

    /// <summary><c>did you mean "x"?</c>, then the list of what is allowed where it is short.</summary>
    public static string? Suggest(string found, IEnumerable<string> allowed, string what)
    {
        var names = allowed as IReadOnlyList<string> ?? allowed.ToList();
        var nearest = Nearest(found, names);
        var listed = names.Count is > 0 and <= 20 ? $"{what}: {string.Join(", ", names)}" : null;
        if (nearest is null)
            return listed;
        return listed is null ? $"did you mean \"{nearest}\"?" : $"did you mean \"{nearest}\"? {listed}";
    }

    /// <summary>The nearest name where it is near enough to be meant: case aside, at most a third of it differs.</summary>
    public static string? Nearest(string found, IEnumerable<string> allowed)
    {
        string? best = null;
        var least = int.MaxValue;
        foreach (var name in allowed)
        {
            var distance = Distance(found, name);
            if (distance < least)
                (best, least) = (name, distance);
        }

        return best is not null && least <= Math.Max(1, Math.Min(found.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>Edits, neighbours swapped counting as one (Damerau, optimal string alignment); case costs nothing. Long texts are far from everything.</summary>
    public static int Distance(string from, string to)
    {
        if (from.Length > Longest || to.Length > Longest)
            return int.MaxValue;
        var a = from.ToLowerInvariant();
        var b = to.ToLowerInvariant();
        Span<int> rows = stackalloc int[3 * (Longest + 1)];
        var beforeLast = rows[..(b.Length + 1)];
        var last = rows.Slice(Longest + 1, b.Length + 1);
        var row = rows.Slice(2 * (Longest + 1), b.Length + 1);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            var recycled = beforeLast;
            beforeLast = last;
            last = row;
            row = recycled;
        }

        return last[b.Length];
    }
}
