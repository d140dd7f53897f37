using System.Runtime.CompilerServices;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Engine.Local;

/// <summary>Which tables a lake has, by their logs; nothing else knows.</summary>
public static class LakeTables
{
    private const string Log = "/_delta_log/";

    /// <summary>By layer in the lake's order, then by name; quarantine tables too.</summary>
    public static async IAsyncEnumerable<DeltaTable> FindAsync(Lake lake, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (layer, store) in lake.Layers)
        {
            await foreach (var table in NamesAsync(store, cancellationToken))
                yield return lake.Table(new TableName(layer, table));
        }
    }

    /// <summary>One short listing a folder, whatever its files: each begins behind everything of the folder before.</summary>
    private static async IAsyncEnumerable<string> NamesAsync(IObjectStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (await FirstAsync(store, "", after, cancellationToken) is { } key)
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            var folder = slash < 0 ? key : key[..slash];

            // '0' follows '/', so this is behind every key of the folder and before any other's.
            after = slash < 0 ? key : folder + "0";
            if (slash >= 0 && TableName.IsPart(folder) && await FirstAsync(store, folder + Log, null, cancellationToken) is not null)
                yield return folder;
        }
    }

    private static async Task<string?> FirstAsync(IObjectStore store, string prefix, string? after, CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(prefix, after, cancellationToken))
            return entry.Key;
        return null;
    }
}
