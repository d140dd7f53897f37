namespace LakehouseOperator.Redis.Streams;

/// <param name="After">Entries with greater ids are wanted.</param>
public readonly record struct StreamPosition(string Key, StreamId After);

/// <summary>XREAD over several streams; entries are handed over stream by stream.</summary>
/// <param name="Streams">At least one; each key once.</param>
/// <param name="Count">Entries of each stream at most, at least 1.</param>
/// <param name="Block">How long the server waits while no stream has any; at least 1 ms. Null: not at all.</param>
public sealed record XReadRequest(IReadOnlyList<StreamPosition> Streams, int Count, TimeSpan? Block = null)
{
    /// <summary>Reads as a member of a group (XREADGROUP), what was never delivered to it, instead of after a position. What was read is pending until XACK.</summary>
    public GroupMember? Group { get; init; }
}

/// <param name="Consumer">Created by the server when it is new.</param>
public sealed record GroupMember(string Group, string Consumer);
