using LakehouseOperator.Engine.Storage;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>What a listing of <c>_delta_log</c> found.</summary>
internal sealed class LogListing
{
    private readonly SortedDictionary<long, ObjectEntry> commits = [];
    private readonly SortedDictionary<(long Version, int Parts), SortedDictionary<int, ObjectEntry>> checkpoints = [];

    /// <summary>The JSON files by version, ascending.</summary>
    public IReadOnlyDictionary<long, ObjectEntry> Commits => commits;

    /// <summary>Versions that only a UUID-named checkpoint describes.</summary>
    public SortedSet<long> V2Checkpoints { get; } = [];

    public bool IsEmpty => commits.Count == 0 && checkpoints.Count == 0 && V2Checkpoints.Count == 0;

    public long Newest => Math.Max(commits.Count == 0 ? -1 : commits.Keys.Last(), Complete().Select(static one => one.Version).DefaultIfEmpty(-1).Max());

    /// <param name="from">The least version that is wanted.</param>
    public static async Task<LogListing> ReadAsync(IObjectStore table, long from, CancellationToken cancellationToken)
    {
        var listing = new LogListing();
        await foreach (var entry in table.ListAsync(LogFileName.Folder, LogFileName.Before(from), cancellationToken))
            listing.Take(entry);
        return listing;
    }

    /// <summary>Checkpoints all of whose parts are there, newest first and single files before parts, up to a version.</summary>
    public IEnumerable<CheckpointParts> Usable(long? upTo) => Complete()
        .Where(one => upTo is null || one.Version <= upTo)
        .OrderByDescending(static one => one.Version)
        .ThenBy(static one => one.Files.Count);

    private IEnumerable<CheckpointParts> Complete() => checkpoints
        .Where(static one => one.Value.Count == one.Key.Parts)
        .Select(static one => new CheckpointParts(one.Key.Version, [.. one.Value.Values]));

    private void Take(ObjectEntry entry)
    {
        var name = LogFileName.Parse(entry.Key);
        switch (name.Kind)
        {
            case LogFileKind.Commit:
                commits[name.Version] = entry;
                break;
            case LogFileKind.Checkpoint:
                if (!checkpoints.TryGetValue((name.Version, name.Parts), out var parts))
                    checkpoints.Add((name.Version, name.Parts), parts = []);
                parts[name.Part] = entry;
                break;
            case LogFileKind.V2Checkpoint:
                V2Checkpoints.Add(name.Version);
                break;
            case LogFileKind.Other:
            default:
                break;
        }
    }
}

/// <param name="Files">In the order of their parts.</param>
internal sealed record CheckpointParts(long Version, IReadOnlyList<ObjectEntry> Files);
