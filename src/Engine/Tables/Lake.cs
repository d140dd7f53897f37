using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Engine.Tables;

/// <summary>The layers of one Lakehouse, and the tables in them.</summary>
public sealed class Lake(IReadOnlyDictionary<string, IObjectStore> layers, TimeProvider time)
{
    public IReadOnlyDictionary<string, IObjectStore> Layers { get; } = layers;

    /// <exception cref="KeyNotFoundException">The layer is not declared; validation refuses that before.</exception>
    public DeltaTable Table(TableName name) => new(name, Layers[name.Layer].At(name.Table), time);
}
