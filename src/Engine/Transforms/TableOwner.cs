using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>The property <c>lakehouse.owner</c>: the one resource, <c>namespace/name</c>, that writes a table.</summary>
public static class TableOwner
{
    public const string Property = "lakehouse.owner";

    public static string Of(ResourceId resource) => $"{resource.Namespace}/{resource.Name}";

    /// <exception cref="DiagnosticException"><see cref="RunCodes.OutputOwned"/>: replacing it would destroy what somebody else wrote.</exception>
    public static void Check(DeltaTable table, Snapshot snapshot, ResourceId resource)
    {
        var owner = snapshot.Configuration.GetValueOrDefault(Property);
        if (owner == Of(resource))
            return;
        throw new DiagnosticException(
            RunCodes.OutputOwned,
            owner is null ? $"{table.Name} was not written by a resource of this system" : $"{table.Name} is written by {owner}",
            $"choose another table, or drop the folder {table.Store.Location} if its rows are not needed");
    }
}
