using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>Whether a stream still is what a position was taken from, by the counts that servers keep since Redis 7.0.</summary>
internal static class StreamChecks
{
    /// <param name="lost">Entries that were removed before they were read.</param>
    /// <returns>The position, its counts set right.</returns>
    /// <exception cref="DiagnosticException"><see cref="SourceCodes.SourceRegressed"/>, <see cref="SourceCodes.SourceUnsupported"/>.</exception>
    public static RedisPosition Verify(string key, RedisPosition position, StreamInfo? now, out long lost)
    {
        lost = 0;
        if (now is null)
            return position.Id == StreamId.Min ? position : throw RedisFailures.Deleted(key, position);
        if (now.EntriesAdded is not { } added)
            throw RedisFailures.TooOld(key);
        if (now.LastGeneratedId < position.Id)
            throw RedisFailures.SetBack(key, position, now.LastGeneratedId);
        if (position.EntriesRead is not { } read)
            return now.LastGeneratedId == position.Id ? position with { EntriesRead = added } : position;
        if (added < read)
            throw RedisFailures.Recreated(key, position, added);
        lost = Removed(position.Id, read, now, added);
        return lost == 0 ? position : position with { EntriesRead = read + lost, Lost = position.Lost + lost };
    }

    /// <summary>Known where the stream begins after the position, or ends at it; in between, what was removed shows once the end is reached.</summary>
    private static long Removed(StreamId id, long read, StreamInfo now, long added)
    {
        if (now.LastGeneratedId == id)
            return added - read;
        return now.FirstEntryId is { } first && first <= id ? 0 : Math.Max(0, added - read - now.Length);
    }
}
