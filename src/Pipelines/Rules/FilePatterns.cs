using System.Text;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>The patterns that choose files below a folder: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>, and <c>**</c> as a whole part. The same texts that the source takes.</summary>
public static class FilePatterns
{
    /// <summary>What is wrong with the pattern, as the end of a sentence about it; null where it is fine.</summary>
    public static string? Problem(string pattern)
    {
        foreach (var part in pattern.Split('/'))
        {
            if (part.Length == 0)
                return pattern.Length == 0 ? "is empty" : "has an empty part; it is relative to the location, without a slash at its ends";
            if (part is "." or "..")
                return $"has a part \"{part}\"; it cannot leave the location";
            if (part != "**" && SetProblem(part) is { } problem)
                return problem;
        }

        return null;
    }

    private static string? SetProblem(string part)
    {
        var runes = part.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length; i++)
        {
            if (runes[i].Value == '[' && SkipSet(runes, ref i) is { } problem)
                return problem;
        }

        return null;
    }

    /// <summary>A <c>]</c> right after the opening and a <c>-</c> at either end stand for themselves, as in a shell.</summary>
    private static string? SkipSet(Rune[] runes, ref int i)
    {
        var first = i + 1 < runes.Length && runes[i + 1].Value is '!' or '^' ? i + 2 : i + 1;
        for (var at = first; at < runes.Length; at++)
        {
            if (runes[at].Value == ']' && at > first)
            {
                i = at;
                return null;
            }

            if (at + 2 >= runes.Length || runes[at + 1].Value != '-' || runes[at + 2].Value == ']')
                continue;
            if (runes[at] > runes[at + 2])
                return $"has the range {runes[at]}-{runes[at + 2]}, which holds nothing";
            at += 2;
        }

        return "has a [ without its ]";
    }
}
