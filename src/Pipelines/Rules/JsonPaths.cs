using System.Buffers;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>
/// The paths that columns may have: a field's name, or <c>$</c> followed by <c>.name</c>, <c>["any name"]</c>, <c>['any name']</c> and <c>[0]</c>, beginning with a
/// field; in quotes a backslash takes the next character as it is. The same texts that the record parser takes.
/// </summary>
public static class JsonPaths
{
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(".[]'\"*");

    public static bool IsPath(ReadOnlySpan<char> path)
    {
        if (path.Length == 0 || path[0] != '$')
            return path.Length > 0;
        var rest = path[1..];
        if (rest.IsEmpty || (rest[0] == '[' && (rest.Length < 2 || rest[1] is not ('"' or '\''))))
            return false;
        while (!rest.IsEmpty)
        {
            var step = rest[0] switch
            {
                '.' => NameLength(rest),
                '[' when rest.Length > 1 && rest[1] is '"' or '\'' => QuotedLength(rest),
                '[' => IndexLength(rest),
                _ => 0,
            };
            if (step == 0)
                return false;
            rest = rest[step..];
        }

        return true;
    }

    private static int NameLength(ReadOnlySpan<char> rest)
    {
        var end = rest[1..].IndexOfAny(NameEnds);
        var length = end < 0 ? rest.Length : end + 1;
        return length > 1 && (length == rest.Length || rest[length] is '.' or '[') ? length : 0;
    }

    private static int QuotedLength(ReadOnlySpan<char> rest)
    {
        var at = 2;
        while (at < rest.Length && rest[at] != rest[1])
            at += rest[at] == '\\' && at + 1 < rest.Length ? 2 : 1;
        return at + 1 < rest.Length && rest[at + 1] == ']' ? at + 2 : 0;
    }

    private static int IndexLength(ReadOnlySpan<char> rest)
    {
        var close = rest.IndexOf(']');
        return close > 1 && int.TryParse(rest[1..close], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _) ? close + 1 : 0;
    }
}
