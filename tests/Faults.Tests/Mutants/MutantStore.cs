using System.Text;
using System.Text.RegularExpressions;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Faults.Stores;

namespace LakehouseOperator.Faults.Tests.Mutants;

/// <summary>A bug, planted between the engine and its store.</summary>
/// <param name="Lines">Given a commit's whole key and one of its lines, the line that is stored instead; null: none.</param>
/// <param name="Commit">Instead of a put-if-absent: the store, the key relative to it, the content.</param>
/// <param name="File">Instead of storing a file: the store, the key relative to it, the file's path.</param>
/// <param name="Only">Keys that it is about.</param>
internal sealed record Mutant(
    Func<string, string, string?>? Lines = null,
    Func<IObjectStore, string, ReadOnlyMemory<byte>, Task<PutOutcome>>? Commit = null,
    Func<IObjectStore, string, string, Task>? File = null,
    string Only = "");

internal sealed partial class MutantStore(IObjectStore inner, Mutant mutant, string prefix) : StoreDecorator(inner, prefix)
{
    public override async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!key.Contains("_delta_log/", StringComparison.Ordinal) || !Whole(key).Contains(mutant.Only, StringComparison.Ordinal))
            return await Inner.PutIfAbsentAsync(key, content, cancellationToken);
        if (mutant.Lines is { } rewrite)
            content = Rewrite(content, line => rewrite(Whole(key), line));
        return mutant.Commit is { } commit ? await commit(Inner, key, content) : await Inner.PutIfAbsentAsync(key, content, cancellationToken);
    }

    public override Task PutFileAsync(string key, string path, CancellationToken cancellationToken) =>
        mutant.File is { } file && Whole(key).Contains(mutant.Only, StringComparison.Ordinal) ? file(Inner, key, path) : Inner.PutFileAsync(key, path, cancellationToken);

    public static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> content, Func<string, string?> rewrite) => Encoding.UTF8.GetBytes(
        string.Concat(Encoding.UTF8.GetString(content.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(rewrite).OfType<string>().Select(static line => line + "\n")));

    /// <summary>The key of the version after.</summary>
    public static string Next(string key) => Version().Replace(key, static match => (long.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString("D20", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Writes a Parquet file again as the SELECT over it says.</summary>
    public static string Again(string path, string select)
    {
        var again = path + ".mutant";
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute($"COPY ({string.Format(System.Globalization.CultureInfo.InvariantCulture, select, $"read_parquet('{path}')")}) TO '{again}' (FORMAT parquet)");
        return again;
    }

    protected override IObjectStore Below(IObjectStore below, string belowPrefix) => new MutantStore(below, mutant, belowPrefix);

    [GeneratedRegex("[0-9]{20}")]
    private static partial Regex Version();
}
