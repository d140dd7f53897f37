using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Cli.Samples.Shop;
using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Cli.Tests.Samples;

/// <summary>config/samples/shop as it is, with the names of this machine's servers merged over it, and what was produced for it.</summary>
public sealed class ShopLake : IAsyncDisposable
{
    /// <summary>Today, so that checks of freshness and of yesterday's revenue have something to look at.</summary>
    private static readonly DateTimeOffset Until = new(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero);

    private readonly Folder folder = new();
    private readonly List<ShopModel> models = [];
    private readonly Dictionary<string, ShopCount> counts = new(StringComparer.Ordinal);
    private RedisServer redis = null!;
    private string[] place = [];

    private ShopLake()
    {
    }

    /// <summary>What the printed counts add up to, by stream.</summary>
    internal IReadOnlyDictionary<string, ShopCount> Counts => counts;

    internal IReadOnlyList<ShopModel> Models => models;

    /// <summary>Tables in a folder.</summary>
    public static Task<ShopLake> InFolderAsync() => StartAsync((lake, documents) => Task.FromResult<string[]>([.. documents, "--lake", lake.folder.At("lake")]));

    /// <summary>Tables in a bucket of their own prefix.</summary>
    public static Task<ShopLake> InStoreAsync(SharedS3 store) => StartAsync(async (lake, documents) =>
    {
        var server = await store.ServerAsync();
        lake.folder.Write(Path.Combine("secrets", "minio", "accessKeyId"), server.AccessKey + "\n");
        lake.folder.Write(Path.Combine("secrets", "minio", "secretAccessKey"), server.SecretKey);
        var location = store.Location();
        var layers = string.Join(", ", new[] { "bronze", "silver", "gold" }.Select(layer => $"{layer}: {{location: \"{location}/{layer}\"}}"));
        var file = lake.folder.Write("store.yaml", $$"""
            apiVersion: lakehouse.dev/v1alpha1
            kind: Lakehouse
            metadata: {name: main}
            spec:
              storage: {s3: {bucket: {{store.Bucket}}, endpoint: "{{server.Endpoint}}" } }
              layers: { {{layers}} }
            """);
        return [.. documents, "-f", file, "--secrets", lake.folder.At("secrets")];
    });

    /// <summary>Appends a shop, and adds up what is printed.</summary>
    public async Task ProduceAsync(int seed, int orders)
    {
        var ended = await Lakehouse.RunAsync(
            "sample", "shop", "--redis", redis.Url, "--seed", Text(seed), "--orders", Text(orders), "--until", Until.ToString("O", CultureInfo.InvariantCulture));
        Assert.True(ended.ExitCode == 0, ended.ToString());
        foreach (var stream in ended.Json().GetProperty("streams").EnumerateObject())
        {
            var (before, more) = (counts.GetValueOrDefault(stream.Name), stream.Value);
            long Of(string member) => more.GetProperty(member).GetInt64();
            counts[stream.Name] = new ShopCount(
                before.Entries + Of("entries"), before.Malformed + Of("malformed"), before.Duplicates + Of("duplicates"), before.Distinct + Of("distinct"));
        }

        models.Add(new ShopModel(seed, orders, Until));
    }

    public Task<Ended> RunAsync() => Lakehouse.RunAsync(["run", .. place, "--once", "-o", "json"]);

    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string sql)
    {
        var ended = await Lakehouse.RunAsync(["query", sql, .. place, "-o", "json"]);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return [.. ended.Json().EnumerateArray()];
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        folder.Dispose();
    }

    private static async Task<ShopLake> StartAsync(Func<ShopLake, string[], Task<string[]>> place)
    {
        var lake = new ShopLake { redis = await RedisServer.StartAsync() };
        var file = lake.folder.Write("redis.yaml", $$"""
            apiVersion: lakehouse.dev/v1alpha1
            kind: Ingestion
            metadata: {name: shop-events}
            spec: {source: {redisStreams: {url: "{{lake.redis.Url}}" } } }
            """);
        lake.place = await place(lake, ["-f", Path.Combine(Repository.Root, "config", "samples", "shop"), "-f", file]);
        return lake;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
