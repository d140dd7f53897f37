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

    private string refused = "";

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
        var there = await TablesAsync();
        string[] asked = [.. tables.Where(there.Contains)];
        if (asked.Length == 0)
            return counts;
        var rows = await AskAsync("query", string.Join(" UNION ALL ", asked.Select(table => $"SELECT '{table}' AS name, count(*) AS n FROM {table}")));
        foreach (var row in rows?.AsArray() ?? [])
            counts[(string)row!["name"]!] = (long)row["n"]!;
        return counts;
    }

    /// <summary>Every table holds exactly what was produced, and no record of a stream is in two places.</summary>
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
            {
                await HasNothingTwiceAsync();
                return;
            }

            if (TimeProvider.System.GetElapsedTime(deadline) > longest)
                throw new TimeoutException(string.Join("; ", wrong.Select(entry => $"{entry.Key} holds {found.GetValueOrDefault(entry.Key, -1)}, not {entry.Value}")) + $"\n{refused}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Counts alone would not see one record lost for another that came twice.</summary>
    private async Task HasNothingTwiceAsync()
    {
        var there = await TablesAsync();
        var streams = produced.Keys.Select(stream =>
        {
            var tables = new[] { (Table: $"bronze.{stream}", Position: "_source_position"), (Table: $"bronze.{stream}__quarantine", Position: "position") }
                .Where(entry => there.Contains(entry.Table)).Select(entry => $"SELECT {entry.Position} AS place FROM {entry.Table}");
            return $"SELECT '{stream}' AS name, count(*) AS n, count(DISTINCT place) AS d FROM ({string.Join(" UNION ALL ", tables)}) AS records";
        });
        var rows = await AskAsync("query", string.Join(" UNION ALL ", streams)) ?? throw new InvalidOperationException($"the bronze tables cannot be read: {refused}");
        Assert.Equal(
            produced.Select(entry => (entry.Key, entry.Value.Entries, entry.Value.Entries)).Order(),
            rows.AsArray().Select(row => ((string)row!["name"]!, (long)row["n"]!, (long)row["d"]!)).Order());
    }

    /// <summary>What follows from a table follows from all of its rows, all the way down.</summary>
    public async Task UntilTheStarAgreesAsync(TimeSpan longest)
    {
        const string orders = "SELECT (SELECT sum(orders) FROM gold.daily_revenue) AS told, (SELECT count(*) FROM gold.fact_order WHERE status <> 'cancelled') AS kept";
        var since = TimeProvider.System.GetTimestamp();
        string? found;
        do
        {
            var row = (await AskAsync("query", orders))?.AsArray().Single();
            found = row?.ToJsonString();
            if (row is not null && row["told"] is { } told && told.ToString() == row["kept"]!.ToString())
                return;
            await Task.Delay(Poll, TimeProvider.System);
        }
        while (TimeProvider.System.GetElapsedTime(since) < longest);
        throw new TimeoutException($"gold.daily_revenue and gold.fact_order differ: {found}");
    }

    private async Task<HashSet<string>> TablesAsync() =>
        (await AskAsync("tables"))?.AsArray().Select(table => (string)table!["table"]!).ToHashSet(StringComparer.Ordinal) ?? [];

    /// <summary>Null: it cannot answer now; why is in <see cref="refused"/>.</summary>
    private async Task<JsonNode?> AskAsync(string command, params IReadOnlyList<string> arguments)
    {
        var (code, output, error) = await Installation.ProgramAsync(
            Program, [command, .. arguments, "-f", Documents, "-f", Path.Combine(folder.FullName, "here.yaml"), "--secrets", Path.Combine(folder.FullName, "secrets"), "-o", "json"]);
        refused = error;
        return code == 0 ? JsonNode.Parse(output) : null;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
