using System.Text;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>
/// Bounds of long strings, cut so that the log stays small, and still bounds by code points, which is how UTF-8 and every Delta reader order
/// strings.
/// </summary>
public static class BoundedText
{
    /// <summary>Delta's own <c>DATA_SKIPPING_STRING_PREFIX_LENGTH</c>.</summary>
    public const int CodePoints = 32;

    private static readonly Rune Last = new(0x10FFFF);
    private static readonly Rune LastAscii = new(0x7F);

    /// <summary>The greatest prefix of at most 32 code points, which is never greater than the text.</summary>
    public static string Least(string text) => text[..Cut(text)];

    /// <summary>
    /// Not less than the text: itself up to 32 code points, else its prefix and one character that is greater than the one cut off: DEL where
    /// that is ASCII, else U+10FFFF, as Spark does it. Null where there is none short enough.
    /// </summary>
    public static string? Greatest(string text)
    {
        var cut = Cut(text);
        for (var kept = 0; cut < text.Length; kept++)
        {
            var next = Rune.GetRuneAt(text, cut);
            if (next < LastAscii)
                return text[..cut] + LastAscii;
            if (next < Last)
                return text[..cut] + Last;
            if (kept == CodePoints)
                return null;
            cut += next.Utf16SequenceLength;
        }

        return text;
    }

    private static int Cut(string text)
    {
        var at = 0;
        for (var points = 0; points < CodePoints && at < text.Length; points++)
            at += char.IsHighSurrogate(text[at]) ? 2 : 1;
        return at;
    }
}
