using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Kubernetes.Tests.Api;

/// <summary>What is sent, how often, and how long it may take.</summary>
public sealed class TransportTests
{
    private static readonly ObjectKey Key = new("ns", "a");
    private static readonly ConfigMap Sample = new() { Metadata = new ObjectMeta { Name = "a", Namespace = "ns" } };

    [Fact]
    public async Task What_the_server_put_off_is_sent_again_after_the_time_that_it_asked_for()
    {
        var time = new ManualTime();
        var times = new List<DateTimeOffset>();
        await using var server = new LoopbackServer((_, reply) =>
        {
            times.Add(time.GetUtcNow());
            return times.Count == 1 ? reply.StatusAsync(429, "TooManyRequests", "wait", "{}", "Retry-After: 3") : reply.JsonAsync(201, Json.ConfigMap("a", 5));
        });
        using var client = server.Client(time);
        var creating = client.CreateAsync(ResourceTypes.ConfigMaps, Sample, default);
        await Until.TrueAsync(time, TimeSpan.FromMilliseconds(10), () => creating.IsCompleted, "the second try");
        Assert.Equal("5", (await creating).Metadata.ResourceVersion);
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("Retry-After: 3600")]
    [InlineData("X-None: 1")]
    public async Task What_the_server_put_off_for_long_or_without_a_time_is_the_callers_to_repeat(string header)
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(429, "TooManyRequests", "wait", "{}", header));
        using var client = server.Client();
        await Assert.ThrowsAsync<UnavailableException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Sample, default));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_unavailable_when_the_time_is_over()
    {
        var time = new ManualTime();
        await using var server = new LoopbackServer((_, reply) => reply.HangAsync());
        using var client = server.Client(time);
        var getting = client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        await Until.TrueAsync(() => !server.Requests.IsEmpty, "the request");
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(getting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("30 s", (await Assert.ThrowsAsync<UnavailableException>(() => getting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_error_of_the_server()
    {
        using var cancelling = new CancellationTokenSource();
        await using var server = new LoopbackServer((_, reply) => reply.HangAsync());
        using var client = server.Client();
        var getting = client.GetAsync(ResourceTypes.ConfigMaps, Key, cancelling.Token);
        await Until.TrueAsync(() => !server.Requests.IsEmpty, "the request");
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting);
    }

    [Fact]
    public async Task A_token_that_was_rotated_is_read_again_when_the_server_refuses_the_old_one()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "old\n");
        await using var server = new LoopbackServer(async (seen, reply) =>
        {
            await File.WriteAllTextAsync(file, "new\n");
            await (seen.Headers["Authorization"] == "Bearer new" ? reply.JsonAsync(200, Json.ConfigMap("a", 1)) : reply.StatusAsync(401, "Unauthorized", "Unauthorized"));
        });
        using var client = new KubernetesClient(
            new ClusterConnection { Server = server.Address, Token = BearerToken.FromFile(file) }, new ManualTime(), new ClientOptions { FieldManager = "tests" });
        Assert.NotNull(await client.GetAsync(ResourceTypes.ConfigMaps, Key, default));
        Assert.Equal(["Bearer old", "Bearer new"], server.Requests.Select(seen => seen.Headers["Authorization"]));
        File.Delete(file);
    }

    [Fact]
    public async Task A_token_file_is_read_again_every_minute_and_kept_where_it_cannot_be()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "one");
        var time = new ManualTime();
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, Json.ConfigMap("a", 1)));
        using var client = new KubernetesClient(
            new ClusterConnection { Server = server.Address, Token = BearerToken.FromFile(file) }, time, new ClientOptions { FieldManager = "tests" });
        await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        await File.WriteAllTextAsync(file, "two");
        await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        time.Advance(TimeSpan.FromMinutes(1));
        await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        File.Delete(file);
        time.Advance(TimeSpan.FromMinutes(1));
        await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        Assert.Equal(["Bearer one", "Bearer one", "Bearer two", "Bearer two"], server.Requests.Select(seen => seen.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_write_is_held_back_where_this_process_may_no_longer_write_and_a_read_is_not()
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, Json.ConfigMap("a", 1)));
        using var client = server.Client(options: new ClientOptions { FieldManager = "tests", MayWrite = static () => false });
        await Assert.ThrowsAsync<FencedException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Sample, default));
        await Assert.ThrowsAsync<FencedException>(() => client.DeleteAsync(ResourceTypes.ConfigMaps, Key, DeleteOptions.None, default));
        Assert.NotNull(await client.GetAsync(ResourceTypes.ConfigMaps, Key, default));
        Assert.Equal("GET", Assert.Single(server.Requests).Method);
    }

    [Fact]
    public async Task Beyond_the_burst_requests_wait_for_their_turn()
    {
        var time = new ManualTime();
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, Json.ConfigMap("a", 1)));
        using var client = server.Client(time, new ClientOptions { FieldManager = "tests", Qps = 1, Burst = 2, RequestTimeout = TimeSpan.FromHours(1) });
        await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        var third = client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        Assert.False(third.IsCompleted);
        Assert.Equal(2, server.Requests.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        await third;
    }

    [Fact]
    public async Task Each_verb_sends_what_the_API_asks_for()
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, Json.ConfigMap("a", 1)));
        using var client = server.Client();
        var custom = new CustomResource { Metadata = new ObjectMeta { Name = "x", Namespace = "ns", Uid = "u", Generation = 3 }, Spec = RawJson.Parse("""{"a":1}"""), Status = RawJson.Parse("""{"b":2}""") };
        var type = ResourceTypes.Custom("lakehouse.dev", "v1alpha1", "Ingestion", "ingestions");
        await client.ApplyAsync(ResourceTypes.ConfigMaps, Sample, true, default);
        await client.ApplyStatusAsync(type, custom, true, default);
        await client.MergePatchAsync(type, new ObjectKey("ns", "x"), RawJson.Parse("""{"metadata":{"finalizers":null},"status":{"c":1}}"""), default, "status", "41");
        await client.DeleteAsync(ResourceTypes.Jobs, Key, new DeleteOptions { Uid = "u", PropagationPolicy = "Background" }, default);
        await client.ReplaceAsync(ResourceTypes.ConfigMaps, Sample, default);

        var seen = server.Requests.ToArray();
        Assert.Equal(["PATCH", "PATCH", "PATCH", "DELETE", "PUT"], seen.Select(request => request.Method));
        Assert.Equal(
            ["application/apply-patch+yaml", "application/apply-patch+yaml", "application/merge-patch+json", "application/json", "application/json"],
            seen.Select(request => request.Headers["Content-Type"]));
        Assert.Equal(("tests", "true"), (seen[0].Query["fieldManager"], seen[0].Query["force"]));
        Assert.Equal("/apis/lakehouse.dev/v1alpha1/namespaces/ns/ingestions/x/status", seen[1].Path);
        Assert.Equal(
            """{"apiVersion":"lakehouse.dev/v1alpha1","kind":"Ingestion","metadata":{"name":"x","namespace":"ns","uid":"u"},"status":{"b":2}}""", seen[1].Body);
        Assert.Equal("""{"metadata":{"resourceVersion":"41","finalizers":null},"status":{"c":1}}""", seen[2].Body);
        Assert.Equal("""{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"},"propagationPolicy":"Background"}""", seen[3].Body);
    }

    [Fact]
    public async Task A_log_and_a_token_come_from_their_subresources()
    {
        await using var server = new LoopbackServer((seen, reply) => seen.Path.EndsWith("/log", StringComparison.Ordinal)
            ? reply.JsonAsync(200, "line one\nline two\n")
            : reply.JsonAsync(201, """{"status":{"token":"t0ken","expirationTimestamp":"2026-01-15T13:00:00Z"}}"""));
        using var client = server.Client();
        Assert.Equal("line one\nline two\n", await client.ReadLogAsync(Key, "runner", new LogOptions { TailLines = 2 }, default));
        var token = await client.CreateTokenAsync(Key, new TokenOptions(["lakehouse-operator"], 600, new BoundPod("p", "u")), default);
        Assert.Equal("t0ken", token.Token);
        var seen = server.Requests.ToArray();
        Assert.Equal(("runner", "2"), (seen[0].Query["container"], seen[0].Query["tailLines"]));
        Assert.Equal("/api/v1/namespaces/ns/serviceaccounts/a/token", seen[1].Path);
        Assert.Contains(""""spec":{"audiences":["lakehouse-operator"],"expirationSeconds":600,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u"}}"""", seen[1].Body, StringComparison.Ordinal);
    }
}
