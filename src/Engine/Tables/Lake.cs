using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Engine.Tables;

/// <summary>The layers of one Lakehouse, and the tables in them. Keeps one instance per table, and with it what was read of its log.</summary>
/// <param name="scratch">Where checkpoints are made and staged; null: the temporary folder.</param>
public sealed class Lake(IReadOnlyDictionary<string, IObjectStore> layers, TimeProvider time, string? scratch = null)
{
    private readonly ConcurrentDictionary<TableName, DeltaTable> tables = [];

    public IReadOnlyDictionary<string, IObjectStore> Layers { get; } = layers;

    /// <summary>The table of that name, whether it exists or not.</summary>
    /// <exception cref="KeyNotFoundException">The layer is not declared; validation refuses that before.</exception>
    public DeltaTable Table(TableName name) =>
        tables.GetOrAdd(name, static (one, lake) => new DeltaTable(one, lake.Layers[one.Layer].At(one.Table), lake.time, lake.scratch), (Layers, time, scratch));

    /// <summary>The tables of a layer, in ordinal order: folders with a log. Folders whose name no table can have are not ours.</summary>
    public async IAsyncEnumerable<DeltaTable> TablesAsync(string layer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in Layers[layer].ListFoldersAsync("", cancellationToken))
        {
            if (TableName.TryParse($"{layer}.{folder}", out var name) && await HasLogAsync(layer, folder, cancellationToken))
                yield return Table(name);
        }
    }

    /// <summary>Finds out whether every layer's store can hold tables, where that is not known yet; before the first write.</summary>
    /// <exception cref="Pipelines.Codes.DiagnosticException"><see cref="Pipelines.Codes.TableCodes.ConditionalWritesUnsupported"/>, or a store cannot be used.</exception>
    public async Task RequireConditionalWritesAsync(CancellationToken cancellationToken)
    {
        foreach (var layer in Layers.Values.OfType<IProbedStore>())
            await layer.RequireConditionalWritesAsync(cancellationToken);
    }

    /// <summary>Ends when no work of the tables' own (checkpoints) is under way.</summary>
    public async Task SettleAsync()
    {
        foreach (var table in tables.Values)
            await table.SettleAsync();
    }

    private async Task<bool> HasLogAsync(string layer, string folder, CancellationToken cancellationToken)
    {
        await foreach (var _ in Layers[layer].ListAsync($"{folder}/{LogFileName.Folder}", null, cancellationToken))
            return true;
        return false;
    }
}
