using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Engine.Tests.Storage.S3;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Connections;

/// <summary>What connects for a run asks the guard, and what it says comes out as it is.</summary>
public sealed class GuardedConnectionTests
{
    private static readonly ConnectGuard InPod = ConnectGuard.ForPod("10.96.0.1", new Uri("http://operator.lakehouse:8082/v1/reports"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:9000")]
    [InlineData("http://localhost:9000")]
    [InlineData("http://2130706433:9000")]
    [InlineData("http://[::ffff:a9fe:a9fe]")]
    [InlineData("http://169.254.169.254")]
    [InlineData("https://10.96.0.1")]
    public async Task A_store_is_refused_before_anything_is_sent(string endpoint)
    {
        var secrets = new MemorySecrets { ["accessKeyId"] = "a", ["secretAccessKey"] = "canary" };
        using var connection = new S3Connection(S3Stores.Plan(endpoint), secrets, TimeProvider.System, new Random(1), S3Stores.Quick, InPod);
        var store = new S3Store("s3://bucket/x", connection);
        foreach (var ask in new Func<Task>[] { () => store.GetAsync("k", Token), () => store.PutIfAbsentAsync("k", default, Token), () => store.HeadAsync("k", Token) })
        {
            var refused = await Assert.ThrowsAsync<DiagnosticException>(ask);
            Assert.Equal((TableCodes.AddressRefused, "spec.storage.s3.endpoint"), (refused.Diagnostic.Code, refused.Diagnostic.Field));
        }
    }

    [Fact]
    public async Task A_store_that_sends_elsewhere_is_not_followed()
    {
        var machine = ConnectGuardTests.Machine();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        listener.Start();
        var asked = new List<string>();
        var answering = Task.Run(
            async () =>
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(Token);
                    using var reader = new StreamReader(client.GetStream());
                    asked.Add(await reader.ReadLineAsync(Token) ?? "");
                    while (await reader.ReadLineAsync(Token) is { Length: > 0 })
                    {
                        // Headers.
                    }

                    await client.GetStream().WriteAsync("HTTP/1.1 307 x\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
                }
            },
            Token);
        var secrets = new MemorySecrets { ["accessKeyId"] = "a", ["secretAccessKey"] = "canary" };
        var endpoint = $"http://{machine}:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}";
        using var connection = new S3Connection(S3Stores.Plan(endpoint), secrets, TimeProvider.System, new Random(1), S3Stores.Quick, InPod);
        var failed = await Assert.ThrowsAsync<DiagnosticException>(() => new S3Store("s3://bucket/x", connection).GetAsync("k", Token));
        Assert.Contains(failed.Diagnostic.Code, new[] { TableCodes.StoreFailed, TableCodes.StoreUnreachable });
        Assert.NotEmpty(asked);
        Assert.All(asked, static line => Assert.StartsWith("GET /bucket/x/k", line, StringComparison.Ordinal));
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Theory]
    [InlineData("redis://127.0.0.1:6379/0")]
    [InlineData("rediss://localhost:6379/0")]
    [InlineData("redis://[::1]:6379/0")]
    [InlineData("redis://[::ffff:127.0.0.1]:6379")]
    [InlineData("redis://169.254.169.254:80")]
    [InlineData("redis://10.96.0.1:443")]
    public async Task A_source_is_refused_by_the_field_that_names_it(string url)
    {
        await using var source = SourceCatalog.Create(new SourceSpec(RedisStreams: new RedisStreamsSourceSpec(url)), NoSecrets.Instance, TimeProvider.System, InPod);
        var table = new IngestedTableSpec("bronze.t", [new ColumnSpec("a", "VARCHAR")], From: "s");
        var opening = new StreamOpening(table, new Dictionary<string, string>(), new Dictionary<string, string>(), Drain: true, static _ => { });
        var refused = await Assert.ThrowsAsync<DiagnosticException>(async () => await source.OpenAsync(opening, Token));
        Assert.Equal((SourceCodes.AddressRefused, "spec.source.redisStreams.url"), (refused.Diagnostic.Code, refused.Diagnostic.Field));
        Assert.Equal(RunnerExit.Invalid, RunFailures.Describe(refused).Exit);
    }
}
