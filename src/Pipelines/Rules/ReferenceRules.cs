using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>What resources say of each other. A fault counts against the resource that can mend it; those that hang on it only wait.</summary>
internal sealed class ReferenceRules(ParsedSet parsed, Claims claims, Findings findings)
{
    private readonly Dictionary<ResourceId, ParsedResource> byId = parsed.Resources.ToDictionary(r => r.Id);

    /// <summary>The Lakehouse is there, and the layers of written tables are its own.</summary>
    public void JudgeLakehouse(ParsedResource resource, LakehouseRef reference)
    {
        var id = new ResourceId(ResourceKind.Lakehouse, reference.Name, resource.Id.Namespace);
        if (!byId.TryGetValue(id, out var lakehouse))
        {
            var names = parsed.Resources.Where(r => r.Id.Kind == ResourceKind.Lakehouse && r.Id.Namespace == resource.Id.Namespace).Select(r => r.Id.Name).ToList();
            findings.Error(
                resource, DocumentCodes.UnknownLakehouse, "spec.lakehouseRef.name", $"there is no Lakehouse \"{reference.Name}\" in the namespace {resource.Id.Namespace}",
                names.Count == 0 ? "declare one: kind: Lakehouse" : Spelling.Suggest(reference.Name, names, "there are"));
            return;
        }

        if (lakehouse.Resource is not LakehouseResource { Spec: var spec })
            return;
        foreach (var (field, table) in Claims.TablesOf(resource))
            JudgeLayer(resource, field, table.Name, spec);
    }

    /// <summary>Nobody else wrote the table first.</summary>
    public void JudgeWriters(ParsedResource resource)
    {
        var own = new HashSet<LakeTable>();
        foreach (var (field, table) in Claims.TablesOf(resource))
        {
            if (!own.Add(table))
                findings.Error(resource, DocumentCodes.TwoWriters, field, $"{table} comes twice in this Ingestion", "a table has one entry");
            else if (claims.WriterOf(table) is { } writer && writer.Id != resource.Id)
                findings.Error(resource, DocumentCodes.TwoWriters, field, $"{table} is written by {writer.Id} already, which comes first", "write another table, or make both one resource");
        }
    }

    /// <summary>A table that is read is one that some resource writes.</summary>
    /// <returns>The table, where it can be named.</returns>
    public LakeTable? JudgeRead(ParsedResource resource, string lakehouse, string field, string text, string what)
    {
        if (!TableName.TryParse(text, out var name))
        {
            findings.Error(resource, DocumentCodes.UnknownTable, field, $"{what} \"{text}\", which is not layer.table", "name tables as layer.table");
            return null;
        }

        var table = new LakeTable(resource.Id.Namespace, lakehouse, name);
        if (claims.WriterOf(table) is not null)
            return table;
        var names = claims.NamesIn(resource.Id.Namespace, lakehouse).ToList();
        findings.Error(resource, DocumentCodes.UnknownTable, field, $"{what} {name}, which no resource writes", Spelling.Suggest(text, names, "tables"));
        return null;
    }

    /// <summary>Everything on a cycle is invalid: none of it could ever run first.</summary>
    public void JudgeCycles(PipelineGraph graph)
    {
        foreach (var cycle in graph.Cycles)
        {
            var names = cycle.Select(id => id.Name).ToList();
            for (var i = 0; i < cycle.Count - 1; i++)
            {
                var resource = byId[cycle[i]];
                var round = names.Skip(i).Take(names.Count - 1 - i).Concat(names.Take(i + 1));
                var message = cycle.Count == 2
                    ? $"{cycle[0].Name} reads the table that it writes, {graph.WritesOf(cycle[0])[0]}"
                    : $"tables are made from each other in a circle: {string.Join(" -> ", round)}";
                findings.Error(resource, DocumentCodes.Cycle, "spec.sql", message, cycle.Count == 2 ? "read another table" : "take one of the reads out");
            }

            // More may be tangled up than the one way round that is shown.
            foreach (var id in graph.Ancestors(cycle[0]).Intersect(graph.Descendants(cycle[0])).Except(cycle))
                findings.Error(byId[id], DocumentCodes.Cycle, "spec.sql", $"tables are made from each other in a circle through {string.Join(" -> ", names)}", "take one of the reads out");
        }
    }

    private void JudgeLayer(ParsedResource resource, string field, TableName table, LakehouseSpec lakehouse)
    {
        var layers = Layers.Of(lakehouse);
        if (!layers.Contains(table.Layer, StringComparer.Ordinal))
        {
            findings.Error(
                resource, DocumentCodes.UnknownLayer, field, $"the Lakehouse has no layer \"{table.Layer}\"",
                Spelling.Suggest(table.Layer, layers, "layers") + "; others are declared in spec.layers of the Lakehouse");
        }
    }
}
