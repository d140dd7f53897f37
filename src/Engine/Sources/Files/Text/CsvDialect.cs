using System.Buffers;
using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Files.Text;

/// <summary>The characters of a CSV format, as bytes.</summary>
/// <param name="Quote">Null for none: quotes are characters like any other.</param>
/// <param name="NullText">Null: an empty field without quotes is NULL.</param>
internal sealed record CsvDialect(byte Delimiter, byte? Quote, byte[]? NullText, bool Header)
{
    /// <summary>What ends a field without quotes.</summary>
    public SearchValues<byte> FieldEnds { get; } = SearchValues.Create([Delimiter, (byte)'\n']);

    /// <exception cref="DiagnosticException">A character is not one of ASCII.</exception>
    public static CsvDialect Of(CsvFormatSpec spec)
    {
        var delimiter = One(spec.Delimiter ?? ",", "delimiter");
        var quote = spec.Quote is "" ? (byte?)null : One(spec.Quote ?? "\"", "quote");
        if (quote == delimiter)
            throw Invalid("quote", "is the delimiter too");
        return new CsvDialect(delimiter, quote, spec.NullText is { } text ? Encoding.UTF8.GetBytes(text) : null, spec.Header);
    }

    private static byte One(string text, string field) => text.Length == 1 && char.IsAscii(text[0]) && text[0] is not ('\n' or '\r' or '\0')
        ? (byte)text[0]
        : throw Invalid(field, "is not one ASCII character");

    private static DiagnosticException Invalid(string field, string why) => new(new Diagnostic(
        SourceCodes.FileFormatUnfit, DiagnosticSeverity.Error, $"the csv format's {field} {why}", Field: $"spec.source.files.format.csv.{field}", Help: "such as , or ; or | or a tab"));
}
