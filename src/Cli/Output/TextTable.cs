using System.Text;

namespace LakehouseOperator.Cli.Output;

internal enum Align
{
    Left,
    Right,
}

/// <summary>Rows under headings, in columns as wide as their widest cell: the same on a terminal and in a pipe, and never wrapped.</summary>
internal sealed class TextTable(params (string Heading, Align Align)[] columns)
{
    private const string Gap = "  ";
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Write(TextWriter writer)
    {
        var widths = new int[columns.Length];
        for (var i = 0; i < columns.Length; i++)
            widths[i] = rows.Select(row => Width(row[i])).Append(Width(columns[i].Heading)).Max();
        WriteRow(writer, [.. columns.Select(column => column.Heading)], widths);
        foreach (var row in rows)
            WriteRow(writer, row, widths);
    }

    private void WriteRow(TextWriter writer, string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            var padding = new string(' ', widths[i] - Width(cells[i]));
            line.Append(i > 0 ? Gap : "");
            line.Append(columns[i].Align == Align.Right ? padding + cells[i] : cells[i] + padding);
        }

        writer.WriteLine(line.ToString().TrimEnd());
    }

    /// <summary>Columns that a terminal uses: runes, wide ones twice. Control characters never reach a cell.</summary>
    private static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
            width += Rune.GetUnicodeCategory(rune) switch
            {
                System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
                    or System.Globalization.UnicodeCategory.Format => 0,
                _ => IsWide(rune.Value) ? 2 : 1,
            };
        return width;
    }

    private static bool IsWide(int value) => value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6)
        or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
