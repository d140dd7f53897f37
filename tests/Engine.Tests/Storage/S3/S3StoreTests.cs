using System.Security.Cryptography;
using System.Text;
using Amazon.S3.Model;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Engine.Tests.Storage.S3;

public sealed class S3StoreTests(SharedS3 shared) : ObjectStoreConformance, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder local = new();
    private readonly List<S3Connection> connections = [];
    private readonly string location = shared.Location();
    private S3Server server = null!;

    protected override string LocalFolder => local.Path;

    public async ValueTask InitializeAsync() => server = await shared.ServerAsync();

    public ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
            connection.Dispose();
        local.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A connection of its own each time, as another process would have it.</summary>
    protected override IObjectStore Open()
    {
        var connection = S3Stores.Connect(server.Endpoint, S3Stores.Keys(server));
        lock (connections)
            connections.Add(connection);
        return new S3Store(location, connection);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((5 << 20) - 1)]
    [InlineData(5 << 20)]
    [InlineData((5 << 20) + 1)]
    [InlineData((15 << 20) + 12_345)]
    public async Task A_file_of_any_size_comes_back_as_it_was(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        var path = local["file.parquet"];
        await File.WriteAllBytesAsync(path, content, None);
        var store = Open();
        await store.PutFileAsync("data/file.parquet", path, None);
        Assert.False(File.Exists(path));
        Assert.Equal(size, (await Open().HeadAsync("data/file.parquet", None))!.Value.Size);
        var staged = await Open().StageAsync("data/file.parquet", local["in"], None);
        Assert.EndsWith(".parquet", staged, StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(staged!, None)));
        Assert.Equal(content.AsSpan(size / 2, Math.Min(100, size - (size / 2))).ToArray(), await store.GetRangeAsync("data/file.parquet", size / 2, 100, None));
    }

    [Fact]
    public async Task Keys_of_odd_characters_come_back_as_they_were()
    {
        string[] keys =
        [
            "a b", "a+b", "a%20b", "a%2Fb", "100%", "ü", "日本語/表", "😀", "a&b=c", "a;b", "a'b\"c", "a<b>c", "(x)", "~x", "x!*'", "p=1/q=a%3Ab c.parquet", "#frag", "q?x=1", "a\\b", "[x]", "{y}", "^`|",
        ];
        var store = Open();
        foreach (var key in keys)
            Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync(key, Encoding.UTF8.GetBytes(key), None));
        foreach (var key in keys)
        {
            Assert.Equal(PutOutcome.AlreadyExists, await store.PutIfAbsentAsync(key, "x"u8.ToArray(), None));
            Assert.Equal(key, Text(await Open().GetAsync(key, None)));
            Assert.NotNull(await store.HeadAsync(key, None));
            Assert.Equal([key], await store.ListAsync(key, null, None).Select(static entry => entry.Key).ToListAsync(None));
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), (await store.ListAsync("", null, None).Select(static entry => entry.Key).ToListAsync(None)).Order(StringComparer.Ordinal));
        foreach (var key in keys)
            await store.DeleteAsync(key, None);
        Assert.Empty(await store.ListAsync("", null, None).ToListAsync(None));
    }

    [Fact]
    public async Task A_listing_goes_on_over_its_pages()
    {
        var store = Open();
        var keys = Enumerable.Range(0, 1100).Select(static i => $"p/{i:D5}").ToList();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, _) => await store.PutAsync(key, "x"u8.ToArray(), None));
        Assert.Equal(keys, await store.ListAsync("p/", null, None).Select(static entry => entry.Key).ToListAsync(None));
        Assert.Equal(keys.Skip(50), await store.ListAsync("p/", "p/00049", None).Select(static entry => entry.Key).ToListAsync(None));
    }

    [Fact]
    public async Task What_no_key_of_ours_can_name_is_not_listed()
    {
        using var client = server.Client();
        var prefix = location[$"s3://{shared.Bucket}/".Length..];
        foreach (var key in (string[])["f/", "f//x", "f/good"])
            await client.PutObjectAsync(new PutObjectRequest { BucketName = shared.Bucket, Key = $"{prefix}/{key}", ContentBody = "x" }, None);
        Assert.Equal(["f/good"], await Open().ListAsync("", null, None).Select(static entry => entry.Key).ToListAsync(None));
        Assert.Equal(["f"], await Open().ListFoldersAsync("", None).ToListAsync(None));
    }

    [Fact]
    public async Task Folders_are_in_the_order_of_their_names()
    {
        foreach (var key in (string[])["a/x", "a-b/x", "a.b/x", "ab/x"])
            await Open().PutAsync(key, "x"u8.ToArray(), None);
        Assert.Equal(["a", "a-b", "a.b", "ab"], await Open().ListFoldersAsync("", None).ToListAsync(None));
    }

    [Fact]
    public async Task Times_are_the_stores()
    {
        var before = TimeProvider.System.GetUtcNow();
        await Open().PutAsync("k", "x"u8.ToArray(), None);
        var head = (await Open().HeadAsync("k", None))!.Value.LastModified;
        var listed = (await Open().ListAsync("k", null, None).SingleAsync(None)).LastModified;
        Assert.InRange(head, before.AddMinutes(-1), before.AddMinutes(1));
        Assert.InRange(listed, head.AddSeconds(-1), head.AddSeconds(1));
    }

    [Fact]
    public async Task An_object_that_others_put_in_parts_of_theirs_is_read_too()
    {
        var content = new byte[11 << 20];
        new Random(5).NextBytes(content);
        using var client = server.Client();
        var key = location[$"s3://{shared.Bucket}/".Length..] + "/theirs.parquet";
        var begun = await client.InitiateMultipartUploadAsync(shared.Bucket, key, None);
        var parts = new List<PartETag>();
        foreach (var (number, start, length) in new[] { (1, 0, 6 << 20), (2, 6 << 20, 5 << 20) })
        {
            using var part = new MemoryStream(content, start, length);
            var sent = await client.UploadPartAsync(
                new UploadPartRequest { BucketName = shared.Bucket, Key = key, UploadId = begun.UploadId, PartNumber = number, InputStream = part, UseChunkEncoding = false }, None);
            parts.Add(new PartETag(number, sent.ETag));
        }

        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = shared.Bucket, Key = key, UploadId = begun.UploadId, PartETags = parts }, None);
        var staged = await Open().StageAsync("theirs.parquet", LocalFolder, None);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(staged!, None)));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData((await Open().GetAsync("theirs.parquet", None))!));
    }
}
