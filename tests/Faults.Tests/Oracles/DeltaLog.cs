using System.Globalization;
using System.Text.Json;

namespace LakehouseOperator.Faults.Tests.Oracles;

/// <summary>A file that a version of a table holds, as its log says.</summary>
internal sealed record LiveFile(string Path, long Size, long Rows, IReadOnlyDictionary<string, string?> Partitions);

/// <summary>One version: what it holds, and what its own commit said.</summary>
/// <param name="Domains">As of this version.</param>
/// <param name="Set">Domains that this very commit set.</param>
internal sealed record LogVersion(
    long Number,
    IReadOnlyList<LiveFile> Files,
    IReadOnlyDictionary<string, string> Domains,
    IReadOnlySet<string> Set,
    IReadOnlyDictionary<string, long> Transactions,
    string Operation,
    string RunId,
    bool DataChange)
{
    public long Rows => Files.Sum(static file => file.Rows);
}

/// <summary>
/// A replay of a table's JSON log that shares no code with the engine (Delta protocol, "Action Reconciliation"). Deletes nothing, trusts no checkpoint: tests keep every
/// version's JSON.
/// </summary>
internal static class DeltaLog
{
    /// <summary>Empty where there is no table.</summary>
    /// <exception cref="ViolationException">The log is not whole.</exception>
    public static IReadOnlyList<LogVersion> Read(string table)
    {
        var log = System.IO.Path.Combine(table, "_delta_log");
        if (!Directory.Exists(log))
            return [];
        var commits = Directory.EnumerateFiles(log, "*.json")
            .Where(static path => !Path.GetFileName(path).StartsWith('.') && !Path.GetFileName(path).Contains("checkpoint", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToList();
        var versions = new List<LogVersion>();
        var files = new SortedDictionary<string, LiveFile>(StringComparer.Ordinal);
        var domains = new Dictionary<string, string>(StringComparer.Ordinal);
        var transactions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var path in commits)
        {
            if (long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture) != versions.Count)
                throw new ViolationException($"{path}: version {versions.Count} is missing");
            versions.Add(Apply(path, versions.Count, files, domains, transactions));
        }

        return versions;
    }

    private static LogVersion Apply(
        string path, long number, SortedDictionary<string, LiveFile> files, Dictionary<string, string> domains, Dictionary<string, long> transactions)
    {
        var (operation, runId, dataChange) = ("", "", false);
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            using var document = Parse(path, line);
            var action = document.RootElement.EnumerateObject().Single();
            var value = action.Value;
            switch (action.Name)
            {
                case "commitInfo":
                    operation = value.GetProperty("operation").GetString()!;
                    runId = value.GetProperty("runId").GetString()!;
                    break;
                case "add":
                    var file = Live(value);
                    if (!files.TryAdd(file.Path, file))
                        throw new ViolationException($"{path}: {file.Path} is added a second time");
                    dataChange |= value.GetProperty("dataChange").GetBoolean();
                    break;
                case "remove":
                    if (!files.Remove(value.GetProperty("path").GetString()!))
                        throw new ViolationException($"{path}: removes {value.GetProperty("path")}, which the table does not hold");
                    dataChange |= value.GetProperty("dataChange").GetBoolean();
                    break;
                case "txn":
                    transactions[value.GetProperty("appId").GetString()!] = value.GetProperty("version").GetInt64();
                    break;
                case "domainMetadata":
                    domains[value.GetProperty("domain").GetString()!] = value.GetProperty("configuration").GetString()!;
                    set.Add(value.GetProperty("domain").GetString()!);
                    break;
            }
        }

        return new LogVersion(
            number, [.. files.Values], new Dictionary<string, string>(domains, StringComparer.Ordinal), set,
            new Dictionary<string, long>(transactions, StringComparer.Ordinal), operation, runId, dataChange);
    }

    private static JsonDocument Parse(string path, string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw new ViolationException($"{path} is not whole: {e.Message}");
        }
    }

    public static LiveFile Live(JsonElement add)
    {
        using var stats = JsonDocument.Parse(add.GetProperty("stats").GetString()!);
        return new LiveFile(
            add.GetProperty("path").GetString()!,
            add.GetProperty("size").GetInt64(),
            stats.RootElement.GetProperty("numRecords").GetInt64(),
            add.GetProperty("partitionValues").EnumerateObject().ToDictionary(static one => one.Name, static one => one.Value.GetString(), StringComparer.Ordinal));
    }
}
