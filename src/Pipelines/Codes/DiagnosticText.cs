using System.Globalization;
using System.Text;

namespace LakehouseOperator.Pipelines.Codes;

/// <summary>
/// Diagnostics as a terminal shows them: <c>file:line:col: error LH1003: message</c>, then resource and field, the source line with a caret, and
/// the help. No escape sequences; control characters of a text are spelled out, so that no document can steer a terminal or forge a log line.
/// </summary>
public static class DiagnosticText
{
    private const int TabWidth = 4;

    /// <summary>Cells of a source line that are shown; longer ones are cut around the caret.</summary>
    private const int Width = 160;

    /// <summary>The diagnostic on lines joined by <c>\n</c>, without a last one.</summary>
    public static string Render(Diagnostic diagnostic)
    {
        var text = new StringBuilder();
        if (diagnostic.Place is { } place)
            text.Append(CultureInfo.InvariantCulture, $"{Visible(place.File)}:{place.Line}:{place.Column}: ");
        text.Append(CultureInfo.InvariantCulture, $"{Spoken(diagnostic.Severity)} {diagnostic.Code.Id}: {Visible(diagnostic.Message)}");
        if (diagnostic.Resource is not null || diagnostic.Field is not null)
            text.Append("\n  in ").AppendJoin(' ', new[] { diagnostic.Resource?.ToString(), diagnostic.Field }.OfType<string>().Select(Visible));
        if (diagnostic.Place is { SourceLine: { } line } shown && line.Length > 0)
            AppendSource(text, line, shown);
        if (diagnostic.Help is { } help)
            text.Append("\n  help: ").Append(Visible(help));
        return text.ToString();
    }

    private static string Spoken(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        _ => "note",
    };

    private static void AppendSource(StringBuilder text, string line, Place place)
    {
        var number = place.Line.ToString(CultureInfo.InvariantCulture);
        var (before, after) = Window(line, Math.Clamp(place.Column - 1, 0, line.Length));
        text.Append(CultureInfo.InvariantCulture, $"\n  {number} | {before}{after}\n  {new string(' ', number.Length)} | ");
        text.Append(' ', Cells(before)).Append('^');
    }

    /// <summary>What of the line is shown left and right of the caret, tabs as spaces.</summary>
    private static (string Before, string After) Window(string line, int caret)
    {
        // A caret between the halves of a surrogate pair would show neither.
        if (caret > 0 && caret < line.Length && char.IsLowSurrogate(line[caret]))
            caret--;

        // A character has at most twelve cells, spelled out; what is further away than the window is never shown and need not be expanded.
        var start = Math.Max(0, caret - Width);
        var before = Expand(line.AsSpan(start, caret - start));
        var after = Expand(line.AsSpan(caret, Math.Min(Width, line.Length - caret)));
        var cut = start > 0;
        if (Cells(before) + Cells(after) > Width || cut)
        {
            var room = Math.Max(Width / 2, Width - Cells(after));
            (before, var dropped) = KeepEnd(before, room);
            cut |= dropped;
        }

        after = KeepStart(after, Width - Math.Min(Width, Cells(before)), out var more);
        more |= line.Length - caret > Width;
        return ((cut ? "…" : "") + before, after + (more ? "…" : ""));
    }

    private static (string Text, bool Dropped) KeepEnd(string text, int cells)
    {
        var width = 0;
        var at = text.Length;
        while (at > 0)
        {
            var step = at > 1 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? 2 : 1;
            width += Cells(text.AsSpan(at - step, step));
            if (width > cells)
                return (text[at..], true);
            at -= step;
        }

        return (text, false);
    }

    private static string KeepStart(string text, int cells, out bool dropped)
    {
        var width = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += RuneWidth.Of(rune);
            if (width > cells)
                break;
            at += rune.Utf16SequenceLength;
        }

        dropped = at < text.Length;
        return text[..at];
    }

    private static string Expand(ReadOnlySpan<char> text)
    {
        var expanded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\t')
                expanded.Append(' ', TabWidth);
            else
                AppendVisible(expanded, rune);
        }

        return expanded.ToString();
    }

    private static int Cells(ReadOnlySpan<char> text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
            width += RuneWidth.Of(rune);
        return width;
    }

    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in Credentials.Mask(text).EnumerateRunes())
            AppendVisible(visible, rune);
        return visible.ToString();
    }

    /// <summary>Controls, and the marks that reorder text on a terminal, by their number.</summary>
    private static void AppendVisible(StringBuilder text, Rune rune)
    {
        var category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F)
            text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else
            text.Append(rune.ToString());
    }
}
