using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace LakehouseOperator.Testing.Servers;

/// <summary>
/// A store that speaks S3: that of <c>LAKEHOUSE_TEST_S3_ENDPOINT</c>, else a Ceph gateway by <c>tests/servers/s3/start.sh</c>, which ends with this process at the latest.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    private readonly Process script;
    private readonly string folder;

    private S3Server(Process script, string folder, string endpoint, string accessKey, string secretKey)
    {
        this.script = script;
        this.folder = folder;
        Endpoint = endpoint;
        AccessKey = accessKey;
        SecretKey = secretKey;
    }

    public string Endpoint { get; }

    public string AccessKey { get; }

    public string SecretKey { get; }

    /// <exception cref="InvalidOperationException">It does not start; with what it says.</exception>
    public static async Task<S3Server> StartAsync(CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-s3-").FullName;
        var script = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "servers", "s3", "start.sh"), [folder, "--attended"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var line = await script.StandardOutput.ReadLineAsync(cancellationToken);
        return line?.Split(' ') is [var endpoint, var access, var secret]
            ? new S3Server(script, folder, endpoint, access, secret)
            : throw new InvalidOperationException($"no store: {await script.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    /// <summary>The SDK itself, beside which our store is judged.</summary>
    public AmazonS3Client Client() => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonS3Config
        {
            ServiceURL = Endpoint,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    public async Task RemoveBucketAsync(string bucket)
    {
        using var client = Client();
        try
        {
            while (await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }) is { S3Objects.Count: > 0 } page)
            {
                foreach (var found in page.S3Objects)
                    await client.DeleteObjectAsync(bucket, found.Key);
            }

            await client.DeleteBucketAsync(bucket);
        }
        catch (AmazonS3Exception)
        {
            // Somebody is still writing there; the store was given to the tests, and a bucket of theirs is left in it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        script.StandardInput.Close();
        await script.WaitForExitAsync();
        script.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
