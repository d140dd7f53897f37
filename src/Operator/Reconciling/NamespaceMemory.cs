using System.Collections.Concurrent;
using LakehouseOperator.Operator.Watching;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>What is kept of the resources of one namespace between two looks.</summary>
internal sealed class NamespaceMemory
{
    /// <summary>By uid: a resource that was deleted and made anew is another one.</summary>
    private readonly ConcurrentDictionary<string, Remembered> resources = new(StringComparer.Ordinal);

    public Remembered Of(ResourceItem item) => resources.GetOrAdd(item.Uid, static _ => new Remembered());

    /// <summary>Forgets resources that are gone.</summary>
    public void Keep(IEnumerable<ResourceItem> there)
    {
        var kept = there.Select(static item => item.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var uid in resources.Keys.Where(uid => !kept.Contains(uid)))
            resources.TryRemove(uid, out _);
    }
}
