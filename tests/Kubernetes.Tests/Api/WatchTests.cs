using System.Text;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Kubernetes.Tests.Api;

/// <summary>A watch is lines, however they come in, and what breaks it says how to go on.</summary>
public sealed class WatchTests
{
    private static readonly string Lines =
        Json.Event("ADDED", Json.ConfigMap("a", 11, "é☃")) + Json.Bookmark(12) + Json.Event("MODIFIED", Json.ConfigMap("a", 13)) + "\n"
        + Json.Event("SOMETHING", "{}") + Json.Event("DELETED", Json.ConfigMap("a", 14));

    private static readonly string[] Told = ["Added 11", "Bookmark 12", "Modified 13", "Deleted 14"];

    [Fact]
    public async Task A_watch_reads_the_same_wherever_its_bytes_are_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Lines);
        for (var split = 0; split <= bytes.Length; split++)
        {
            await using var watch = new WatchConnection<ConfigMap>(
                ResourceTypes.ConfigMaps, new MemoryStream(), new Pieces(bytes.AsMemory(0, split), bytes.AsMemory(split)), TimeSpan.FromMinutes(1), TimeProvider.System);
            Assert.Equal(Told, await ReadAsync(watch));
        }
    }

    [Fact]
    public async Task A_watch_reads_the_same_byte_by_byte()
    {
        var bytes = Encoding.UTF8.GetBytes(Lines);
        await using var watch = new WatchConnection<ConfigMap>(
            ResourceTypes.ConfigMaps, new MemoryStream(), new Pieces([.. bytes.Select((_, i) => (ReadOnlyMemory<byte>)bytes.AsMemory(i, 1))]), TimeSpan.FromMinutes(1), TimeProvider.System);
        Assert.Equal(Told, await ReadAsync(watch));
    }

    [Fact]
    public async Task A_watch_asks_for_bookmarks_and_an_end()
    {
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Lines);
        });
        using var client = server.Client();
        var told = new List<string>();
        await foreach (var line in client.WatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions { LabelSelector = "x" }, default))
            told.Add($"{line.Kind} {line.ResourceVersion}");
        Assert.Equal(Told, told);
        var seen = Assert.Single(server.Requests);
        Assert.Equal(("10", "true", "300", "x"), (seen.Query["resourceVersion"], seen.Query["allowWatchBookmarks"], seen.Query["timeoutSeconds"], seen.Query["labelSelector"]));
    }

    [Fact]
    public async Task A_watch_that_breaks_in_the_middle_of_a_line_is_no_end_and_no_event()
    {
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Json.Event("ADDED", Json.ConfigMap("a", 11)) + """{"type":"ADDED","obj""");
        });
        using var client = server.Client();
        var told = 0;
        await Assert.ThrowsAsync<UnavailableException>(async () =>
        {
            await foreach (var _ in client.WatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions(), default))
                told++;
        });
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_unavailable()
    {
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Json.Bookmark(11));
            reply.Cut();
        });
        using var client = server.Client();
        await Assert.ThrowsAsync<UnavailableException>(async () =>
        {
            await foreach (var _ in client.WatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions(), default))
            {
            }
        });
    }

    [Theory]
    [InlineData(410, "Expired", typeof(GoneException))]
    [InlineData(500, "InternalError", typeof(UnavailableException))]
    public async Task An_error_within_a_watch_has_the_type_of_its_code(int code, string reason, Type expected)
    {
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Json.Error(code, reason));
        });
        using var client = server.Client();
        var thrown = await Record.ExceptionAsync(async () =>
        {
            await foreach (var _ in client.WatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions(), default))
            {
            }
        });
        Assert.IsType(expected, thrown);
    }

    [Fact]
    public async Task A_watch_that_is_silent_beyond_its_deadline_is_broken()
    {
        var time = new ManualTime();
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Json.Bookmark(11));
            await reply.HangAsync();
        });
        using var client = server.Client(time);
        await using var watch = await client.OpenWatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions(), default);
        Assert.NotNull(await watch.ReadAsync(default));
        var next = watch.ReadAsync(default).AsTask();
        time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(14));
        await Task.Yield();
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<UnavailableException>(() => next);
    }

    [Fact]
    public async Task What_is_no_watch_at_all_breaks_it()
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, "<html>please log in</html>\n"));
        using var client = server.Client();
        await using var watch = await client.OpenWatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions(), default);
        await Assert.ThrowsAsync<UnavailableException>(() => watch.ReadAsync(default).AsTask());
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_is_told_of_and_the_watch_goes_on()
    {
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Json.Event("ADDED", """{"metadata":{"name":"bad","namespace":"ns","resourceVersion":"11"},"data":1}""") + Json.Event("ADDED", "[]") + Json.Bookmark(12));
        });
        using var client = server.Client();
        var told = new List<WatchEvent<ConfigMap>>();
        await foreach (var line in client.WatchAsync(ResourceTypes.ConfigMaps, "ns", "10", new WatchOptions(), default))
            told.Add(line);
        Assert.Equal(["11", "", "12"], told.Select(line => line.ResourceVersion));
        Assert.Equal((new ObjectKey("ns", "bad"), true), (told[0].Item!.Key, told[0].Item!.Error is not null));
    }

    private static async Task<string[]> ReadAsync(WatchConnection<ConfigMap> watch)
    {
        var told = new List<string>();
        while (await watch.ReadAsync(default) is { } line)
            told.Add($"{line.Kind} {line.ResourceVersion}");
        return [.. told];
    }

    /// <summary>Gives its pieces one at a read.</summary>
    private sealed class Pieces(params ReadOnlyMemory<byte>[] pieces) : MemoryStream
    {
        private readonly Queue<ReadOnlyMemory<byte>> left = new(pieces.Where(piece => piece.Length > 0));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.Length == 0 || !left.TryDequeue(out var piece))
                return ValueTask.FromResult(0);
            Assert.True(piece.Length <= buffer.Length);
            piece.CopyTo(buffer);
            return ValueTask.FromResult(piece.Length);
        }
    }
}
