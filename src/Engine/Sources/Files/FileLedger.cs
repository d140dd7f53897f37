using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>A file as it was when its records came into the table.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Microseconds since 1970; so is <paramref name="Changed"/>, which tells of a change that set the other back.</param>
/// <param name="Sha256">Of the content, in hexadecimal digits.</param>
/// <param name="Records">How many it held.</param>
/// <param name="Sequence">Which commit of the ledger entered it.</param>
internal sealed record FileEntry(
    [property: JsonRequired] long Size,
    [property: JsonRequired] long Modified,
    [property: JsonRequired] long Changed,
    [property: JsonRequired] string Sha256,
    [property: JsonRequired] long Records,
    [property: JsonRequired] long Sequence)
{
    private const long NanosecondsPerMicrosecond = 1000;

    public static FileEntry Of(FileStat stat, string sha256, long records, long sequence) => new(
        stat.Size, stat.Modified / NanosecondsPerMicrosecond, stat.Changed / NanosecondsPerMicrosecond, sha256, records, sequence);

    /// <summary>Whether the kernel says that the file is as it was. If not, its content may still be the same.</summary>
    public bool Knows(FileStat stat) =>
        Size == stat.Size && Modified == stat.Modified / NanosecondsPerMicrosecond && Changed == stat.Changed / NanosecondsPerMicrosecond;

    public FileEntry At(FileStat stat) => this with { Modified = stat.Modified / NanosecondsPerMicrosecond, Changed = stat.Changed / NanosecondsPerMicrosecond };

    public string ToJson() => JsonSerializer.Serialize(this, FilesJson.Default.FileEntry);

    /// <exception cref="DiagnosticException"><see cref="SourceCodes.PositionUnreadable"/>.</exception>
    public static FileEntry Parse(string name, string json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, FilesJson.Default.FileEntry) is { Size: >= 0 } entry)
                return entry;
        }
        catch (JsonException e)
        {
            throw FilesPosition.Unreadable(name, e);
        }

        throw FilesPosition.Unreadable(name, null);
    }
}

/// <summary>The position beside the ledger: totals, so that the counts can be checked without it.</summary>
/// <param name="Sequence">Commits of the ledger so far.</param>
/// <param name="Files">Entered so far.</param>
/// <param name="Records">Held by them.</param>
internal sealed record FilesPosition([property: JsonRequired] long Sequence, [property: JsonRequired] long Files, [property: JsonRequired] long Records)
{
    public const string Partition = "0";

    public string ToJson() => JsonSerializer.Serialize(this, FilesJson.Default.FilesPosition);

    /// <exception cref="DiagnosticException"><see cref="SourceCodes.PositionUnreadable"/>.</exception>
    public static FilesPosition Parse(string json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, FilesJson.Default.FilesPosition) is { Sequence: >= 0 } position)
                return position;
        }
        catch (JsonException e)
        {
            throw Unreadable(Partition, e);
        }

        throw Unreadable(Partition, null);
    }

    public static DiagnosticException Unreadable(string entry, Exception? inner) => new(
        SourceCodes.PositionUnreadable, $"the table's ledger of files cannot be read at {entry}", "write to a new table, or restore the table to a version before", inner);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FileEntry))]
[JsonSerializable(typeof(FilesPosition))]
internal sealed partial class FilesJson : JsonSerializerContext;
