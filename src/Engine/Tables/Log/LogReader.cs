using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Dropping;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>
/// Rebuilds a table's state: the newest checkpoint that can be used, then every later commit in order. A gap, a line that is no action, a state
/// without protocol or metadata is a damaged log and never a shorter table.
/// </summary>
/// <param name="scratch">A folder for checkpoints of stores that are no folders.</param>
internal sealed class LogReader(IObjectStore table, ICheckpointFiles checkpoints, string scratch)
{
    /// <summary>Listing and reading are not one step: clean-up may take a file in between. Then all is listed again, so often.</summary>
    private const int Attempts = 4;

    /// <param name="version">Null: the newest.</param>
    /// <returns>Null where there is no table.</returns>
    public async Task<LogState?> ReadAsync(long? version, CancellationToken cancellationToken)
    {
        var hint = await LastCheckpoint.ReadAsync(table, cancellationToken);
        var from = hint is { } hinted && (version is null || hinted <= version) ? hinted : 0;
        for (var attempt = 1; ; attempt++)
        {
            var listing = await LogListing.ReadAsync(table, from, cancellationToken);
            if (from > 0 && !listing.Usable(version).Any())
            {
                from = 0;
                listing = await LogListing.ReadAsync(table, from, cancellationToken);
            }

            try
            {
                return listing.IsEmpty ? null : await ReplayAsync(listing, version, whole: from == 0, cancellationToken);
            }
            catch (DiagnosticException) when (version is null && IsGap(listing))
            {
                if (await DropMark.ReadAsync(table, listing, cancellationToken) is null)
                    throw;
                return null;
            }
            catch (CommitMissingException missing)
            {
                if (version is null && await DropMark.ReadAsync(table, listing, cancellationToken) is not null)
                    return null;
                if (attempt == Attempts)
                    throw LogDamage.At(table.Location, LogFileName.Commit(missing.Version), "the file is missing, and later versions are there", missing);
                from = 0;
            }
        }
    }

    /// <summary>Applies what came since, up to a version. False where the state cannot be continued and must be read anew.</summary>
    public async Task<bool> TryAdvanceAsync(LogState state, long? upTo, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(table, state.Version, cancellationToken);
        if (!listing.Commits.TryGetValue(state.Version, out var entry) || (state.Listed is { } before && before != entry))
            return false; // cleaned up behind a checkpoint, or another table stands here now
        await foreach (var (_, commit) in ReadCommitsAsync(state.Version + 1, Math.Min(listing.Newest, upTo ?? long.MaxValue), cancellationToken))
        {
            if (commit is null)
                return false;
            state.Apply(commit);
        }

        Attest(state, listing);
        return true;
    }

    /// <summary>One commit; null where the log does not hold it.</summary>
    public async Task<LogCommit?> ReadCommitAsync(long version, CancellationToken cancellationToken)
    {
        var content = await table.GetAsync(LogFileName.Commit(version), cancellationToken);
        return content is null ? null : LogCommit.Parse(version, content, table.Location);
    }

    /// <summary>In order; a version that the log does not hold is null.</summary>
    private IAsyncEnumerable<(long Version, LogCommit? Commit)> ReadCommitsAsync(long first, long last, CancellationToken cancellationToken) =>
        ReadAhead.InOrderAsync(table, Versions(first, last), async (version, cancellation) => (version, await ReadCommitAsync(version, cancellation)), cancellationToken);

    private static IEnumerable<long> Versions(long first, long last)
    {
        for (var version = first; version <= last; version++)
            yield return version;
    }

    /// <summary>A drop removes the log from its beginning; what is damaged otherwise is not looked at twice.</summary>
    private static bool IsGap(LogListing listing) => listing.Commits.Count > 0 && !listing.Commits.ContainsKey(0);

    private async Task<LogState> ReplayAsync(LogListing listing, long? version, bool whole, CancellationToken cancellationToken)
    {
        var newest = Newest(listing, version);
        var state = await BeginAsync(listing, newest, whole, cancellationToken);
        await foreach (var (next, commit) in ReadCommitsAsync(state.Version + 1, newest, cancellationToken))
            state.Apply(commit ?? throw new CommitMissingException(next));

        if (state.Protocol is null)
            throw LogDamage.At(table.Location, LogFileName.Commit(state.Version), "no commit up to here holds the protocol");
        if (state.MetaData is null)
            throw LogDamage.At(table.Location, LogFileName.Commit(state.Version), "no commit up to here holds the table's metaData");
        if (state.Timestamp is null && state.Version == state.CheckpointVersion)
            state.Timestamp = (await ReadCommitAsync(state.Version, cancellationToken))?.Info?.Timestamp;
        Attest(state, listing);
        if (state.DataVersion < 0)
            state.DataVersion = await FindDataVersionAsync(state, cancellationToken);
        return state;
    }

