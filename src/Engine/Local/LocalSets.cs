using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>A catalogue's share of one Lakehouse.</summary>
internal static class LocalSets
{
    public static LocalSet Of(LakehouseResource lakehouse, Catalogue catalogue)
    {
        bool IsOurs(ResourceId id, LakehouseRef reference) => id.Namespace == lakehouse.Id.Namespace && reference.Name == lakehouse.Metadata.Name;
        var order = catalogue.Graph.Order.Select((id, place) => (id, place)).ToDictionary(pair => pair.id, pair => pair.place);
        var transformations = catalogue.Transformations.Where(one => IsOurs(one.Id, one.Spec.LakehouseRef)).OrderBy(one => order[one.Id]).ToList();
        return new LocalSet(
            lakehouse,
            [.. catalogue.Ingestions.Where(one => IsOurs(one.Id, one.Spec.LakehouseRef)).OrderBy(one => order[one.Id])],
            transformations,
            [.. catalogue.QualityChecks.Where(one => IsOurs(one.Id, one.Spec.LakehouseRef)).OrderBy(one => order[one.Id])],
            transformations.ToDictionary(
                one => one.Id,
                one => (IReadOnlyList<PlannedInput>)[.. catalogue.Reads[one.Id].Select(read => new PlannedInput(read.Table, read.PinnedVersion))]),
            catalogue.HeldBy);
    }
}
