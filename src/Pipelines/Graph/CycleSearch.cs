namespace LakehouseOperator.Pipelines.Graph;

/// <summary>
/// Strongly connected components (Tarjan, without recursion: a chain may be as long as a file of documents), then the shortest way round in each,
/// begun at its first resource by name.
/// </summary>
internal sealed class CycleSearch
{
    private readonly PipelineGraph graph;
    private readonly Dictionary<ResourceId, int> found = [];
    private readonly Dictionary<ResourceId, int> low = [];
    private readonly Stack<ResourceId> open = new();
    private readonly HashSet<ResourceId> isOpen = [];
    private readonly List<HashSet<ResourceId>> knots = [];

    private CycleSearch(PipelineGraph graph) => this.graph = graph;

    public static IReadOnlyList<IReadOnlyList<ResourceId>> Find(PipelineGraph graph)
    {
        var search = new CycleSearch(graph);
        foreach (var node in graph.Nodes)
        {
            if (!search.found.ContainsKey(node.Id))
                search.Visit(node.Id);
        }

        return [.. search.knots.Select(search.WayRound).OrderBy(cycle => cycle[0], ResourceOrder.Instance)];
    }

    private void Visit(ResourceId root)
    {
        var path = new Stack<(ResourceId Id, IReadOnlyList<ResourceId> Next, int At)>();
        path.Push((root, Open(root), 0));
        while (path.TryPop(out var frame))
        {
            var (id, next, at) = frame;
            if (at < next.Count)
            {
                path.Push((id, next, at + 1));
                var neighbour = next[at];
                if (!found.TryGetValue(neighbour, out var index))
                    path.Push((neighbour, Open(neighbour), 0));
                else if (isOpen.Contains(neighbour))
                    low[id] = Math.Min(low[id], index);
            }
            else
            {
                if (low[id] == found[id])
                    Close(id);
                if (path.TryPeek(out var parent))
                    low[parent.Id] = Math.Min(low[parent.Id], low[id]);
            }
        }
    }

    private IReadOnlyList<ResourceId> Open(ResourceId id)
    {
        found[id] = low[id] = found.Count;
        open.Push(id);
        isOpen.Add(id);
        return graph.ConsumersOf(id);
    }

    private void Close(ResourceId root)
    {
        var knot = new HashSet<ResourceId>();
        ResourceId id;
        do
        {
            id = open.Pop();
            isOpen.Remove(id);
            knot.Add(id);
        }
        while (id != root);

        if (knot.Count > 1 || graph.ConsumersOf(root).Contains(root))
            knots.Add(knot);
    }

    private List<ResourceId> WayRound(HashSet<ResourceId> knot)
    {
        var start = knot.Min(ResourceOrder.Instance)!;
        var from = new Dictionary<ResourceId, ResourceId>();
        var waiting = new Queue<ResourceId>([start]);
        while (waiting.TryDequeue(out var id))
        {
            foreach (var next in graph.ConsumersOf(id).Where(knot.Contains))
            {
                if (!from.TryAdd(next, id))
                    continue;
                if (next == start)
                    return Trace(start, from);
                waiting.Enqueue(next);
            }
        }

        return [start];
    }

    private static List<ResourceId> Trace(ResourceId start, Dictionary<ResourceId, ResourceId> from)
    {
        var cycle = new List<ResourceId> { start };
        for (var id = from[start]; id != start; id = from[id])
            cycle.Add(id);
        cycle.Add(start);
        cycle.Reverse();
        return cycle;
    }
}
