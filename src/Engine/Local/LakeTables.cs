using System.Runtime.CompilerServices;
using LakehouseOperator.Engine.Tables;

namespace LakehouseOperator.Engine.Local;

/// <summary>Which tables a lake has, by their logs; nothing else knows.</summary>
public static class LakeTables
{
    /// <summary>By layer in the lake's order, then by name; quarantine tables too.</summary>
    public static async IAsyncEnumerable<DeltaTable> FindAsync(Lake lake, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var layer in lake.Layers.Keys)
        {
            await foreach (var table in lake.TablesAsync(layer, cancellationToken))
                yield return table;
        }
    }
}
