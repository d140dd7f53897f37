using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// Files in a folder. A file comes whole, in one commit, and once: the table's ledger has an entry for each, with size, times and hash of its content. One commit
/// takes whole files up to the commit's bounds; a file beyond them is a commit of its own, which streams through and costs time but not memory, because
/// half a file could not be taken back if the rest were then found to change.
/// </summary>
/// <remarks>
/// Identity is the folder's absolute path; its ledger is the table's, so that two tables may read the same folder. A table's <c>from</c> replaces the source's pattern.
/// A deleted file keeps its rows and its entry. A file that is in the ledger and has other content now is reported and not read again.
/// </remarks>
public sealed class FilesSource : ISource
{
    private readonly FilesSourceSpec spec;
    private readonly string location;
    private readonly TimeProvider time;
    private readonly string? within;

    /// <param name="spec">Its relative location is meant from the process's working directory.</param>
    /// <param name="within">The folder that nothing may lead out of, links followed; null: links may lead anywhere.</param>
    public FilesSource(FilesSourceSpec spec, TimeProvider time, string? within = null)
    {
        this.within = within;
        this.spec = spec;
        this.time = time;
        location = LocationOf(spec);
        Identity = new SourceIdentity("files", location);
    }

    public SourceIdentity Identity { get; }

    /// <exception cref="DiagnosticException"><see cref="SourceCodes.PatternInvalid"/>, <see cref="SourceCodes.PositionUnreadable"/>, <see cref="SourceCodes.FileFormatUnfit"/>.</exception>
    public ValueTask<ISourceStream> OpenAsync(StreamOpening opening, CancellationToken cancellationToken)
    {
        var pattern = FilePattern.Parse(opening.Table.From ?? spec.Pattern ?? Defaults.FilePattern);
        return ValueTask.FromResult<ISourceStream>(new FilesStream(location, pattern, spec, opening, time, within));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string LocationOf(FilesSourceSpec spec)
    {
        var path = spec.Location.StartsWith("file://", StringComparison.Ordinal) ? new Uri(spec.Location).LocalPath : spec.Location;
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }
}
