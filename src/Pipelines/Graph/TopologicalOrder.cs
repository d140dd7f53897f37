namespace LakehouseOperator.Pipelines.Graph;

/// <summary>Kahn's algorithm with a sorted set of what is ready; what a resource only prefers orders it among the ready ones.</summary>
internal static class TopologicalOrder
{
    public static IReadOnlyList<ResourceId> Of(PipelineGraph graph)
    {
        var missing = graph.Nodes.ToDictionary(n => n.Id, n => graph.ProducersOf(n.Id).Count);
        var preferred = graph.Nodes.ToDictionary(n => n.Id, n => graph.PreferredOf(n.Id).Count);
        var awaitedBy = graph.Nodes
            .SelectMany(n => graph.PreferredOf(n.Id).Select(writer => (writer, n.Id)))
            .ToLookup(pair => pair.writer, pair => pair.Id);
        var content = new SortedSet<ResourceId>(ResourceOrder.Instance);
        var ready = new SortedSet<ResourceId>(ResourceOrder.Instance);
        foreach (var (id, count) in missing)
        {
            if (count == 0)
                (preferred[id] == 0 ? content : ready).Add(id);
        }

        var order = new List<ResourceId>();
        while ((content.Count > 0 ? content : ready).Min is { } next)
        {
            content.Remove(next);
            ready.Remove(next);
            order.Add(next);
            foreach (var waiting in awaitedBy[next])
            {
                if (--preferred[waiting] == 0 && ready.Remove(waiting))
                    content.Add(waiting);
            }

            foreach (var consumer in graph.ConsumersOf(next))
            {
                if (--missing[consumer] == 0)
                    (preferred[consumer] == 0 ? content : ready).Add(consumer);
            }
        }

        var placed = order.ToHashSet();
        order.AddRange(graph.Nodes.Select(n => n.Id).Where(id => !placed.Contains(id)));
        return order;
    }
}
