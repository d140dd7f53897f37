using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>A document's share of a file.</summary>
/// <param name="Start">Index of its first character.</param>
/// <param name="End">Index after its last character.</param>
internal sealed record Chunk(int Start, int End);

/// <summary>
/// Cuts a file at its <c>---</c> lines before any of it is parsed, as kubectl does, so that a syntax error in one document does not hide the
/// others. At the start of a line <c>---</c> ends a document everywhere, in block and quoted scalars too (YAML 1.1, section 7.3, <c>c-forbidden</c>).
/// </summary>
internal static class YamlStream
{
    public static IEnumerable<Chunk> Split(SourceText source)
    {
        var start = 0;
        var held = Lines.Blank;
        for (var line = 1; line <= source.LineCount; line++)
        {
            var text = source.Line(line);
            if (IsSeparator(text))
            {
                // Directives belong to the document that the separator opens.
                if (held == Lines.Content)
                    yield return new Chunk(start, source.LineStart(line));
                if (held != Lines.Directives)
                    start = source.LineStart(line);
                held = Lines.Content;
            }
            else if (held != Lines.Content)
            {
                var trimmed = text.TrimStart();
                if (trimmed.Length > 0 && trimmed[0] != '#')
                    held = text[0] == '%' ? Lines.Directives : Lines.Content;
            }
        }

        if (held == Lines.Content)
            yield return new Chunk(start, source.Text.Length);
    }

    /// <summary>The first character that YAML does not allow (YAML 1.1, section 5.1, <c>c-printable</c>); -1 where there is none.</summary>
    public static int FirstForbidden(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\t' or '\n' or '\r' or '\x85' or (>= ' ' and <= '~') or (>= '\xA0' and <= '\uD7FF') or (>= '\uE000' and <= '\uFFFD' and not '\uFEFF'))
                continue;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else
                return i;
        }

        return -1;
    }

    private static bool IsSeparator(ReadOnlySpan<char> line) =>
        line.StartsWith("---", StringComparison.Ordinal) && (line.Length == 3 || line[3] is ' ' or '\t');

    private enum Lines
    {
        Blank,
        Directives,
        Content,
    }
}
