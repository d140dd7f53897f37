using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>What a store keeps of an object: an item, or why there is none.</summary>
internal sealed record StoreEntry<TItem>(TItem? Item, string? Error, string? Uid, string? ResourceVersion)
    where TItem : class
{
    /// <summary>The boundary of a projection: whatever it throws makes this object undecodable, and no other.</summary>
    public static StoreEntry<TItem> Project<T>(Decoded<T> decoded, Func<T, TItem> projection)
        where T : class
    {
        var (metadata, value, error) = decoded;
        if (value is null)
            return new StoreEntry<TItem>(null, error ?? "no reason given", metadata.Uid, metadata.ResourceVersion);
        try
        {
            return new StoreEntry<TItem>(projection(value), null, metadata.Uid, metadata.ResourceVersion);
        }
        catch (Exception e)
        {
            return new StoreEntry<TItem>(null, e.Message, metadata.Uid, metadata.ResourceVersion);
        }
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

    /// <summary>Everything up to here shows; null before the first list.</summary>
    public string? Position { get; set; }
}

/// <summary>An object came, changed or went.</summary>
internal readonly record struct StoreChange<TItem>(ObjectKey Key, TItem? Before, TItem? After)
    where TItem : class;
