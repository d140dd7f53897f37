using Amazon.Runtime;
using Amazon.S3;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>The store that a scenario writes to: S3 where one can be had, else folders.</summary>
internal sealed class BenchStore : IAsyncDisposable
{
    private const string Bucket = "lakehouse-bench";
    private const string Secret = "store";
    private const string Variable = "LAKEHOUSE_BENCH_STORE";

    private readonly S3Server? server;
    private readonly string secrets;

    private BenchStore(S3Server? server, string secrets)
    {
        this.server = server;
        this.secrets = secrets;
    }

    /// <summary>In words.</summary>
    public string Name => server is null ? "a folder (no S3 server was to be had)" : "an S3 store on loopback";

    /// <summary>For the runner.</summary>
    public string[] Arguments => server is null ? [] : ["--secrets", secrets];

    public static async Task<BenchStore> OpenAsync(string folder)
    {
        try
        {
            var server = await S3Server.StartAsync();
            using (var client = server.Client())
                await client.PutBucketAsync(Bucket);
            var secret = Path.Combine(folder, "secrets", Secret);
            Directory.CreateDirectory(secret);
            await File.WriteAllTextAsync(Path.Combine(secret, "accessKeyId"), server.AccessKey);
            await File.WriteAllTextAsync(Path.Combine(secret, "secretAccessKey"), server.SecretKey);
            Environment.SetEnvironmentVariable(Variable, $"{server.Endpoint} {server.AccessKey} {server.SecretKey}");
            return new BenchStore(server, Path.GetDirectoryName(secret)!);
        }
        catch (InvalidOperationException)
        {
            return new BenchStore(null, "");
        }
    }

    /// <summary>The store, as the process that started this one has it; null: none.</summary>
    public static (AmazonS3Client Client, string Bucket)? Told() => Environment.GetEnvironmentVariable(Variable)?.Split(' ') is [var endpoint, var access, var secret]
        ? (new AmazonS3Client(
            new BasicAWSCredentials(access, secret),
            new AmazonS3Config { ServiceURL = endpoint, AuthenticationRegion = "us-east-1", ForcePathStyle = true, RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED }), Bucket)
        : null;

    /// <summary>A lake of its own under a name; null: a folder.</summary>
    public LakehouseSpec? Lake(string name) => server is null ? null : new LakehouseSpec(
        new StorageSpec(new S3StorageSpec(Bucket, server.Endpoint, CredentialsSecretRef: new S3CredentialsRef(Secret))),
        new[] { "bronze", "silver", "gold" }.ToDictionary(static layer => layer, layer => new LayerSpec($"s3://{Bucket}/{name}/{layer}"), StringComparer.Ordinal));

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        if (server is null)
            return;
        await server.RemoveBucketAsync(Bucket);
        await server.DisposeAsync();
    }
}
