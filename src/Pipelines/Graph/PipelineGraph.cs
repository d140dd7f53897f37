using System.Collections.Immutable;

namespace LakehouseOperator.Pipelines.Graph;

/// <summary>
/// Which resource writes which table and who reads it. Immutable; every answer is in a stable order, so that two runs over the same
/// resources do the same things in the same order. A table has at most one writer: of several the first counts.
/// </summary>
public sealed class PipelineGraph
{
    private readonly SortedDictionary<ResourceId, GraphNode> nodes = new(ResourceOrder.Instance);
    private readonly SortedDictionary<LakeTable, ResourceId> writers = new(LakeTable.Order);
    private readonly Dictionary<LakeTable, ImmutableArray<ResourceId>> readers;

    public PipelineGraph(IEnumerable<GraphNode> members)
    {
        var reading = new Dictionary<LakeTable, SortedSet<ResourceId>>();
        foreach (var node in members)
        {
            nodes.Add(node.Id, node);
            foreach (var table in node.Writes)
                writers.TryAdd(table, node.Id);
            foreach (var table in node.Reads)
            {
                if (!reading.TryGetValue(table, out var set))
                    reading[table] = set = new SortedSet<ResourceId>(ResourceOrder.Instance);
                set.Add(node.Id);
            }
        }

        readers = reading.ToDictionary(r => r.Key, r => r.Value.ToImmutableArray());
        Cycles = CycleSearch.Find(this);
        Order = TopologicalOrder.Of(this);
    }

    /// <summary>By kind, namespace and name.</summary>
    public IReadOnlyCollection<GraphNode> Nodes => nodes.Values;

    /// <summary>Every table that some resource writes.</summary>
    public IReadOnlyCollection<LakeTable> Tables => writers.Keys;

    /// <summary>Every resource after those that write what it reads; among equals by name. Those on a cycle, and what hangs on them, come last.</summary>
    public IReadOnlyList<ResourceId> Order { get; }

    /// <summary>One cycle for every knot of resources that are made from each other: a path whose last is its first.</summary>
    public IReadOnlyList<IReadOnlyList<ResourceId>> Cycles { get; }

    public GraphNode? Find(ResourceId id) => nodes.GetValueOrDefault(id);

    public ResourceId? WriterOf(LakeTable table) => writers.GetValueOrDefault(table);

    public IReadOnlyList<ResourceId> ReadersOf(LakeTable table) => readers.GetValueOrDefault(table, []);

    public IReadOnlyList<LakeTable> ReadsOf(ResourceId id) => Find(id)?.Reads ?? [];

    public IReadOnlyList<LakeTable> WritesOf(ResourceId id) => Find(id)?.Writes ?? [];

    /// <summary>Writers of what it reads.</summary>
    public IReadOnlyList<ResourceId> ProducersOf(ResourceId id) => Writers(ReadsOf(id));

    /// <summary>Readers of what it writes.</summary>
    public IReadOnlyList<ResourceId> ConsumersOf(ResourceId id) =>
        [.. WritesOf(id).SelectMany(ReadersOf).Distinct().Order(ResourceOrder.Instance)];

    /// <summary>Everything that it is made from, without itself unless it is on a cycle.</summary>
    public IReadOnlyCollection<ResourceId> Ancestors(ResourceId id) => Closure(id, ProducersOf);

    /// <summary>Everything that is made from it, without itself unless it is on a cycle.</summary>
    public IReadOnlyCollection<ResourceId> Descendants(ResourceId id) => Closure(id, ConsumersOf);

    /// <summary>The tables from which a table is made, directly or not, nearest first.</summary>
    public IReadOnlyList<LakeTable> Lineage(LakeTable table)
    {
        var found = new List<LakeTable>();
        var seen = new HashSet<LakeTable> { table };
        var waiting = new Queue<LakeTable>([table]);
        while (waiting.TryDequeue(out var next))
        {
            if (WriterOf(next) is not { } writer)
                continue;
            foreach (var source in ReadsOf(writer).Order(LakeTable.Order))
            {
                if (!seen.Add(source))
                    continue;
                found.Add(source);
                waiting.Enqueue(source);
            }
        }

        return found;
    }

    /// <summary>Writers of what its <see cref="GraphNode.Prefers"/> names, itself aside.</summary>
    internal IReadOnlyList<ResourceId> PreferredOf(ResourceId id) => [.. Writers(Find(id)?.Prefers ?? []).Where(writer => writer != id)];

    private ResourceId[] Writers(IReadOnlyList<LakeTable> tables) =>
        [.. tables.Select(WriterOf).OfType<ResourceId>().Distinct().Order(ResourceOrder.Instance)];

    private static SortedSet<ResourceId> Closure(ResourceId start, Func<ResourceId, IReadOnlyList<ResourceId>> next)
    {
        var found = new SortedSet<ResourceId>(ResourceOrder.Instance);
        var waiting = new Stack<ResourceId>([start]);
        while (waiting.TryPop(out var id))
        {
            foreach (var neighbour in next(id))
            {
                if (found.Add(neighbour))
                    waiting.Push(neighbour);
            }
        }

        return found;
    }
}

/// <summary>By kind in the order of <see cref="ResourceKind"/>, then namespace, then name, ordinal.</summary>
public sealed class ResourceOrder : IComparer<ResourceId>
{
    public static ResourceOrder Instance { get; } = new();

    public int Compare(ResourceId? x, ResourceId? y)
    {
        if (x is null || y is null)
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var order = x.Kind.CompareTo(y.Kind);
        if (order == 0)
            order = string.CompareOrdinal(x.Namespace, y.Namespace);
        return order != 0 ? order : string.CompareOrdinal(x.Name, y.Name);
    }
}
