using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>An object out of a list or a watch: either its value, or why it does not fit its type. One that does not fit spoils no other.</summary>
/// <param name="Metadata">Name, namespace, uid and resourceVersion at least.</param>
public sealed record Decoded<T>(ObjectMeta Metadata, T? Value, string? Error)
    where T : class
{
    public ObjectKey Key => ObjectKey.Of(Metadata);
}

/// <summary>One page of a list.</summary>
/// <param name="ResourceVersion">Of the state that all pages of the list show; a watch goes on from here.</param>
/// <param name="Continue">Where the next page starts; absent at the last.</param>
public sealed record ListPage<T>(IReadOnlyList<Decoded<T>> Items, string ResourceVersion, string? Continue)
    where T : class;

/// <summary>What a watch says about an object.</summary>
public enum WatchEventKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>No object: everything up to the resourceVersion has been said.</summary>
    Bookmark,
}

/// <summary>One line of a watch.</summary>
/// <param name="ResourceVersion">A watch can be resumed from here.</param>
/// <param name="Item">Absent for a bookmark.</param>
public sealed record WatchEvent<T>(WatchEventKind Kind, string ResourceVersion, Decoded<T>? Item)
    where T : class;
