using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>
/// Objects below a prefix of a bucket. Requests that may be repeated are, with growing pauses; the conditional put is sent once, and what became of it is the
/// caller's to find out (tables.md, "Commit").
/// </summary>
public sealed class S3Store : IObjectStore, IProbedStore
{
    /// <summary>Conditional puts of one key in a row that nobody knows the outcome of, before the store counts as broken.</summary>
    private const int MostUndecided = 10;

    private readonly S3Connection connection;
    private readonly string bucket;
    private readonly string root;

    /// <param name="location"><c>s3://bucket</c> or <c>s3://bucket/prefix</c>.</param>
    public S3Store(string location, S3Connection connection)
    {
        this.connection = connection;
        var path = location["s3://".Length..].TrimEnd('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        bucket = slash < 0 ? path : path[..slash];
        root = slash < 0 ? "" : path[(slash + 1)..] + "/";
        Location = $"s3://{path}";
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public TimeSpan ClockOffset => connection.ClockOffset;

    /// <inheritdoc/>
    public bool IsRemote => true;

    internal S3Connection Connection => connection;

    internal string Bucket => bucket;

    private S3Tuning Tuning => connection.Tuning;

    /// <inheritdoc/>
    public IObjectStore At(string prefix)
    {
        ObjectKey.Require(prefix, Location);
        return new S3Store($"{Location}/{prefix}", connection);
    }

    /// <inheritdoc/>
    public Task RequireConditionalWritesAsync(CancellationToken cancellationToken) => S3Probe.RequireAsync(this, cancellationToken);

    /// <inheritdoc/>
    public async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var whole = Resolve(key);
        var undecided = connection.Undecided.GetValueOrDefault($"{bucket}/{whole}");
        if (undecided >= MostUndecided)
        {
            connection.Undecided.TryRemove($"{bucket}/{whole}", out _);
            throw new DiagnosticException(
                TableCodes.StoreUnreachable, $"{connection.Endpoint} left {undecided} puts of {Place(key)} without an answer", "look at the store's health; nothing was written there, and the run may be repeated at any time");
        }

        for (var renewed = false; ;)
        {
            ImmutableCredentials? signedBy = null;
            try
            {
                await connection.OnceAsync(
                    Tuning.AnswerTo(content.Length), (client, deadline) => PutAsync(client, whole, content, "*", deadline.Token), by => signedBy = by, cancellationToken);
                return Decided(whole, PutOutcome.Created);
            }
            catch (Exception failure) when (failure is not DiagnosticException && !cancellationToken.IsCancellationRequested)
            {
                if (S3Failures.IsStatus(failure, HttpStatusCode.PreconditionFailed))
                    return Decided(whole, PutOutcome.AlreadyExists);
                if (IsUnsupported(failure))
                    throw S3Errors.ConditionalWritesUnsupported(Location, $"refuses a put with \"If-None-Match: *\" ({(int)((AmazonServiceException)failure).StatusCode})");
                var kind = S3Failures.Of(failure);
                if (kind == S3Failure.Credentials && !renewed && connection.TryRenew(signedBy))
                {
                    renewed = true;
                    continue;
                }

                if (kind != S3Failure.Passing)
                    throw S3Errors.From(failure, connection, bucket, Place(key));

                // It is in the store, or will be, or will not: the caller looks. The pause keeps it from asking a store in trouble without rest.
                connection.Undecided[$"{bucket}/{whole}"] = undecided + 1;
                await connection.PauseAsync(undecided + 1, failure, cancellationToken);
                return PutOutcome.Unknown;
            }
        }
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var whole = Resolve(key);
        return RepeatAsync(key, Tuning.AnswerTo(content.Length), (client, deadline) => PutAsync(client, whole, content, null, deadline.Token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task PutFileAsync(string key, string path, CancellationToken cancellationToken)
    {
        var whole = Resolve(key);
        var size = new FileInfo(path).Length;
        if (size <= Tuning.PartBytes)
            await RepeatAsync(key, Tuning.AnswerTo(size), (client, deadline) => PutFileAsync(client, whole, path, deadline.Token), cancellationToken);
        else
            await new S3Upload(this, whole, path, size).RunAsync(cancellationToken);
        File.Delete(path);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var whole = Resolve(key);
        string? before = null;
        return FindAsync(key, Tuning.AnswerWithin, async (client, deadline) =>
        {
            // As a range: of whole objects the SDK takes every ETag for an MD5.
            using var response = await S3Bodies.GetAsync(client, new GetObjectRequest { BucketName = bucket, Key = whole, ByteRange = S3Bodies.Everything }, deadline.Token);
            var content = await S3Bodies.ReadAsync(response, int.MaxValue, Tuning, deadline);
            var parts = (content.Length + Tuning.PartBytes - 1) / Tuning.PartBytes;
            if (S3Digests.Comparable(response.ETag, response.ServerSideEncryptionMethod, parts) is not { } etag || !Digests.AreCompared(etag))
                return content;
            var digest = etag.Contains('-', StringComparison.Ordinal) ? S3Digests.OfParts(content, Tuning.PartBytes) : S3Digests.Of(content);
            if (Digests.Accept(etag, digest, before))
                return content;
            before = digest;
            throw new S3BodyException("its bytes do not fit its digest");
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
            return await HeadAsync(key, cancellationToken) is null ? null : [];
        var whole = Resolve(key);
        try
        {
            return await FindAsync(key, Tuning.AnswerWithin, async (client, deadline) =>
            {
                var request = new GetObjectRequest { BucketName = bucket, Key = whole, ByteRange = new ByteRange(offset, offset + length - 1) };
                using var response = await client.GetObjectAsync(request, deadline.Token);
                S3Bodies.RequireRange(response, offset, length);
                return await S3Bodies.ReadAsync(response, length, Tuning, deadline);
            }, cancellationToken);
        }
        catch (DiagnosticException failure) when (failure.InnerException is { } answer && S3Failures.IsStatus(answer, HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            return []; // it begins at or behind the object's end
        }
    }

    /// <inheritdoc/>
    public Task<string?> StageAsync(string key, string directory, CancellationToken cancellationToken) =>
        new S3Download(this, Resolve(key), Digests).RunAsync(directory, cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectEntry?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var whole = Resolve(key);
        return FindAsync<ObjectEntry?>(key, Tuning.AnswerWithin, async (client, deadline) =>
        {
            var head = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = whole }, deadline.Token);
            return new ObjectEntry(key, head.ContentLength, S3Bodies.Utc(head.LastModified));
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(
        string prefix, string? startAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.RequirePrefix(prefix, Location);
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = root + prefix, StartAfter = startAfter is null ? null : root + startAfter };
        await foreach (var page in PagesAsync(request, cancellationToken))
        {
            foreach (var found in page.S3Objects ?? [])
            {
                // What other programs made cannot be asked for by a key of ours: marks of folders, doubled slashes.
                var key = found.Key[root.Length..];
                if (ObjectKey.IsValid(key))
                    yield return new ObjectEntry(key, found.Size ?? 0, S3Bodies.Utc(found.LastModified));
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.RequirePrefix(folder, Location);
        var above = folder.Length == 0 ? root : $"{root}{folder.TrimEnd('/')}/";
        var names = new List<string>();
        await foreach (var page in PagesAsync(new ListObjectsV2Request { BucketName = bucket, Prefix = above, Delimiter = "/" }, cancellationToken))
            names.AddRange((page.CommonPrefixes ?? []).Select(found => found[above.Length..].TrimEnd('/')).Where(ObjectKey.IsValid));

        // The store orders by the slash behind the name, too: "a-b/" before "a/".
        names.Sort(StringComparer.Ordinal);
        foreach (var name in names)
            yield return name;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var whole = Resolve(key);

        // Where there is none, some stores say so and others do not.
        return FindAsync(
            key, Tuning.AnswerWithin, (client, deadline) => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = whole }, deadline.Token), cancellationToken);
    }

    private Task<T> RepeatAsync<T>(string key, TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken) =>
        connection.RepeatAsync(bucket, Place(key), within, attempt, cancellationToken);

    private Task<T?> FindAsync<T>(string key, TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken) =>
        connection.FindAsync(bucket, Place(key), within, attempt, cancellationToken);

    private S3Digests Digests => connection.Digests.GetOrAdd(bucket, static _ => new S3Digests());

    private async Task<PutObjectResponse> PutAsync(AmazonS3Client client, string key, ReadOnlyMemory<byte> content, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        using var stream = MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
        return await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = key,
                InputStream = stream,
                IfNoneMatch = ifNoneMatch,
                AutoCloseStream = false,
                UseChunkEncoding = false,
            },
            cancellationToken);
    }

    private async Task<PutObjectResponse> PutFileAsync(AmazonS3Client client, string key, string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = key, InputStream = stream, AutoCloseStream = false, UseChunkEncoding = false },
            cancellationToken);
    }

    private async IAsyncEnumerable<ListObjectsV2Response> PagesAsync(ListObjectsV2Request request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await RepeatAsync("", Tuning.AnswerWithin, (client, deadline) => client.ListObjectsV2Async(request, deadline.Token), cancellationToken);
            yield return page;
            if (page.IsTruncated != true || string.IsNullOrEmpty(page.NextContinuationToken))
                yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    private PutOutcome Decided(string key, PutOutcome outcome)
    {
        connection.Undecided.TryRemove($"{bucket}/{key}", out _);
        return outcome;
    }

    private static bool IsUnsupported(Exception failure) => failure is AmazonServiceException { StatusCode: HttpStatusCode.NotImplemented }
        or AmazonServiceException { StatusCode: HttpStatusCode.BadRequest, ErrorCode: "NotImplemented" or "InvalidArgument" or "InvalidRequest" };

    private string Resolve(string key)
    {
        ObjectKey.Require(key, Location);
        return root + key;
    }

    private string Place(string key) => key.Length == 0 ? Location : string.Create(CultureInfo.InvariantCulture, $"{Location}/{key}");
}