    /// <summary>What the listing says of the state's version: of its time, where the commit does not say itself.</summary>
    private static void Attest(LogState state, LogListing listing)
    {
        state.Listed = listing.Commits.TryGetValue(state.Version, out var commit) ? commit : null;
        state.Timestamp ??= (state.Listed ?? listing.Usable(state.Version).FirstOrDefault()?.Files[0])?.LastModified.ToUnixTimeMilliseconds();
    }

    private long Newest(LogListing listing, long? version)
    {
        if (version is not { } wanted)
            return listing.Newest;
        return wanted >= 0 && wanted <= listing.Newest
            ? wanted
            : throw new DiagnosticException(
                TableCodes.VersionUnknown,
                string.Create(CultureInfo.InvariantCulture, $"{table.Location} has no version {wanted}; the newest is {listing.Newest}"),
                "lakehouse history lists the versions");
    }

    private async Task<LogState> BeginAsync(LogListing listing, long newest, bool whole, CancellationToken cancellationToken)
    {
        CheckpointUnreadableException? unreadable = null;
        foreach (var parts in listing.Usable(newest))
        {
            IReadOnlyList<string> paths = [];
            try
            {
                paths = await StageAsync(parts, cancellationToken);
                var content = await Task.Run(() => checkpoints.Read(parts.Version, paths, table.Location, cancellationToken), cancellationToken);
                var state = new LogState(table.Location);
                state.Begin(content, parts);
                return state;
            }
            catch (CheckpointUnreadableException failure)
            {
                unreadable ??= failure;
            }
            finally
            {
                if (table.IsRemote)
                {
                    foreach (var copy in paths)
                        File.Delete(copy);
                }
            }
        }

        if (!whole)
            throw new CommitMissingException(newest); // what the hint left out may do
        if (listing.Commits.ContainsKey(0))
            return new LogState(table.Location);
        if (unreadable is not null)
            throw LogDamage.At(table.Location, "_delta_log", $"no checkpoint can be read, and older commits are gone: {unreadable.Message}", unreadable);
        if (listing.V2Checkpoints.Any(version => version <= newest))
            throw LogDamage.Unsupported(table.Location, "v2Checkpoint");
        var oldest = listing.Usable(null).Select(static one => one.Version).Append(long.MaxValue).Min();
        throw oldest < long.MaxValue
            ? new DiagnosticException(
                TableCodes.VersionGone,
                string.Create(CultureInfo.InvariantCulture, $"{table.Location} no longer holds version {newest}; the oldest is {oldest}"),
                "read a newer version; how long versions are kept is spec.tables.logRetention")
            : LogDamage.At(table.Location, LogFileName.Commit(0), "the file is missing, and no checkpoint stands for it");
    }

    private async Task<IReadOnlyList<string>> StageAsync(CheckpointParts parts, CancellationToken cancellationToken)
    {
        var paths = new List<string>(parts.Files.Count);
        foreach (var file in parts.Files)
            paths.Add(await table.StageAsync(file.Key, scratch, cancellationToken) ?? throw new CommitMissingException(parts.Version));
        return paths;
    }

    /// <summary>
    /// No commit after the checkpoint changed rows, so the last one that did is behind it. Our own commits say which (ADR 0004); what others
    /// wrote since is looked up as far as its JSON is still there, and beyond that the checkpoint's version stands for it: a consumer may run once
    /// too often, never once too few.
    /// </summary>
    private async Task<long> FindDataVersionAsync(LogState state, CancellationToken cancellationToken)
    {
        var (known, asOf) = DataVersionRecord.Read(state.Domains) ?? (0, -1);
        for (var version = state.CheckpointVersion; version > asOf; version--)
        {
            var commit = await ReadCommitAsync(version, cancellationToken);
            if (commit is null)
                return state.CheckpointVersion;
            if (commit.DataChange)
                return version;
        }

        return known;
    }

    private sealed class CommitMissingException(long version) : Exception
    {
        public long Version { get; } = version;
    }
}
