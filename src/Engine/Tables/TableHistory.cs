using System.Runtime.CompilerServices;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables;

/// <summary>The commits of a log, as far as their JSON is there.</summary>
internal static class TableHistory
{
    public static async IAsyncEnumerable<HistoryEntry> ReadAsync(IObjectStore table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(table, 0, cancellationToken);
        var contents = ReadAhead.InOrderAsync(
            table, listing.Commits.Reverse(), async (commit, cancellation) => (commit.Key, commit.Value, await table.GetAsync(commit.Value.Key, cancellation)), cancellationToken);
        await foreach (var (version, entry, content) in contents)
        {
            if (content is null)
                yield break; // cleaned up meanwhile, and everything older with it
            yield return Describe(LogCommit.Parse(version, content, table.Location), entry.LastModified);
        }
    }

    private static HistoryEntry Describe(LogCommit commit, DateTimeOffset written)
    {
        long? added = 0;
        foreach (var add in commit.Adds)
            added += add.DataChange ? StatisticsText.RowCount(add.Stats) : 0;
        long? removed = 0;
        foreach (var remove in commit.Removes)
            removed += remove.DataChange ? StatisticsText.RowCount(remove.Stats) : 0;
        if (removed is null && commit.Info?.Metrics.TryGetValue("numDeletedRows", out var counted) is true)
            removed = counted;
        return new HistoryEntry(
            commit.Version,
            commit.Info?.Timestamp is { } timestamp ? DateTimeOffset.FromUnixTimeMilliseconds(timestamp) : written,
            commit.Info?.Operation,
            commit.DataChange,
            added,
            removed,
            commit.Adds.Count,
            commit.Info?.RunId);
    }
}
