using LakehouseOperator.Redis;

namespace LakehouseOperator.Testing.Servers;

/// <summary>
/// One Redis for a test run: that of <c>LAKEHOUSE_TEST_REDIS</c>, else one that is started for the first test that asks. Tests keep out of each other's way by
/// prefixes. Enter it once in a test project, <c>[assembly: AssemblyFixture(typeof(SharedRedis))]</c>, and take it as a constructor's parameter.
/// </summary>
public sealed class SharedRedis : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly string run = $"lakehouse-test:{Guid.NewGuid():N}"[..24];
    private readonly string? given = Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_REDIS") is { Length: > 0 } url
        ? url.Contains("://", StringComparison.Ordinal) ? url : $"redis://{url}"
        : null;

    private RedisServer? server;
    private int prefixes;

    /// <summary>The server's URL.</summary>
    public async Task<string> UrlAsync()
    {
        if (given is not null)
            return given;
        await starting.WaitAsync();
        try
        {
            return (server ??= await RedisServer.StartAsync()).Url;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>What the keys of one test begin with; it ends with a colon.</summary>
    public string Prefix() => $"{run}:{Interlocked.Increment(ref prefixes)}:";

    /// <summary>A connection to it; the caller's to dispose of.</summary>
    public async Task<RedisConnection> ConnectAsync(RedisOptions? options = null, CancellationToken cancellationToken = default) =>
        await RedisConnection.ConnectAsync(RedisAddress.Parse(await UrlAsync()), null, options ?? RedisOptions.Default, TimeProvider.System, cancellationToken);

    /// <summary>A server that was given keeps none of our keys.</summary>
    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        else if (given is not null && prefixes > 0)
            await RemoveKeysAsync();
        starting.Dispose();
    }

    private async Task RemoveKeysAsync()
    {
        await using var connection = await ConnectAsync();
        var cursor = "0";
        do
        {
            var page = await connection.CallAsync(new RedisCommand("SCAN").Add(cursor).Add("MATCH").Add($"{run}:*").Add("COUNT").Add(1000), CancellationToken.None);
            cursor = page.Items[0].AsText();
            await connection.SendAsync([.. page.Items[1].Items.Select(static key => new RedisCommand("UNLINK").Add(key.Bytes.Span))], CancellationToken.None);
        }
        while (cursor != "0");
    }
}
