using System.Buffers;
using System.Text;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;

namespace LakehouseOperator.Kubernetes.Tests.Api;

/// <summary>Lists come in pages, a page object by object, and no object spoils another.</summary>
public sealed class ListTests
{
    [Fact]
    public async Task All_pages_are_read_one_after_the_other()
    {
        await using var server = new LoopbackServer((seen, reply) => seen.Query.GetValueOrDefault("continue") switch
        {
            null => reply.JsonAsync(200, Json.List(9, "more", Json.ConfigMap("a", 1), Json.ConfigMap("b", 2))),
            "more" => reply.JsonAsync(200, Json.List(9, "last", Json.ConfigMap("c", 3))),
            _ => reply.JsonAsync(200, Json.List(9, null)),
        });
        using var client = server.Client();
        var names = new List<string?>();
        await foreach (var item in client.ListAsync(ResourceTypes.ConfigMaps, "ns", new ListOptions { LabelSelector = "a=b,c in (d, e)" }, default))
            names.Add(item.Value?.Metadata.Name);
        Assert.Equal(["a", "b", "c"], names);
        Assert.All(server.Requests, seen => Assert.Equal(("500", "a=b,c in (d, e)"), (seen.Query["limit"], seen.Query["labelSelector"])));
    }

    [Fact]
    public async Task A_page_that_is_no_longer_kept_is_gone()
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(410, "Expired", "the provided continue parameter is too old"));
        using var client = server.Client();
        await Assert.ThrowsAsync<GoneException>(() => client.ListPageAsync(ResourceTypes.ConfigMaps, "ns", ListOptions.All, "x", default));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"bad","namespace":"ns","uid":"u","resourceVersion":"7"},"data":["not","a","map"]}""")]
    [InlineData("""{"metadata":{"name":"bad","namespace":"ns","uid":"u","resourceVersion":"7","labels":[1,2]},"data":{}}""")]
    [InlineData("""{"metadata":{"name":"bad","namespace":"ns","uid":"u","resourceVersion":"7","generation":"often"}}""")]
    [InlineData("""{"metadata":{"name":"bad","namespace":"ns","uid":"u","resourceVersion":"7"},"data":{"k":"\ud800"}}""")]
    public async Task An_object_that_does_not_fit_its_type_is_an_error_of_its_own_key(string bad)
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, Json.List(9, null, Json.ConfigMap("a", 1), bad, Json.ConfigMap("c", 3))));
        using var client = server.Client();
        var page = await client.ListPageAsync(ResourceTypes.ConfigMaps, "ns", ListOptions.All, null, default);
        Assert.Equal([new ObjectKey("ns", "a"), new ObjectKey("ns", "bad"), new ObjectKey("ns", "c")], page.Items.Select(item => item.Key));
        Assert.Equal([true, false, true], page.Items.Select(item => item.Value is not null));
        Assert.NotNull(page.Items[1].Error);
        Assert.Equal(("u", "7"), (page.Items[1].Metadata.Uid, page.Items[1].Metadata.ResourceVersion));
    }

    [Fact]
    public async Task JSON_nested_deeper_than_any_type_is_an_error_of_its_own_key()
    {
        var deep = $$"""{"metadata":{"name":"bad","namespace":"ns"},"data":{{new string('[', 5000)}}{{new string(']', 5000)}}}""";
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, Json.List(9, null, Json.ConfigMap("a", 1), deep)));
        using var client = server.Client();
        var page = await client.ListPageAsync(ResourceTypes.ConfigMaps, "ns", ListOptions.All, null, default);
        Assert.Equal(["a", "bad"], page.Items.Select(item => item.Metadata.Name));
        Assert.NotNull(page.Items[1].Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"kind":"List","items":[]}""")]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"items":7}""")]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"items":[{"metadata":""")]
    public async Task What_is_no_whole_list_is_never_taken_for_an_empty_one(string body)
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, body));
        using var client = server.Client();
        await Assert.ThrowsAsync<UnavailableException>(() => client.ListPageAsync(ResourceTypes.ConfigMaps, "ns", ListOptions.All, null, default));
    }

    [Fact]
    public async Task Items_may_be_null_and_members_in_any_order()
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, """{"items":null,"extra":{"items":[1]},"metadata":{"resourceVersion":"3"}}"""));
        using var client = server.Client();
        var page = await client.ListPageAsync(ResourceTypes.ConfigMaps, "ns", ListOptions.All, null, default);
        Assert.Empty(page.Items);
        Assert.Equal(("3", null), (page.ResourceVersion, page.Continue));
    }

    [Fact]
    public void A_list_reads_the_same_wherever_its_bytes_are_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Json.List(9, "é\\n", Json.ConfigMap("a", 1, "ü☃"), """{"metadata":{"name":"b"},"data":[]}""", Json.ConfigMap("c", 3)));
        for (var split = 0; split <= bytes.Length; split++)
        {
            var parser = new ListParser<ConfigMap>(ResourceTypes.ConfigMaps);
            var consumed = parser.Parse(new ReadOnlySequence<byte>(bytes, 0, split), isFinal: false);
            parser.Parse(Split(bytes.AsMemory(consumed.GetInteger()), split - consumed.GetInteger()), isFinal: true);
            var page = parser.Page();
            Assert.NotNull(page);
            Assert.Equal(["a", "b", "c"], page.Items.Select(item => item.Metadata.Name));
            Assert.Equal(("9", "é\n", "ü☃"), (page.ResourceVersion, page.Continue, page.Items[0].Value!.Data!["k"]));
        }
    }

    /// <summary>The same bytes in two segments.</summary>
    private static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> bytes, int at)
    {
        var first = new Segment(bytes[..at], 0);
        var last = first.Append(bytes[at..]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
