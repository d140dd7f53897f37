using System.Text;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>A piece of the original text, in UTF-16 units, that DuckDB gets as something else.</summary>
internal readonly record struct SqlEdit(int Start, int Length, string Replacement);

/// <summary>A text as a person wrote it, as DuckDB gets it, and the way back from DuckDB's positions to the person's lines.</summary>
internal sealed class SqlText
{
    private readonly List<SqlEdit> edits;

    private SqlText(string original, List<SqlEdit> edits)
    {
        Original = original;
        this.edits = edits;
        Prepared = Apply(original, edits);
    }

    public string Original { get; }

    /// <summary>What DuckDB parses and runs.</summary>
    public string Prepared { get; }

    public bool IsEdited => edits.Count > 0;

    /// <summary>There is a NULL, or an empty list or map, which may be a column's only value.</summary>
    public bool MayHoldUntyped =>
        Original.Contains("null", StringComparison.OrdinalIgnoreCase) || Original.Contains('[', StringComparison.Ordinal) || Original.Contains('{', StringComparison.Ordinal);

    public static SqlText Verbatim(string original) => new(original, []);

    /// <summary>The text with its final semicolon and odd spaces gone: they would break the text where it is embedded, or shift its positions.</summary>
    public static SqlText Of(string original)
    {
        var found = new List<SqlEdit>();
        if (original.AsSpan().IndexOf(';') < 0 && !original.Any(SqlScanner.IsUnicodeSpace))
            return new SqlText(original, found);
        var tokens = SqlScanner.Scan(original);
        var last = tokens.FindLastIndex(token => !token.IsSymbol(original, ';'));
        var from = 0;
        for (var index = 0; index < tokens.Count; index++)
        {
            AddSpaces(original, from, tokens[index].Start, found);
            if (index > last)
                found.Add(new SqlEdit(tokens[index].Start, 1, " "));
            from = tokens[index].End;
        }

        AddSpaces(original, from, original.Length, found);
        return new SqlText(original, found);
    }

    /// <summary>The same text with more edits, which take the place of those within them; null where edits overlap.</summary>
    public SqlText? With(IReadOnlyList<SqlEdit> more)
    {
        var all = edits.Where(edit => !more.Any(other => edit.Start >= other.Start && edit.Start + edit.Length <= other.Start + other.Length))
            .Concat(more).OrderBy(static edit => edit.Start).ToList();
        for (var index = 1; index < all.Count; index++)
        {
            if (all[index].Start < all[index - 1].Start + all[index - 1].Length)
                return null;
        }

        return new SqlText(Original, all);
    }

    /// <summary>Line and column in the original, from 1, columns in UTF-16 units, of a byte offset that DuckDB gave for the prepared text.</summary>
    public (int Line, int Column)? Place(long? preparedByte)
    {
        if (preparedByte is not { } bytes || bytes < 0)
            return null;
        var index = OriginalIndex(bytes);
        var lineStart = index == 0 ? 0 : Original.LastIndexOf('\n', index - 1) + 1;
        return (Original.AsSpan(0, lineStart).Count('\n') + 1, index - lineStart + 1);
    }

    /// <summary>UTF-16 index in the original of a byte offset into the prepared text.</summary>
    public int OriginalIndex(long preparedByte)
    {
        var prepared = CharIndex(Prepared, preparedByte);
        var shift = 0;
        foreach (var edit in edits)
        {
            var start = edit.Start + shift;
            if (prepared < start)
                break;
            if (prepared < start + edit.Replacement.Length)
                return edit.Start;
            shift += edit.Replacement.Length - edit.Length;
        }

        return Math.Clamp(prepared - shift, 0, Original.Length);
    }

    private static int CharIndex(string text, long bytes)
    {
        var index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
                break;
            index += rune.Utf16SequenceLength;
        }

        return index;
    }

    private static void AddSpaces(string text, int from, int to, List<SqlEdit> found)
    {
        for (var at = from; at < to; at++)
        {
            if (SqlScanner.IsUnicodeSpace(text[at]))
                found.Add(new SqlEdit(at, 1, " "));
        }
    }

    private static string Apply(string original, List<SqlEdit> all)
    {
        if (all.Count == 0)
            return original;
        var text = new StringBuilder(original.Length);
        var from = 0;
        foreach (var edit in all)
        {
            text.Append(original, from, edit.Start - from).Append(edit.Replacement);
            from = edit.Start + edit.Length;
        }

        return text.Append(original, from, original.Length - from).ToString();
    }
}
