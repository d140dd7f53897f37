using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Commits;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>The newest state that this instance has read, continued by what came since instead of being read anew. One caller at a time.</summary>
internal sealed class LogCache(IObjectStore table, LogReader reader, BootClock clock)
{
    private readonly AsyncGate gate = new();
    private LogState? state;
    private (MetaDataAction MetaData, ProtocolAction Protocol, TableSchema Schema, IReadOnlyDictionary<string, string> Configuration)? judged;

    public LogReader Reader => reader;

    /// <summary>The newest checkpoint that the state knows of, or -1.</summary>
    public long CheckpointVersion => state?.CheckpointVersion ?? -1;

    /// <summary>Adds and removes since that checkpoint.</summary>
    public long ActionsSinceCheckpoint => state?.ActionsSinceCheckpoint ?? 0;

    /// <inheritdoc cref="DeltaTable.ReadSnapshotAsync"/>
    public async Task<Snapshot?> ReadAsync(long? version, CancellationToken cancellationToken)
    {
        using var held = await gate.EnterAsync(cancellationToken);
        if (version is not null && state?.Version != version)
        {
            var old = await reader.ReadAsync(version, cancellationToken);
            return old is null ? null : Copy(old, clock.Now);
        }

        // As of before the listing: what is committed while it runs may be missing from it.
        var asOf = clock.Now;
        if (state is null || !await AdvanceAsync(state, version, cancellationToken))
            state = await reader.ReadAsync(version, cancellationToken);
        return state is null || (version is null && state.IsDropped) ? null : Copy(state, asOf);
    }

    /// <summary>The snapshot that follows from a commit of ours, without reading it back where the state is the one before it.</summary>
    public async Task<Snapshot> ApplyAsync(LogCommit commit, CancellationToken cancellationToken)
    {
        using (await gate.EnterAsync(cancellationToken))
        {
            var asOf = clock.Now;
            if (state is null && commit.Version == 0)
                state = new LogState(table.Location);
            if (state?.Version == commit.Version - 1)
            {
                state.Apply(commit);
                return Copy(state, asOf);
            }
        }

        return await ReadAsync(commit.Version, cancellationToken)
            ?? throw LogDamage.At(table.Location, LogFileName.Commit(commit.Version), "the version that was just committed is not there");
    }

    /// <summary>Runs over the newest state while nothing else does; nothing where none was read.</summary>
    public async Task<T?> WithStateAsync<T>(Func<LogState, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        using var held = await gate.EnterAsync(cancellationToken);
        return state is null ? null : read(state);
    }

    private async Task<bool> AdvanceAsync(LogState known, long? upTo, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.TryAdvanceAsync(known, upTo, cancellationToken);
        }
        catch
        {
            state = null; // whatever stopped it half-way, the next read begins anew
            throw;
        }
    }

    private Snapshot Copy(LogState source, TimeSpan asOf)
    {
        var (metaData, protocol) = (source.MetaData!, source.Protocol!);
        if (judged is not { } known || !ReferenceEquals(known.MetaData, metaData) || !ReferenceEquals(known.Protocol, protocol))
        {
            var properties = (metaData.Configuration ?? new Dictionary<string, string?>(StringComparer.Ordinal))
                .Where(static one => one.Value is not null)
                .ToDictionary(static one => one.Key, static one => one.Value!, StringComparer.Ordinal);
            judged = known = (metaData, protocol, ReaderFeatures.Require(source), properties);
        }

        return new Snapshot(
            source.Version,
            source.DataVersion,
            DateTimeOffset.FromUnixTimeMilliseconds(source.Timestamp ?? 0),
            metaData.Id,
            known.Schema,
            known.Configuration,
            source.ListFiles(),
            source.Domains,
            source.Transactions.ToDictionary(static one => one.Key, static one => one.Value.Version, StringComparer.Ordinal))
        {
            MetaData = metaData,
            Protocol = protocol,
            ReadAt = asOf,
        };
    }
}
