using LakehouseOperator.Pipelines.Graph;

namespace LakehouseOperator.Pipelines.Tests.Graph;

public sealed class PipelineGraphTests
{
    [Fact]
    public void Order_puts_producers_first_and_names_decide_among_equals()
    {
        var graph = Of("d<b c", "c<a", "b<a", "a<");
        Assert.Equal("abcd", Text(graph.Order));
        Assert.Equal("bc", Text(graph.ConsumersOf(Id("a"))));
        Assert.Equal("bc", Text(graph.ProducersOf(Id("d"))));
        Assert.Equal("abc", Text(graph.Ancestors(Id("d"))));
        Assert.Equal("bcd", Text(graph.Descendants(Id("a"))));
        Assert.Equal(["silver.b", "silver.c", "silver.a"], graph.Lineage(Table("d")).Select(t => t.ToString()));
        Assert.Empty(graph.Cycles);
    }

    [Theory]
    [InlineData("a<c b<a c<b", "abca")]
    [InlineData("a<a", "aa")]
    [InlineData("x<b a<c b<a c<b y<c", "abca")]
    [InlineData("a<b b<a c<d d<c", "aba cdc")]
    [InlineData("a<d b<a c<b d<c,b", "abda")]
    public void Cycles_are_named_in_full_by_a_shortest_way(string nodes, string cycles)
    {
        var graph = Of([.. nodes.Split(' ').Select(n => n.Replace(',', ' '))]);
        Assert.Equal(cycles, string.Join(' ', graph.Cycles.Select(Text)));
        Assert.Equal(nodes.Split(' ').Length, graph.Order.Count);
    }

    [Fact]
    public void Preferences_order_what_is_ready_and_never_hold_up()
    {
        Assert.Equal("bacd", Text(Of("a<!b", "b<", "c<", "d<").Order));
        Assert.Equal("ab", Text(Of("a<!b", "b<!a").Order));
        Assert.Equal("ba", Text(Of("a<!b", "b<").Order));
    }

    [Fact]
    public void Of_two_writers_the_first_counts()
    {
        var graph = new PipelineGraph([new GraphNode(Id("z"), [], [Table("t")], []), new GraphNode(Id("a"), [], [Table("t")], [])]);
        Assert.Equal(Id("z"), graph.WriterOf(Table("t")));
    }

    /// <summary>Against a definition by brute force: an order is right if each comes after its producers; a graph has cycles if nobody can go next.</summary>
    [Fact]
    public void Random_graphs_are_ordered_and_their_cycles_found()
    {
        var random = new Random(8);
        for (var round = 0; round < 500; round++)
        {
            var names = Enumerable.Range(0, random.Next(1, 9)).Select(i => ((char)('a' + i)).ToString()).ToList();
            var reads = names.ToDictionary(n => n, _ => names.Where(_ => random.Next(8) == 0).ToList());
            var graph = new PipelineGraph(reads.Select(r => new GraphNode(Id(r.Key), [.. r.Value.Select(Table)], [Table(r.Key)], [.. names.Where(_ => random.Next(8) == 0).Select(Table)])));

            var done = new HashSet<string>();
            while (names.Find(n => !done.Contains(n) && reads[n].TrueForAll(done.Contains)) is { } next)
                done.Add(next);
            Assert.Equal(done.Count < names.Count, graph.Cycles.Count > 0);
            Assert.Equal(names.Count, graph.Order.Distinct().Count());
            var order = graph.Order.Select(id => id.Name).ToList();
            Assert.All(done, n => Assert.All(reads[n], r => Assert.True(order.IndexOf(r) < order.IndexOf(n))));
            foreach (var cycle in graph.Cycles)
            {
                Assert.Equal(cycle[0], cycle[^1]);
                Assert.All(cycle.Zip(cycle.Skip(1)), step => Assert.Contains(step.First.Name, reads[step.Second.Name]));
            }
        }
    }

    [Fact]
    public void A_chain_of_ten_thousand_overflows_no_stack()
    {
        var graph = new PipelineGraph(Enumerable.Range(0, 10_000).Select(i => new GraphNode(Id($"n{i}"), i == 0 ? [Table("t9999")] : [Table($"t{i - 1}")], [Table($"t{i}")], [])));
        Assert.Equal(10_001, Assert.Single(graph.Cycles).Count);
    }

    /// <summary><c>d&lt;b c !e</c>: d reads b and c and prefers e.</summary>
    private static PipelineGraph Of(params string[] nodes) => new(nodes.Select(node =>
    {
        var name = node[..node.IndexOf('<')];
        var inputs = node[(name.Length + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new GraphNode(Id(name), [.. inputs.Where(i => i[0] != '!').Select(Table)], [Table(name)], [.. inputs.Where(i => i[0] == '!').Select(i => Table(i[1..]))]);
    }));

    private static ResourceId Id(string name) => new(ResourceKind.Transformation, name);

    private static LakeTable Table(string name) => new("default", "main", new TableName("silver", name));

    private static string Text(IEnumerable<ResourceId> ids) => string.Concat(ids.Select(id => id.Name));
}
