using System.Globalization;

namespace LakehouseOperator.Testing.Servers;

/// <summary>
/// One store and one bucket for a test run, started for the first test that asks. Tests keep out of each other's way by prefixes. Enter it once in a test project,
/// <c>[assembly: AssemblyFixture(typeof(SharedS3))]</c>, and take it as a constructor's parameter.
/// </summary>
public sealed class SharedS3 : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly string bucket = $"lakehouse-test-{Guid.NewGuid():N}"[..32];
    private S3Server? server;
    private int prefixes;

    /// <summary>The server; the bucket is there.</summary>
    public async Task<S3Server> ServerAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (server is not null)
                return server;
            var started = await S3Server.StartAsync();
            using (var client = started.Client())
                await client.PutBucketAsync(bucket);
            return server = started;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>The bucket, which is there once <see cref="ServerAsync"/> was awaited.</summary>
    public string Bucket => bucket;

    /// <summary>A place in the bucket that nobody else uses: <c>s3://bucket/n</c>.</summary>
    public string Location() => string.Create(CultureInfo.InvariantCulture, $"s3://{bucket}/{Interlocked.Increment(ref prefixes)}");

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            if (Environment.GetEnvironmentVariable("LAKEHOUSE_TEST_S3_ENDPOINT") is { Length: > 0 })
                await server.RemoveBucketAsync(bucket);
            await server.DisposeAsync();
        }

        starting.Dispose();
    }
}
