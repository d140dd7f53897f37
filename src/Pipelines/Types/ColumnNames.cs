using System.Buffers;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// Which names a column or struct field may have. Parquet-based readers of Delta refuse the characters <c> ,;{}()=</c>, newline and tab in
/// tables without column mapping, and compare names without case.
/// </summary>
public static class ColumnNames
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" ,;{}()=\n\t");

    /// <summary>Why the name cannot be a column's, or null when it can.</summary>
    public static TypeRefusal? Refuse(string name)
    {
        if (name.Length == 0)
            return new TypeRefusal("a column has no name", "give it one: AS name");
        var at = name.AsSpan().IndexOfAny(Forbidden);
        if (at >= 0)
            return new TypeRefusal($"column name \"{Visible(name)}\" holds {Spoken(name[at])}, which Delta tables cannot", $"AS {Suggest(name)}");
        if (name.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0)
            return new TypeRefusal($"column name \"{Visible(name)}\" holds a control character", $"AS {Suggest(name)}");
        return null;
    }

    /// <summary>Why the names cannot stand beside each other, or null when they can.</summary>
    public static TypeRefusal? Refuse(IEnumerable<string> names)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            if (Refuse(name) is { } refusal)
                return refusal;
            if (seen.TryAdd(name, name))
                continue;
            var first = seen[name];
            return new TypeRefusal(
                first == name ? $"column \"{name}\" comes twice" : $"columns \"{first}\" and \"{name}\" differ only in case",
                $"AS {Suggest(name)}_2");
        }

        return null;
    }

    private static string Suggest(string name)
    {
        var letters = name.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_').ToArray();
        var words = new string(letters).Split('_', StringSplitOptions.RemoveEmptyEntries);
        var suggestion = string.Join('_', words);
        return suggestion.Length == 0 || char.IsAsciiDigit(suggestion[0]) ? "column_" + suggestion : suggestion;
    }

    private static string Visible(string name) =>
        string.Concat(name.Select(static c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    private static string Spoken(char c) => c switch
    {
        ' ' => "a space",
        '\n' => "a newline",
        '\t' => "a tab",
        _ => $"'{c}'",
    };
}
