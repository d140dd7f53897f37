using System.Buffers;

namespace LakehouseOperator.Pipelines.Codes;

/// <summary>User names and passwords of URLs, which a person may have put where they do not belong; nothing that is shown repeats them.</summary>
public static class Credentials
{
    private static readonly SearchValues<char> Ends = SearchValues.Create("/?# \t\r\n\"'<>`");

    /// <summary>The text with every character of <c>scheme://user:password@</c> between the slashes and the last <c>@</c> starred; its length stays.</summary>
    public static string Mask(string text)
    {
        char[]? masked = null;
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            var authority = text.AsSpan(at + 3);
            var end = authority.IndexOfAny(Ends);
            var user = (end < 0 ? authority : authority[..end]).LastIndexOf('@');
            if (user <= 0)
                continue;
            masked ??= text.ToCharArray();
            masked.AsSpan(at + 3, user).Fill('*');
        }

        return MaskBare(masked is null ? text : new string(masked));
    }

    /// <summary>The scheme may have been forgotten: <c>user:password@host</c>.</summary>
    private static string MaskBare(string text)
    {
        char[]? masked = null;
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0; at = text.IndexOf('@', at + 1))
        {
            var before = text.AsSpan(0, at);
            var start = before.LastIndexOfAny(Ends) + 1;
            var colon = before[start..].IndexOf(':');
            if (colon < 0 || colon == before.Length - start - 1)
                continue;
            masked ??= text.ToCharArray();
            masked.AsSpan(start, at - start).Fill('*');
        }

        return masked is null ? text : new string(masked);
    }
}
