using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>A large file in parts, side by side. Names are unique, so that the object needs no condition; what fails leaves no parts behind.</summary>
internal sealed class S3Upload(S3Store store, string key, string path, long size)
{
    /// <summary>Of Amazon S3, and of everyone after it.</summary>
    private const int MostParts = 10_000;

    private readonly S3Tuning tuning = store.Connection.Tuning;

    /// <summary>Equal for equal sizes, so that a reader can tell how an object of ours was divided.</summary>
    public static long PartBytes(long size, int least)
    {
        var part = (long)least;
        while ((size + part - 1) / part > MostParts)
            part *= 2;
        return part;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var begun = await RepeatAsync(
            tuning.AnswerWithin,
            (client, deadline) => client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = store.Bucket, Key = key }, deadline.Token),
            cancellationToken);
        var done = false;
        try
        {
            var parts = await SendAsync(begun.UploadId, cancellationToken);
            await CompleteAsync(begun.UploadId, parts, cancellationToken);
            done = true;
        }
        finally
        {
            if (!done)
                await AbortAsync(begun.UploadId);
        }
    }

    private async Task<PartETag[]> SendAsync(string upload, CancellationToken cancellationToken)
    {
        var length = PartBytes(size, tuning.PartBytes);
        var parts = new PartETag[(size + length - 1) / length];
        await Parallel.ForAsync(
            0,
            parts.Length,
            new ParallelOptions { MaxDegreeOfParallelism = tuning.Parallel, CancellationToken = cancellationToken },
            async (i, cancellation) =>
            {
                var offset = i * length;
                var bytes = Math.Min(length, size - offset);
                await store.Connection.Transfers.WaitAsync(cancellation);
                try
                {
                    var sent = await RepeatAsync(
                        tuning.AnswerTo(bytes),
                        (client, deadline) => client.UploadPartAsync(
                            new UploadPartRequest
                            {
                                BucketName = store.Bucket,
                                Key = key,
                                UploadId = upload,
                                PartNumber = i + 1,
                                PartSize = bytes,
                                FilePath = path,
                                FilePosition = offset,
                                UseChunkEncoding = false,
                            },
                            deadline.Token),
                        cancellation);
                    parts[i] = new PartETag(i + 1, sent.ETag);
                }
                finally
                {
                    store.Connection.Transfers.Release();
                }
            });
        return parts;
    }

    /// <summary>The answer to this request begins before its outcome is known: "200 OK" may hold an error. And one that got lost may have been carried out.</summary>
    private async Task CompleteAsync(string upload, PartETag[] parts, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = store.Bucket, Key = key, UploadId = upload, PartETags = [.. parts] };
        var completed = await FindAsync(
            tuning.AnswerWithin * 4,
            async (client, deadline) =>
            {
                var answer = await client.CompleteMultipartUploadAsync(request, deadline.Token);
                return string.IsNullOrEmpty(answer.ETag) ? throw new S3BodyException("the store does not say that it put the parts together") : answer;
            },
            cancellationToken);

        // No such upload: a request before this one ended it. Only its object can say how.
        if (completed is null && await SizeAsync(cancellationToken) != size)
            throw new DiagnosticException(TableCodes.StoreFailed, $"{Place}: the store lost the parts of an upload", "run it again; if it stays, look at what removes unfinished uploads there");
    }

    private async Task<long> SizeAsync(CancellationToken cancellationToken) => (await FindAsync(
        tuning.AnswerWithin,
        (client, deadline) => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = store.Bucket, Key = key }, deadline.Token),
        cancellationToken))?.ContentLength ?? -1;

    /// <summary>What cannot be removed now costs its owner storage and nothing else; the failure that led here is the one to tell.</summary>
    private async Task AbortAsync(string upload)
    {
        try
        {
            await store.Connection.OnceAsync(
                tuning.AnswerWithin,
                (client, deadline) => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = store.Bucket, Key = key, UploadId = upload }, deadline.Token),
                static _ => { },
                CancellationToken.None);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or DiagnosticException or HttpRequestException or IOException or OperationCanceledException)
        {
        }
    }

    private string Place => $"s3://{store.Bucket}/{key}";

    private Task<T> RepeatAsync<T>(TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken) =>
        store.Connection.RepeatAsync(store.Bucket, Place, within, attempt, cancellationToken);

    private Task<T?> FindAsync<T>(TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken) =>
        store.Connection.FindAsync(store.Bucket, Place, within, attempt, cancellationToken);
}
