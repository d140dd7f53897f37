using System.Text.Json.Nodes;
using LakehouseOperator.EndToEnd.Tests.Cluster;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Shop;

/// <summary>
/// The shop's producer, and what the tables must hold of what it produced. The tables are read by the command line, from the store itself: nothing that the operator says is
/// taken for it.
/// </summary>
public sealed class ShopWorld : IDisposable
{
    public static readonly string Documents = Path.Combine(Repository.Root, "config", "samples", "shop");

    private static readonly string Program = Path.Combine(Repository.Root, "out", "bin", "lakehouse");
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lakehouse-shop-");
    private readonly LakeNode lake;
    private readonly Dictionary<string, (long Entries, long Malformed, long Distinct)> produced = new(StringComparer.Ordinal);

    public ShopWorld(LakeNode lake)
    {
        this.lake = lake;
        var secret = folder.CreateSubdirectory(Path.Combine("secrets", "minio"));
        File.WriteAllText(Path.Combine(secret.FullName, "accessKeyId"), lake.AccessKey);
        File.WriteAllText(Path.Combine(secret.FullName, "secretAccessKey"), lake.SecretKey);
        File.WriteAllText(Path.Combine(folder.FullName, "here.yaml"), $$"""
            apiVersion: lakehouse.dev/v1alpha1
            kind: Lakehouse
            metadata: {name: main}
            spec: {storage: {s3: {endpoint: "{{lake.StoreUrl}}"} } }
            """);
    }

    /// <summary>Appends to the streams, each seed's orders once.</summary>
    public async Task ProduceAsync(int seed, int orders)
    {
        var (code, output, error) = await Installation.ProgramAsync(Program, "sample", "shop", "--redis", lake.RedisUrl, "--orders", $"{orders}", "--seed", $"{seed}");
        Assert.True(code == 0, error);
        foreach (var (stream, counts) in JsonNode.Parse(output)!["streams"]!.AsObject())
        {
            var table = stream["shop:".Length..];
            var before = produced.GetValueOrDefault(table);
            produced[table] = (before.Entries + (long)counts!["entries"]!, before.Malformed + (long)counts["malformed"]!, before.Distinct + (long)counts["distinct"]!);
        }
    }

    /// <summary>What every table must hold, by name.</summary>
    public IReadOnlyDictionary<string, long> Expected => new Dictionary<string, long>(
        produced.SelectMany(entry => new KeyValuePair<string, long>[]
        {
            new($"bronze.{entry.Key}", entry.Value.Entries - entry.Value.Malformed),
            new($"bronze.{entry.Key}__quarantine", entry.Value.Malformed),
            new($"silver.{entry.Key}", entry.Value.Distinct),
        }).Append(new("gold.fact_order", produced["orders"].Distinct)),
        StringComparer.Ordinal);

    /// <summary>Rows by table; a table that is not there is left out.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(params IReadOnlyList<string> tables)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var there = (await AskAsync("tables"))?.AsArray().Select(table => (string)table!["table"]!).ToHashSet(StringComparer.Ordinal) ?? [];
        string[] asked = [.. tables.Where(there.Contains)];
        if (asked.Length == 0)
            return counts;
        var rows = await AskAsync("query", string.Join(" UNION ALL ", asked.Select(table => $"SELECT '{table}' AS name, count(*) AS n FROM {table}")));
        foreach (var row in rows?.AsArray() ?? [])
            counts[(string)row!["name"]!] = (long)row["n"]!;
        return counts;
    }

    /// <summary>Every table holds exactly what was produced.</summary>
    /// <exception cref="TimeoutException">It does not come to that; with what differs.</exception>
    public async Task UntilTablesAgreeAsync(TimeSpan longest, params IReadOnlyList<string> but)
    {
        var expected = Expected.Where(entry => !but.Contains(entry.Key)).ToDictionary(StringComparer.Ordinal);
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = await CountAsync([.. expected.Keys]);
            var wrong = expected.Where(entry => entry.Value != found.GetValueOrDefault(entry.Key, entry.Value == 0 ? 0 : -1)).ToList();
            if (wrong.Count == 0)
                return;
            if (TimeProvider.System.GetElapsedTime(deadline) > longest)
                throw new TimeoutException(string.Join("; ", wrong.Select(entry => $"{entry.Key} holds {found.GetValueOrDefault(entry.Key, -1)}, not {entry.Value}")));
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Null: it cannot answer now.</summary>
    private async Task<JsonNode?> AskAsync(string command, params IReadOnlyList<string> arguments)
    {
        var (code, output, _) = await Installation.ProgramAsync(
            Program, [command, .. arguments, "-f", Documents, "-f", Path.Combine(folder.FullName, "here.yaml"), "--secrets", Path.Combine(folder.FullName, "secrets"), "-o", "json"]);
        return code == 0 ? JsonNode.Parse(output) : null;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
