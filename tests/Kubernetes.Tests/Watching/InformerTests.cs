using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Kubernetes.Watching;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Tests.Watching;

/// <summary>An informer against a server that misbehaves.</summary>
public sealed class InformerTests
{
    private static readonly ObjectKey A = new("ns", "a");

    /// <summary>Where time runs fast, a list may take a minute.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromHours(4);

    [Fact]
    public async Task Deletes_that_were_missed_in_a_gap_show_after_the_next_list()
    {
        var opened = 0;
        await using var server = new ModelApiServer(2, seen => !seen.IsWatch ? Fault.None : ++opened == 1 ? Fault.Cut : Fault.Gone);
        foreach (var name in new[] { "a", "b", "c" })
            server.Put(name);
        await using var run = Running.Start(server.Http, new FastTime(200), requestTimeout: Long);
        await run.Informer.WaitForSyncAsync(default);
        Assert.Equal(3, run.Store.Count);
        // The first event cuts the watch; what follows is never told.
        server.Delete("b");
        server.Compact();
        await Until.TrueAsync(() => run.Store.Count == 2, "b is gone");
        await run.IsToldAsync(static one => one.Told.Contains("ns/b gone"), "b is told gone");
    }

    [Fact]
    public async Task A_break_is_resumed_where_it_was_without_another_list()
    {
        var opened = 0;
        await using var server = new ModelApiServer(500, seen => seen.IsWatch && ++opened < 4 ? Fault.Cut : Fault.None);
        await using var run = Running.Start(server.Http, new FastTime(200), requestTimeout: Long);
        await run.Informer.WaitForSyncAsync(default);
        server.Put("a");
        server.Put("b");
        await Until.TrueAsync(() => run.Store.HasSeen(A, server.Revision), "all is seen");
        Assert.Single(server.Http.Requests, seen => !seen.IsWatch);
        Assert.Equal(2, run.Store.Count);
    }

