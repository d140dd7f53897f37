using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>Where a stream is read from.</summary>
/// <param name="Info">What the server says of it; null where it does not exist yet.</param>
/// <param name="IsUncommitted">It hangs on the moment, and nothing may be read before a commit holds it.</param>
/// <param name="PendingGroup">Whose pending entries come first.</param>
internal sealed record StreamStart(RedisPosition Position, StreamInfo? Info, bool IsUncommitted, string? PendingGroup)
{
    private const int PendingInfo = 100;

    /// <summary>The table's own position is the truth; <c>startFrom</c> counts for a table that has none.</summary>
    /// <param name="held">The table's position as JSON.</param>
    /// <param name="alive">A consumer that asked for entries so lately is alive.</param>
    /// <exception cref="DiagnosticException">What keeps the stream from being read.</exception>
    public static async Task<StreamStart> FindAsync(
        RedisConnection connection, RedisStreamsSourceSpec spec, string key, string? held, TimeSpan alive, CancellationToken cancellationToken)
    {
        var info = await connection.StreamInfoAsync(key, cancellationToken);
        if (info is { EntriesAdded: null })
            throw RedisFailures.TooOld(key);
        var group = spec.Group ?? Pipelines.Plans.Defaults.RedisGroup;
        var startFrom = spec.StartFrom ?? RedisStartFrom.Earliest;
        var old = spec.TakeOverGroup ?? group;
        var groups = info is null ? [] : await connection.GroupsAsync(key, cancellationToken);
        await RequireAloneAsync(connection, key, groups, group, alive, cancellationToken);
        if (held is not null)
        {
            var position = RedisPosition.Parse(held);
            return new StreamStart(position, info, false, position.Pending is null ? null : old);
        }

        if (startFrom == RedisStartFrom.Group)
            return await TakeOverAsync(connection, key, info, groups, old, alive, cancellationToken);
        if (groups.FirstOrDefault(one => one.Name == group) is { Pending: > 0 } used)
        {
            throw RedisFailures.GroupInUse(
                key, group, $"holds {used.Pending} pending entries of another reader", "take them over with startFrom: Group, or name a group that nobody uses");
        }

        // A stream that is not there ends before its first entry, which must not be missed because it comes between two runs.
        if (info is null)
            return new StreamStart(RedisPosition.Beginning, null, startFrom == RedisStartFrom.Latest, null);
        return startFrom == RedisStartFrom.Latest
            ? new StreamStart(new RedisPosition(info.LastGeneratedId, info.EntriesAdded), info, true, null)
            // What was removed before anybody asked for it is nobody's loss.
            : new StreamStart(new RedisPosition(StreamId.Min, info.EntriesAdded - info.Length), info, false, null);
    }

    private static async Task<StreamStart> TakeOverAsync(
        RedisConnection connection, string key, StreamInfo? info, IReadOnlyList<GroupInfo> groups, string old, TimeSpan alive, CancellationToken cancellationToken)
    {
        if (info is null || groups.FirstOrDefault(one => one.Name == old) is not { } group)
            throw RedisFailures.GroupMissing(key, old);
        await RequireAloneAsync(connection, key, groups, old, alive, cancellationToken);
        var read = group.EntriesRead ?? info.EntriesAdded - group.Lag;
        return new StreamStart(
            new RedisPosition(group.LastDeliveredId, read, Pending: group.Pending > 0 ? StreamId.Min : null), info, true, group.Pending > 0 ? old : null);
    }

    private static async Task RequireAloneAsync(
        RedisConnection connection, string key, IReadOnlyList<GroupInfo> groups, string name, TimeSpan alive, CancellationToken cancellationToken)
    {
        if (groups.FirstOrDefault(one => one.Name == name) is not { Consumers: > 0 })
            return;
        var consumers = await connection.ConsumersAsync(key, name, cancellationToken);
        var living = consumers.Where(consumer => consumer.Idle < alive).Select(static consumer => $"\"{consumer.Name}\"").Take(3).ToList();
        if (living.Count > 0)
            throw RedisFailures.GroupInUse(key, name, $"has active consumers: {string.Join(", ", living)}", $"stop them and wait {alive.TotalSeconds:0} s, or name another group");
    }

    /// <summary>Some of a group's pending entries after an id; fewer than asked for at the end.</summary>
    public static async Task<IReadOnlyList<StreamId>> PendingAfterAsync(RedisConnection connection, string key, string group, StreamId after, CancellationToken cancellationToken)
    {
        var from = after == StreamId.Min ? after : Next(after);
        var pending = await connection.PendingEntriesAsync(key, group, from, StreamId.Max, PendingInfo, cancellationToken);
        return [.. pending.Select(static entry => entry.Id)];
    }

    private static StreamId Next(StreamId id) => id.Seq == ulong.MaxValue ? new StreamId(id.Ms + 1, 0) : new StreamId(id.Ms, id.Seq + 1);
}
