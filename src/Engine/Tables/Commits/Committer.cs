using System.Globalization;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>Puts a change as the next version, by the rules of what follows a refusal, a lost reply, and a long pause (tables.md, "Commit").</summary>
internal sealed class Committer(IObjectStore table, LogCache log, BootClock clock, TimeProvider time)
{
    /// <summary>A snapshot older than this is listed again before the put, and a put after it must still find the version before it.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A put on a snapshot older than this must still find the version before it. Shorter than a drop leaves its mark in place: whoever began before the mark is refused by it, or finds out here.
    /// </summary>
    public static readonly TimeSpan GapAfter = TimeSpan.FromSeconds(2);

    /// <summary>Each lost round is another writer's success, so this bound is never met by chance.</summary>
    private const int MaxRounds = 1000;

    public async Task<CommitResult> CommitAsync(TableChange change, CancellationToken cancellationToken)
    {
        var txnId = Guid.NewGuid().ToString();
        var current = change.Base;
        if (current is null)
            await RequireNoTableAsync(cancellationToken);
        var asOf = current?.ReadAt ?? clock.Now;
        for (var puts = 0; puts < MaxRounds;)
        {
            if (clock.Now - asOf > Stale)
                (current, asOf) = await CatchUpAsync(change, current, cancellationToken);
            var draft = new CommitDraft(table.Location, change, current, txnId, time.GetUtcNow(), table.ClockOffset);
            var content = draft.Write();
            cancellationToken.ThrowIfCancellationRequested();
            puts++;
            if (await PutAsync(draft.Version, content, txnId))
            {
                await RequireNoGapAsync(draft.Version, asOf);
                var commit = LogCommit.Parse(draft.Version, content.Span, table.Location);
                return new CommitResult(draft.Version, await log.ApplyAsync(commit, CancellationToken.None), puts - 1);
            }

            (current, asOf) = await CatchUpAsync(change, current, cancellationToken);
        }

        throw new DiagnosticException(
            TableCodes.CommitContended,
            string.Create(CultureInfo.InvariantCulture, $"{table.Location}: {MaxRounds} other commits came first"),
            "let fewer processes write this table at once");
    }

    /// <summary>True when the version is ours; false when it is another's. Not cancelled: an outcome that nobody waits for is a commit that nobody knows of.</summary>
    private async Task<bool> PutAsync(long version, ReadOnlyMemory<byte> content, string txnId)
    {
        var key = LogFileName.Commit(version);
        for (var attempt = 1; attempt <= MaxRounds; attempt++)
        {
            if (await table.PutIfAbsentAsync(key, content, CancellationToken.None) == PutOutcome.Created)
                return true;
            var there = await log.Reader.ReadCommitAsync(version, CancellationToken.None);
            if (there is not null)
                return there.Info?.TxnId == txnId;
        }

        throw new DiagnosticException(
            TableCodes.StoreFailed, $"{table.Location}/{key} can neither be put nor found", "look at the store's health; the run may be repeated at any time");
    }

    /// <summary>Reads what came since and judges every version of it.</summary>
    private async Task<(Snapshot Current, TimeSpan AsOf)> CatchUpAsync(TableChange change, Snapshot? current, CancellationToken cancellationToken)
    {
        var newest = await log.ReadAsync(null, cancellationToken);
        if (current is null || newest is null || newest.TableId != current.TableId || newest.Version < current.Version)
            throw new CommitConflictException(newest?.Version ?? -1, "the table was created, dropped or replaced by another one meanwhile");
        for (var version = current.Version + 1; version <= newest.Version; version++)
        {
            var winner = await log.Reader.ReadCommitAsync(version, cancellationToken)
                ?? throw new CommitConflictException(version, $"version {version} came first, and the log no longer says what it did");
            ConflictRules.Check(change, winner);
        }

        return (newest, newest.ReadAt);
    }

    private async Task RequireNoTableAsync(CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(table, 0, cancellationToken);
        if (!listing.IsEmpty)
            throw new CommitConflictException(listing.Newest, "the table was created meanwhile");
    }

    /// <summary>
    /// Clean-up or a drop may have taken the version that would have refused us: then ours stands in a gap. Nobody reads it there, and a table that is made anew must not meet it.
    /// </summary>
    private async Task RequireNoGapAsync(long version, TimeSpan asOf)
    {
        if (version == 0 || clock.Now - asOf <= GapAfter)
            return;
        if (await table.HeadAsync(LogFileName.Commit(version - 1), CancellationToken.None) is not null)
            return;
        await table.DeleteAsync(LogFileName.Commit(version), CancellationToken.None);
        throw PositionRules.Fenced($"version {version} of {table.Location} was put so late that the log before it is gone");
    }
}
