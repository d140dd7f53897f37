using System.Text;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>
/// Takes values out of DuckDB's execution errors. DuckDB quotes most values, prints numbers bare, and puts some texts after a colon or on a
/// line of their own; what is left is the kind of the failure, and types.
/// </summary>
internal static class Masking
{
    private const char Mask = '…';
    private const string Contraction = "can't";

    /// <summary>After these words of DuckDB's a value stands bare.</summary>
    private const string BareValue = "Failed to parse format specifier ";

    /// <summary>
    /// Everything from the first to the last quote, numbers, and what follows a colon or a line's end is gone. Of a message with more lines
    /// nothing stays after the first quote: a value may span lines, and may come again without quotes.
    /// </summary>
    public static string Of(string message)
    {
        if (message.StartsWith(BareValue, StringComparison.Ordinal))
            return BareValue + Mask;
        var text = WithoutContraction(message);
        var (end, quote) = (text.AsSpan().IndexOfAny('\n', '\r'), text.AsSpan().IndexOfAny('\'', '"', '`'));
        text = end < 0 ? WithoutQuoted(text) : quote < 0 ? text[..end] : $"{text.AsSpan(0, Math.Min(end, quote))}'{Mask}'";
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        text = colon < 0 ? text : text[..colon];
        return WithoutNumbers(text).Trim();
    }

    /// <summary>The apostrophe in DuckDB's own "can't" is no quote. Only the last one of a message: a value before it may hold others.</summary>
    private static string WithoutContraction(string text)
    {
        var last = LastQuote(text);
        var start = last - Contraction.IndexOf('\'', StringComparison.Ordinal);
        return start >= 0 && string.CompareOrdinal(text, start, Contraction, 0, Contraction.Length) == 0
            ? string.Concat(text.AsSpan(0, start), "cannot", text.AsSpan(start + Contraction.Length))
            : text;
    }

    private static string WithoutQuoted(string text)
    {
        var first = text.AsSpan().IndexOfAny('\'', '"', '`');
        if (first < 0)
            return text;
        var last = LastQuote(text);
        return last == first ? $"{text.AsSpan(0, first)}'{Mask}'" : $"{text.AsSpan(0, first)}'{Mask}'{text.AsSpan(last + 1)}";
    }

    /// <summary>Digits within a word are a type's (INT32), and so are those after its parenthesis (DECIMAL(4,2)).</summary>
    private static string WithoutNumbers(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsAsciiDigit(text[at]) || (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1])) || IsTypeModifier(text, at))
            {
                kept.Append(text[at++]);
                continue;
            }

            kept.Append(Mask);
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || (text[at] is '.' or ',' or '-' or '+' or ':' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
                at++;
        }

        return kept.ToString();
    }

    /// <summary>Within <c>DECIMAL(…)</c>.</summary>
    private static bool IsTypeModifier(string text, int at)
    {
        while (at > 0 && (char.IsAsciiDigit(text[at - 1]) || text[at - 1] == ','))
            at--;
        return text.AsSpan(0, at).EndsWith("DECIMAL(", StringComparison.Ordinal);
    }

    private static int LastQuote(string text) => text.AsSpan().LastIndexOfAny('\'', '"', '`');
}
