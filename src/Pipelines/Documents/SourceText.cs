using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>A file's text with its lines, so that every node can say where it stands.</summary>
public sealed class SourceText
{
    private readonly List<int> lineStarts = [0];
    private readonly Dictionary<int, string> shown = [];

    public SourceText(string file, string text)
    {
        File = file;
        Text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                lineStarts.Add(i + 1);
        }
    }

    /// <summary>The path as it was given.</summary>
    public string File { get; }

    public string Text { get; }

    public int LineCount => lineStarts.Count;

    /// <summary>A line without its end, counted from 1; empty beyond the text.</summary>
    public ReadOnlySpan<char> Line(int line)
    {
        if (line < 1 || line > lineStarts.Count)
            return [];
        var start = lineStarts[line - 1];
        var end = line < lineStarts.Count ? lineStarts[line] : Text.Length;
        return Text.AsSpan(start, end - start).TrimEnd("\r\n");
    }

    /// <summary>Line and column, from 1, of a character of the text.</summary>
    public (int Line, int Column) Locate(int index)
    {
        var found = lineStarts.BinarySearch(Math.Clamp(index, 0, Text.Length));
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, index - lineStarts[line] + 1);
    }

    /// <summary>Where the line begins in the text.</summary>
    public int LineStart(int line) => line <= lineStarts.Count ? lineStarts[line - 1] : Text.Length;

    /// <param name="line">From 1.</param>
    /// <param name="column">From 1, UTF-16 units.</param>
    /// <param name="hidden">The line may hold a secret and is not shown.</param>
    public Place PlaceAt(int line, int column, bool hidden = false) =>
        new(File, line, column, hidden ? null : Shown(line));

    /// <summary>Kept, because a file on a single line may have many complaints; masked, because a URL in it may hold a password.</summary>
    private string Shown(int line)
    {
        if (!shown.TryGetValue(line, out var text))
            shown[line] = text = Credentials.Mask(Line(line).ToString());
        return text;
    }
}
