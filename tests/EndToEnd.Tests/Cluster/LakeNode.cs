using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>
/// The node that everything here runs on, with our images imported (<c>make images</c>), and beside it, where pods reach them, a Redis and a store that speaks S3 with the
/// bucket <c>lake</c>. Started for the first test that asks.
/// </summary>
public sealed class LakeNode : IAsyncDisposable
{
    public const int RedisPort = 6379;
    public const int StorePort = 9000;
    public const string Bucket = "lake";

    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly List<AttendedScript> servers = [];
    private Node? node;
    private string[] keys = [];

    /// <summary>Of the store.</summary>
    public string AccessKey => keys[0];

    public string SecretKey => keys[1];

    /// <summary>The node is Ready, and the servers answer, once this was awaited.</summary>
    public async Task<Node> NodeAsync()
    {
        await starting.WaitAsync();
        try
        {
            return node ??= await BeginAsync();
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>As this machine reaches the Redis.</summary>
    public string RedisUrl => string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{node!.PortOf(RedisPort)}/0");

    /// <summary>As this machine reaches the store.</summary>
    public string StoreUrl => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node!.PortOf(StorePort)}");

    public AmazonS3Client Store() => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonS3Config { ServiceURL = StoreUrl, AuthenticationRegion = "us-east-1", ForcePathStyle = true });

    /// <summary>Every object in a bucket.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string bucket)
    {
        using var store = Store();
        var keys = new List<string>();
        var page = new ListObjectsV2Request { BucketName = bucket };
        do
        {
            var listed = await store.ListObjectsV2Async(page);
            keys.AddRange((listed.S3Objects ?? []).Select(found => found.Key));
            page.ContinuationToken = listed.NextContinuationToken;
        }
        while (page.ContinuationToken is not null);
        return keys;
    }

    /// <summary>A namespace with the Secret <c>minio</c>.</summary>
    public async Task NamespaceAsync(string name)
    {
        var kubectl = (await NodeAsync()).Kubectl;
        _ = (await kubectl.ApplyAsync($"---\n{Namespace(name)}\n---\n{Secret(name)}")).Succeeded;
    }

    private static string Namespace(string name) => $"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}";

    private static string Service(string ns, string name, int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        {apiVersion: v1, kind: Service, metadata: {name: {{name}}, namespace: {{ns}} }, spec: {ports: [{port: {{port}} }]} }
        ---
        {apiVersion: v1, kind: Endpoints, metadata: {name: {{name}}, namespace: {{ns}} }, subsets: [{addresses: [{ip: {{Node.ServersAddress}} }], ports: [{port: {{port}} }]}]}
        """);

    private string Secret(string ns) =>
        $$"""{apiVersion: v1, kind: Secret, metadata: {name: minio, namespace: {{ns}} }, stringData: {accessKeyId: "{{AccessKey}}", secretAccessKey: "{{SecretKey}}"} }""";

    /// <summary>An image of ours, by the program's name.</summary>
    public static string Image(string program) => $"lakehouse-operator/{program}:0.1.0";

    private async Task<Node> BeginAsync()
    {
        var images = Path.Combine(Repository.Root, "out", "images");
        string[] archives = [.. new[] { "runner", "operator" }.Select(program => Path.Combine(images, program + ".tar")).Where(File.Exists)];
        if (archives.Length == 0)
            throw new InvalidOperationException($"there are no images in {images}; make images builds them");
        var begun = await Node.StartAsync([RedisPort, StorePort]);
        try
        {
            var address = Node.ServersAddress;
            var redis = begun.ServeAsync("redis", ["--port", $"{RedisPort}", "--", "--bind", address]);
            var store = begun.ServeAsync("s3", ["--listen", string.Create(CultureInfo.InvariantCulture, $"{address}:{StorePort}")]);
            await begun.LoadAsync(archives);
            await begun.LoadBusyboxAsync();
            servers.AddRange([await redis, await store]);
            keys = servers[1].Line.Split(' ')[1..];
            node = begun;
            using var client = Store();
            foreach (var bucket in new[] { Bucket, "small" })
                await client.PutBucketAsync(bucket);
            _ = (await begun.Kubectl.ApplyAsync("---\n" + string.Join("\n---\n",
                Namespace("shop"), Namespace("storage"), Service("shop", "redis", RedisPort), Service("storage", "minio", StorePort), Secret("shop")))).Succeeded;
            return begun;
        }
        catch
        {
            node = null;
            await begun.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        starting.Dispose();
    }
}
