using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>
/// Gates that are invalid, read from the documents themselves as <see cref="Claims"/> are: a gate with a mistake is still a gate, and its table would
/// otherwise be published as if nobody had asked for one.
/// </summary>
internal static class InvalidGates
{
    /// <summary>Writers of gated tables, by the first such gate.</summary>
    /// <param name="invalid">Or checks of which nothing is known.</param>
    public static IReadOnlyDictionary<ResourceId, ResourceId> WritersOf(ParsedSet parsed, IReadOnlySet<ResourceId> invalid, Claims claims)
    {
        var held = new Dictionary<ResourceId, ResourceId>();
        foreach (var check in parsed.Resources.Where(resource => resource.Id.Kind == ResourceKind.QualityCheck && invalid.Contains(resource.Id)))
        {
            if (check.Document.Root["spec"] is not MappingNode spec || !IsGate(spec) || !TableName.TryParse((spec["table"] as ScalarNode)?.Text, out var name))
                continue;
            foreach (var lakehouse in LakehousesOf(check, parsed))
            {
                if (claims.WriterOf(new LakeTable(check.Id.Namespace, lakehouse, name)) is { } writer && Counts(check, writer))
                    held.TryAdd(writer.Id, check.Id);
            }
        }

        return held;
    }

    /// <summary>A word that is neither is taken for the stricter one.</summary>
    private static bool IsGate(MappingNode spec) => spec["enforcement"] is { } node && (node as ScalarNode)?.Text != nameof(Enforcement.Report);

    /// <summary>Where the reference leads nowhere, any of the namespace may be meant.</summary>
    private static IEnumerable<string> LakehousesOf(ParsedResource check, ParsedSet parsed)
    {
        var all = parsed.Resources.Where(r => r.Id.Kind == ResourceKind.Lakehouse && r.Id.Namespace == check.Id.Namespace).Select(r => r.Id.Name).ToList();
        return Claims.LakehouseOf(check) is { } named && all.Contains(named, StringComparer.Ordinal) ? [named] : all;
    }

    /// <summary>On an ingested table only row-level checks gate.</summary>
    private static bool Counts(ParsedResource check, ParsedResource writer) =>
        writer.Id.Kind != ResourceKind.Ingestion || check.Resource is not QualityCheckResource { Spec.Checks: var checks } || checks.Any(PlanBuilder.RowLevelOnly);
}
