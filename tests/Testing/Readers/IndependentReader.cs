using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Testing.Readers;

/// <param name="Columns">Names and types as the log's schema spells them.</param>
/// <param name="Rows">In canonical form (tests/servers/readers/canonical.mjs), sorted.</param>
public sealed record ReadTable(long Version, int Files, IReadOnlyList<(string Name, JsonNode Type)> Columns, IReadOnlyList<string> Rows);

/// <summary>
/// Reads tables with software that shares nothing with ours: ClickHouse's engine, and a plain replay of the log over another binding of DuckDB.
/// Where a reader cannot be had the test fails; nothing is skipped.
/// </summary>
public static class IndependentReader
{
    private static readonly SemaphoreSlim Restoring = new(1, 1);

    /// <summary>By the replay, which needs no more than the table's folder.</summary>
    /// <param name="folder">Absolute path of the folder that holds <c>_delta_log</c>.</param>
    public static async Task<ReadTable> ReplayAsync(string folder, long? version = null, CancellationToken cancellationToken = default)
    {
        var lines = await RunAsync("replay.mjs", version is null ? [folder] : [folder, $"{version}"], cancellationToken);
        var head = JsonNode.Parse(lines[0])!;
        var columns = head["schema"]!.AsArray().Select(field => ((string)field!["name"]!, field["type"]!)).ToList();
        return new ReadTable((long)head["version"]!, (int)head["files"]!, columns, Sort(lines.Skip(1)));
    }

    /// <summary>By ClickHouse, the given columns, or all.</summary>
    public static async Task<IReadOnlyList<string>> ClickHouseAsync(
        string folder, IEnumerable<(string Name, JsonNode Type)> columns, CancellationToken cancellationToken = default)
    {
        var text = new JsonArray([.. columns.Select(column => new JsonObject { ["name"] = column.Name, ["type"] = column.Type.DeepClone() })]).ToJsonString();
        return Sort(await RunAsync("clickhouse.mjs", [folder, text], cancellationToken));
    }

    /// <summary>By ClickHouse out of a bucket.</summary>
    /// <param name="url"><c>http://host/bucket/table</c>.</param>
    public static async Task<IReadOnlyList<string>> ClickHouseAsync(
        string url, string accessKey, string secretKey, IEnumerable<(string Name, JsonNode Type)> columns, CancellationToken cancellationToken = default)
    {
        var text = new JsonArray([.. columns.Select(column => new JsonObject { ["name"] = column.Name, ["type"] = column.Type.DeepClone() })]).ToJsonString();
        return Sort(await RunAsync("clickhouse.mjs", [url, text], cancellationToken, ("ACCESS_KEY", accessKey), ("SECRET_KEY", secretKey)));
    }

    /// <summary>Reads the table with both and fails where they differ; what both say.</summary>
    /// <param name="folder">Absolute path of the folder that holds <c>_delta_log</c>.</param>
    /// <exception cref="InvalidOperationException">They differ, or one cannot read the table.</exception>
    public static async Task<ReadTable> CompareAsync(string folder, CancellationToken cancellationToken = default)
    {
        var replayed = await ReplayAsync(folder, null, cancellationToken);
        var other = await ClickHouseAsync(folder, replayed.Columns, cancellationToken);
        return Difference(replayed.Rows, other) is { } difference
            ? throw new InvalidOperationException($"the replay and ClickHouse read {folder} differently: {difference}")
            : replayed;
    }

    /// <summary>The first difference of two sorted lists in words, or null.</summary>
    public static string? Difference(IReadOnlyList<string> expected, IReadOnlyList<string> found)
    {
        for (var i = 0; i < Math.Max(expected.Count, found.Count); i++)
        {
            var (one, other) = (expected.ElementAtOrDefault(i), found.ElementAtOrDefault(i));
            if (one != other)
                return $"of {expected.Count} and {found.Count} rows, number {i} is\n  {one ?? "(none)"}\nand\n  {other ?? "(none)"}";
        }

        return null;
    }

    /// <summary>Escapes are spelled as .NET does, so that equal values are equal texts.</summary>
    public static IReadOnlyList<string> Sort(IEnumerable<string> rows) =>
        [.. rows.Select(static row => JsonNode.Parse(row)!.ToJsonString()).Order(StringComparer.Ordinal)];

    private static async Task<IReadOnlyList<string>> RunAsync(
        string script, IReadOnlyList<string> arguments, CancellationToken cancellationToken, params IReadOnlyList<(string Name, string Value)> environment)
    {
        var folder = await RestoreAsync(cancellationToken);
        var (exit, output, errors) = await StartAsync("node", folder, [Path.Combine(folder, script), .. arguments], cancellationToken, environment);
        return exit == 0
            ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)]
            : throw new InvalidOperationException($"{script} {string.Join(' ', arguments)} ended with {exit}: {errors}");
    }

    /// <summary><c>make test</c> has restored the packages; a test run by itself does it here.</summary>
    private static async Task<string> RestoreAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Repository.Root, "tests", "servers", "readers");
        await Restoring.WaitAsync(cancellationToken);
        try
        {
            if (File.Exists(Path.Combine(folder, "node_modules", "chdb", "package.json")) && Directory.Exists(Path.Combine(folder, "node_modules", "@duckdb", "node-api")))
                return folder;
            var (exit, _, errors) = await StartAsync("npm", folder, ["ci", "--ignore-scripts", "--silent", "--no-progress"], cancellationToken);
            return exit == 0 ? folder : throw new InvalidOperationException($"npm ci in {folder} ended with {exit}: {errors}");
        }
        finally
        {
            Restoring.Release();
        }
    }

    private static async Task<(int Exit, string Output, string Errors)> StartAsync(
        string program, string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken, params IReadOnlyList<(string Name, string Value)> environment)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true } };
        foreach (var (name, value) in environment)
            process.StartInfo.Environment[name] = value;
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