    [Fact]
    public async Task A_watch_that_goes_silent_is_broken_and_resumed()
    {
        var time = new ManualTime();
        var opened = 0;
        await using var server = new ModelApiServer(500, seen => seen.IsWatch && ++opened == 1 ? Fault.HalfOpen : Fault.None);
        await using var run = Running.Start(server.Http, time);
        await run.Informer.WaitForSyncAsync(default);
        server.Put("a");
        await Until.TrueAsync(() => opened == 1, "the watch");
        Assert.True(run.Informer.IsHealthy);
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => run.Store.TryGet(A, out _), "the object is seen over a second watch");
        Assert.Single(server.Http.Requests, seen => !seen.IsWatch);
    }

    [Fact]
    public async Task A_watch_that_cannot_be_taken_up_again_for_long_is_told_to_the_health_probe_and_one_that_can_is_well_again()
    {
        var time = new ManualTime();
        var isDown = false;
        await using var server = new ModelApiServer(500, seen => Volatile.Read(ref isDown) ? Fault.Error : seen.IsWatch ? Fault.Cut : Fault.None);
        await using var run = Running.Start(server.Http, time);
        await run.Informer.WaitForSyncAsync(default);
        await Until.TrueAsync(() => server.Http.Requests.Any(seen => seen.IsWatch), "the watch");
        Volatile.Write(ref isDown, true);
        server.Put("a");
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => !run.Informer.IsHealthy, "the probe says no");
        Volatile.Write(ref isDown, false);
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => run.Informer.IsHealthy, "the probe says yes");
    }

    [Fact]
    public async Task One_object_that_cannot_be_read_hides_no_other_and_shows_once_it_can()
    {
        await using var server = new ModelApiServer(500, static _ => Fault.None);
        server.Put("a", static (revision, uid) => $$$"""{"metadata":{"name":"a","namespace":"ns","uid":"{{{uid}}}","resourceVersion":"{{{revision}}}"},"data":[]}""");
        server.Put("b");
        await using var run = Running.Start(server.Http, new FastTime(200), requestTimeout: Long);
        await run.Informer.WaitForSyncAsync(default);
        Assert.Equal([A], run.Store.Errors.Select(error => error.Key));
        Assert.True(run.Store.TryGet(new ObjectKey("ns", "b"), out _));
        server.Put("a");
        await Until.TrueAsync(() => run.Store.Errors.Count == 0, "a can be read");
        Assert.True(run.Store.TryGet(A, out _));
    }

    [Fact]
    public async Task What_has_no_name_is_kept_under_none()
    {
        await using var http = new LoopbackServer(async (seen, reply) =>
        {
            if (!seen.IsWatch)
            {
                await reply.JsonAsync(200, Json.List(10, null, """{"metadata":{"resourceVersion":"9"}}""", Json.ConfigMap("b", 8)));
                return;
            }

            await reply.BeginStreamAsync();
            await reply.ChunkAsync(Json.Event("ADDED", """{"metadata":{"resourceVersion":"11"}}""") + Json.Event("ADDED", "7") + Json.Event("ADDED", Json.ConfigMap("a", 12)));
            await reply.HangAsync();
        });
        await using var run = Running.Start(http, new FastTime(1));
        await Until.TrueAsync(() => run.Store.HasSeen(A, "12"), "what follows is seen");
        Assert.Equal([A, new ObjectKey("ns", "b")], run.Store.Keys.OrderBy(static key => key.Name));
    }

    [Fact]
    public async Task A_projection_that_throws_spoils_its_own_object_only()
    {
        await using var server = new ModelApiServer(500, static _ => Fault.None);
        server.Put("a");
        server.Put("b");
        await using var run = Running.Start(
            server.Http, new FastTime(200), static map => map.Metadata.Name == "a" ? throw new InvalidOperationException("not this one") : map.Metadata.ResourceVersion!);
        await run.Informer.WaitForSyncAsync(default);
        Assert.Equal("not this one", Assert.Single(run.Store.Errors).Value);
        Assert.Single(run.Store.Items);
    }

    [Fact]
    public async Task An_own_write_is_seen_only_when_the_watch_tells_of_it()
    {
        var release = new TaskCompletionSource();
        await using var http = new LoopbackServer(async (seen, reply) =>
        {
            if (!seen.IsWatch)
            {
                await reply.JsonAsync(200, Json.List(10, null));
                return;
            }

            await reply.BeginStreamAsync();
            await release.Task;
            await reply.ChunkAsync(Json.Event("ADDED", Json.ConfigMap("a", 12)));
            await reply.HangAsync();
        });
        await using var run = Running.Start(http, new FastTime(1));
        await run.Informer.WaitForSyncAsync(default);
        Assert.False(run.Store.HasSeen(A, "12"));
        release.SetResult();
        await Until.TrueAsync(() => run.Store.HasSeen(A, "12"), "the write is seen");
    }

    [Fact]
    public async Task Several_namespaces_are_watched_each_by_itself()
    {
        await using var server = new ModelApiServer(500, static _ => Fault.None);
        server.Put("a");
        await using var run = Running.Start(server.Http, new FastTime(200), requestTimeout: Long, namespaces: ["ns", "other"]);
        await run.Informer.WaitForSyncAsync(default);
        Assert.Equal(
            ["/api/v1/namespaces/ns/configmaps", "/api/v1/namespaces/other/configmaps"],
            server.Http.Requests.Where(seen => !seen.IsWatch).Select(seen => seen.Path).Order());
    }

    [Fact]
    public async Task A_server_that_ends_every_watch_at_once_is_not_asked_in_a_hot_loop()
    {
        var time = new ManualTime();
        await using var server = new ModelApiServer(500, static seen => seen.IsWatch ? Fault.End : Fault.None);
        await using var run = Running.Start(server.Http, time);
        int Watches() => server.Http.Requests.Count(static seen => seen.IsWatch);
        await Until.TrueAsync(time, TimeSpan.FromMilliseconds(50), () => Watches() >= 6, "six watches");
        Assert.True(time.GetUtcNow() - new ManualTime().GetUtcNow() > TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Cancelled_it_ends_and_throws_nothing()
    {
        await using var server = new ModelApiServer(500, static _ => Fault.None);
        var run = Running.Start(server.Http, new FastTime(200), requestTimeout: Long);
        await run.Informer.WaitForSyncAsync(default);
        await run.DisposeAsync();
        Assert.True(run.Loop.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_handler_that_throws_ends_the_informer_and_the_probe_says_no()
    {
        await using var server = new ModelApiServer(500, static _ => Fault.None);
        await using var run = Running.Start(server.Http, new FastTime(200), requestTimeout: Long);
        await run.Informer.WaitForSyncAsync(default);
        run.Store.OnChanged(static (_, _, _) => throw new InvalidOperationException("a bug"));
        server.Put("a");
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Loop);
        Assert.False(run.Informer.IsHealthy);
    }
}
