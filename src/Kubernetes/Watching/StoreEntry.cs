using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>What a store keeps of an object: an item, or why there is none.</summary>
internal sealed record StoreEntry<TItem>(TItem? Item, string? Error, string? Uid, string? ResourceVersion)
    where TItem : class
{
    /// <summary>It was deleted, and finalizers keep it.</summary>
    public bool IsGoing { get; init; }

    /// <summary>The boundary of a projection: whatever it throws makes this object undecodable, and no other.</summary>
    public static StoreEntry<TItem> Project<T>(Decoded<T> decoded, Func<T, TItem> projection)
        where T : class
    {
        var (metadata, value, error) = decoded;
        TItem? item = null;
        try
        {
            item = value is null ? null : projection(value);
            error = value is null ? error ?? "no reason given" : null;
        }
        catch (Exception e)
        {
            error = e.Message;
        }

        return new StoreEntry<TItem>(item, error, metadata.Uid, metadata.ResourceVersion) { IsGoing = metadata.DeletionTimestamp is not null };
    }

    public bool IsSame(StoreEntry<TItem> other) =>
        string.Equals(ResourceVersion, other.ResourceVersion, StringComparison.Ordinal) && string.Equals(Uid, other.Uid, StringComparison.Ordinal);
}

/// <summary>The part of a store that one watch fills: a namespace, or all.</summary>
internal sealed class StoreSection<TItem>
    where TItem : class
{
    public Dictionary<ObjectKey, StoreEntry<TItem>> Entries { get; set; } = [];

    /// <summary>The list that is coming in, and takes the place of the entries once it is whole.</summary>
    public Dictionary<ObjectKey, StoreEntry<TItem>>? Incoming { get; set; }

    /// <summary>Everything up to here shows; null before the first list, and while nothing may be listed.</summary>
    public string? Position { get; set; }

    /// <summary>The server lets nobody list or watch here; from its first such answer until a watch is open.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Listed, and not refused.</summary>
    public bool IsServed => Position is not null && !IsRefused;
}

/// <summary>An object came, changed or went.</summary>
internal readonly record struct StoreChange<TItem>(ObjectKey Key, TItem? Before, TItem? After)
    where TItem : class;
