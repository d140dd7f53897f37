using System.Collections.Concurrent;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>What is kept of the resources of one namespace between two looks.</summary>
internal sealed class NamespaceMemory
{
    private readonly ConcurrentDictionary<ResourceId, Remembered> resources = [];

    public Remembered Of(ResourceId id) => resources.GetOrAdd(id, static _ => new Remembered());

    /// <summary>Forgets resources that are gone.</summary>
    public void Keep(IEnumerable<ResourceId> there)
    {
        var kept = there.ToHashSet();
        foreach (var id in resources.Keys.Where(id => !kept.Contains(id)))
            resources.TryRemove(id, out _);
    }
}
