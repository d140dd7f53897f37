using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Engine.Tests.Storage.S3;

public sealed class S3ProbeTests(SharedS3 shared) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string location = shared.Location();
    private S3Server server = null!;

    public async ValueTask InitializeAsync() => server = await shared.ServerAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_store_that_honours_conditions_passes_and_is_asked_once()
    {
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, static _ => S3Fault.None);
        using var connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        var store = new S3Store(location, connection);
        await store.RequireConditionalWritesAsync(None);
        var asked = proxy.Seen.Count;
        Assert.True(asked >= 12);
        Assert.All(proxy.Seen, exchange => Assert.Contains("/_lakehouse/probe", Uri.UnescapeDataString(exchange.Path + exchange.Query), StringComparison.Ordinal));
        await store.RequireConditionalWritesAsync(None);
        await new S3Store(location + "/other", connection).RequireConditionalWritesAsync(None);
        Assert.Equal(asked, proxy.Seen.Count);
        Assert.Empty(await store.ListAsync("", null, None).ToListAsync(None));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_removed_an_hour_later()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        foreach (var (later, left) in new[] { (S3Probe.Leftover - TimeSpan.FromMinutes(5), 2), (TimeSpan.FromMinutes(10), 0) })
        {
            using var connection = S3Stores.Connect(server.Endpoint, S3Stores.Keys(server), time: time);
            var store = new S3Store(location, connection);
            if (left > 0)
            {
                await store.PutIfAbsentAsync("_lakehouse/probe/one", "x"u8.ToArray(), None);
                await store.PutIfAbsentAsync("_lakehouse/probe/two", "x"u8.ToArray(), None);
                await store.PutIfAbsentAsync("_lakehouse/owner.json", "x"u8.ToArray(), None);
            }

            time.Advance(later);
            await store.RequireConditionalWritesAsync(None);
            Assert.Equal(left, await store.ListAsync("_lakehouse/probe/", null, None).CountAsync(None));
            Assert.Single(await store.ListAsync("_lakehouse/owner", null, None).ToListAsync(None));
        }
    }

    [Fact]
    public async Task A_store_that_ignores_conditions_is_refused_and_keeps_nothing()
    {
        await using var forgetful = await ForgetfulStore.StartAsync();
        using var connection = S3Stores.Connect(forgetful.Endpoint, new MemorySecrets { ["accessKeyId"] = "S3RVER", ["secretAccessKey"] = "S3RVER" });
        await RefusedAsync(new S3Store($"s3://{ForgetfulStore.Bucket}/lake", connection), "ignores");
        Assert.Empty(forgetful.Files());
    }

    [Theory]
    [InlineData(501, "NotImplemented")]
    [InlineData(400, "InvalidArgument")]
    [InlineData(400, "NotImplemented")]
    public async Task A_store_that_rejects_conditions_is_refused(int status, string code)
    {
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, exchange => exchange.IsConditional ? S3Fault.Answer(status, code) : S3Fault.None);
        using var connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        await RefusedAsync(new S3Store(location, connection), "refuses");
        Assert.Single(proxy.Seen, static exchange => exchange.Method == "PUT");
    }

    [Fact]
    public async Task A_store_that_lets_two_of_eight_win_is_refused()
    {
        var puts = 0;
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, exchange => exchange.IsConditional && Interlocked.Increment(ref puts) > 2 ? S3Fault.AnswerAfter(200, "x") : S3Fault.None);
        using var connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        await RefusedAsync(new S3Store(location, connection), "let 8 of 8 writers");
    }

    [Fact]
    public async Task A_store_that_refuses_everything_is_refused()
    {
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, static exchange => exchange.IsConditional ? S3Fault.Answer(412, "PreconditionFailed") : S3Fault.None);
        using var connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        await RefusedAsync(new S3Store(location, connection), "where there is no object");
    }

    [Fact]
    public async Task Lost_replies_do_not_fail_the_probe()
    {
        var puts = 0;
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, exchange => exchange.IsConditional && Interlocked.Increment(ref puts) is 1 or 5 or 7 ? S3Fault.LoseReply : S3Fault.None);
        using var connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        await new S3Store(location, connection).RequireConditionalWritesAsync(None);
    }

    private static async Task RefusedAsync(S3Store store, string word)
    {
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => store.RequireConditionalWritesAsync(None));
        Assert.Equal(TableCodes.ConditionalWritesUnsupported, error.Diagnostic.Code);
        Assert.Contains(word, error.Diagnostic.Message, StringComparison.Ordinal);
    }
}
