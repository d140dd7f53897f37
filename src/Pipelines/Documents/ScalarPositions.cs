using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>Where a character of a scalar's value stands in the file.</summary>
internal static class ScalarPositions
{
    public static Place Map(ScalarNode scalar, int line, int column)
    {
        var (source, startLine, startColumn, hidden) = scalar.Origin;
        if (line < 1 || column < 1)
            return scalar.Origin.Place;
        if (scalar.Layout == ScalarLayout.Literal)
            return MapLiteral(scalar, line, column);

        var quotes = scalar.Layout is ScalarLayout.SingleQuoted or ScalarLayout.DoubleQuoted ? 1 : 0;
        var verbatim = line == 1 && scalar.EndLine == startLine && scalar.Layout != ScalarLayout.Folded
            && scalar.EndColumn - startColumn == scalar.Raw.Length + (2 * quotes)
            && column <= scalar.Raw.Length + 1;
        return verbatim ? source.PlaceAt(startLine, startColumn + quotes + column - 1, hidden) : scalar.Origin.Place;
    }

    /// <summary>A literal block keeps its lines: the value's line n is the n-th after the header, without the block's indentation.</summary>
    private static Place MapLiteral(ScalarNode scalar, int line, int column)
    {
        var (source, headerLine, headerColumn, hidden) = scalar.Origin;

        // Anchor and tag may stand before the header, lines above it too.
        while (headerLine < scalar.EndLine && !source.Line(headerLine)[(headerColumn - 1)..].Contains('|'))
        {
            headerLine++;
            headerColumn = 1;
        }

        var lines = scalar.Raw.Split('\n');
        if (line > lines.Length)
            return scalar.Origin.Place;
        var value = lines[line - 1];
        var fileLine = headerLine + line;
        var written = source.Line(fileLine);
        var indentation = written.Length - value.Length;
        return indentation >= 0 && written.EndsWith(value, StringComparison.Ordinal)
            ? source.PlaceAt(fileLine, Math.Min(indentation + column, written.Length + 1), hidden)
            : scalar.Origin.Place;
    }
}
