using Amazon.S3;
using LakehouseOperator.Benchmarks.Scenarios;

namespace LakehouseOperator.Benchmarks.Baselines;

/// <summary>Where the plain design puts its files.</summary>
internal interface IPlainTarget
{
    /// <summary>Publishes a folder of files, which is gone afterwards.</summary>
    Task PutAsync(string folder, string name);
}

/// <summary>Beside them.</summary>
internal sealed class PlainFolder : IPlainTarget
{
    public Task PutAsync(string folder, string name)
    {
        Directory.Move(folder, Path.Combine(Path.GetDirectoryName(folder)!, name));
        return Task.CompletedTask;
    }
}

/// <summary>A bucket; the files of a batch one after the other.</summary>
internal sealed class PlainBucket(AmazonS3Client client, string bucket) : IPlainTarget
{
    public async Task PutAsync(string folder, string name)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            await client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest { BucketName = bucket, Key = $"plain/{name}/{Path.GetRelativePath(folder, file)}", FilePath = file });
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>That which <see cref="BenchStore"/> has told this process of; else a folder.</summary>
    public static IPlainTarget Find() => BenchStore.Told() is var (client, bucket) ? new PlainBucket(client, bucket) : new PlainFolder();
}
