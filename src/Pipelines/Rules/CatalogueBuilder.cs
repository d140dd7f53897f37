using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>Applies every rule once, in an order in which each finds what it needs: each resource alone, then what they say of each other, then columns.</summary>
internal sealed class CatalogueBuilder
{
    private readonly ParsedSet parsed;
    private readonly IReadOnlyDictionary<ResourceId, SqlAnalysis> analyses;
    private readonly IReadOnlyList<ExpressionProblem> expressions;
    private readonly Findings findings = new();
    private readonly Claims claims;
    private readonly ReferenceRules references;
    private readonly Dictionary<LakeTable, TableSchema> schemas = [];
    private readonly Dictionary<ResourceId, List<LakeTable>> reads = [];
    private readonly Dictionary<ResourceId, List<LakeTable>> preferences = [];

    public CatalogueBuilder(ParsedSet parsed, IReadOnlyDictionary<ResourceId, SqlAnalysis> analyses, IReadOnlyList<ExpressionProblem> expressions)
    {
        this.parsed = parsed;
        this.analyses = analyses;
        this.expressions = expressions;
        claims = new Claims(parsed.Resources);
        references = new ReferenceRules(parsed, claims, findings);
    }

    public Catalogue Build()
    {
        foreach (var resource in parsed.Resources)
            JudgeAlone(resource);
        foreach (var resource in parsed.Resources)
            JudgeReferences(resource);
        var graph = new PipelineGraph(parsed.Resources.Where(r => r.Id.Kind != ResourceKind.Lakehouse).Select(Node));
        references.JudgeCycles(graph);
        JudgeOutputs(graph);
        foreach (var resource in parsed.Resources)
            JudgeChecks(resource);
        return Complete(graph);
    }

    private void JudgeAlone(ParsedResource resource)
    {
        var subject = new Subject(resource, findings);
        switch (resource.Resource)
        {
            case null:
                findings.Condemn(resource.Id);
                break;
            case LakehouseResource lakehouse:
                LakehouseRules.Judge(subject, lakehouse.Spec);
                break;
            case IngestionResource ingestion:
                foreach (var (name, schema) in IngestionRules.Judge(subject, ingestion.Spec))
                    AddSchema(new LakeTable(resource.Id.Namespace, ingestion.Spec.LakehouseRef.Name, name), resource, schema);
                break;
            case TransformationResource transformation:
                TransformationRules.Judge(subject, transformation.Spec);
                break;
            case QualityCheckResource check:
                CheckRules.Judge(subject, check.Spec);
                break;
        }
    }

    private void JudgeReferences(ParsedResource resource)
    {
        switch (resource.Resource)
        {
            case IngestionResource { Spec.LakehouseRef: var lakehouse }:
                references.JudgeLakehouse(resource, lakehouse);
                references.JudgeWriters(resource);
                break;
            case TransformationResource { Spec: var spec }:
                references.JudgeLakehouse(resource, spec.LakehouseRef);
                references.JudgeWriters(resource);
                JudgeSql(resource, spec);
                break;
            case QualityCheckResource { Spec: var spec }:
                references.JudgeLakehouse(resource, spec.LakehouseRef);
                JudgeCheckedTables(resource, spec);
                break;
        }
    }

    private void JudgeSql(ParsedResource resource, TransformationSpec spec)
    {
        if (!analyses.TryGetValue(resource.Id, out var analysis))
            return;
        if (analysis.Problem is { } problem)
            findings.Sql(resource, "spec.sql", problem);
        foreach (var text in analysis.Reads.Select(r => r.Table).Distinct(StringComparer.Ordinal))
        {
            if (references.JudgeRead(resource, spec.LakehouseRef.Name, "spec.sql", text, "the SQL reads") is { } table)
                Add(reads, resource.Id, table);
        }
    }

    private void JudgeCheckedTables(ParsedResource resource, QualityCheckSpec spec)
    {
        var lakehouse = spec.LakehouseRef.Name;
        if (!TableName.TryParse(spec.Table, out _) || references.JudgeRead(resource, lakehouse, "spec.table", spec.Table, "this checks") is not { } table)
            return;
        Add(reads, resource.Id, table);
        for (var i = 0; i < spec.Checks.Count; i++)
        {
            if (spec.Checks[i].Reference is not { } reference || !TableName.TryParse(reference.To, out _))
                continue;
            if (references.JudgeRead(resource, lakehouse, $"spec.checks[{i}].reference.to", reference.To, "this refers to") is not { } target)
                continue;
            Add(reads, resource.Id, target);

            // The run that writes the table evaluates its gates, so it is better off after the tables that they refer to.
            if (spec.Enforcement == Enforcement.Gate && claims.WriterOf(table) is { } writer)
                Add(preferences, writer.Id, target);
        }
    }

    private GraphNode Node(ParsedResource resource)
    {
        var writes = Claims.TablesOf(resource).Select(t => t.Table).Where(t => claims.WriterOf(t) == resource).Distinct().ToList();
        if (resource.Id.Kind == ResourceKind.Ingestion)
            writes.AddRange(writes.Select(t => t with { Name = t.Name.Quarantine }).ToList());
        return new GraphNode(resource.Id, reads.GetValueOrDefault(resource.Id, []), writes, preferences.GetValueOrDefault(resource.Id, []));
    }

    private void JudgeOutputs(PipelineGraph graph)
    {
        var byId = parsed.Resources.ToDictionary(r => r.Id);
        foreach (var id in graph.Order.Where(id => id.Kind == ResourceKind.Transformation))
        {
            var resource = byId[id];
            if (resource.Resource is not TransformationResource { Spec: var spec })
                continue;
            var schema = TransformationRules.JudgeOutput(new Subject(resource, findings), spec, analyses.GetValueOrDefault(id)?.Columns);
            foreach (var (_, table) in Claims.TablesOf(resource))
                AddSchema(table, resource, schema);
        }
    }

    private void JudgeChecks(ParsedResource resource)
    {
        if (resource.Resource is not QualityCheckResource { Spec: var spec } || !TableName.TryParse(spec.Table, out var name))
            return;
        var table = new LakeTable(resource.Id.Namespace, spec.LakehouseRef.Name, name);
        var ingested = claims.WriterOf(table)?.Id.Kind == ResourceKind.Ingestion;
        CheckTableRules.Judge(new Subject(resource, findings), spec, ingested, schemas.GetValueOrDefault(table), SchemaOf);
        foreach (var expression in expressions.Where(e => e.Resource == resource.Id))
            findings.Sql(resource, expression.Field, expression.Problem);

        TableSchema? SchemaOf(string other) => TableName.TryParse(other, out var to) ? schemas.GetValueOrDefault(table with { Name = to }) : null;
    }

    private void AddSchema(LakeTable table, ParsedResource writer, TableSchema? schema)
    {
        if (claims.WriterOf(table) != writer)
            return;
        if (schema is not null)
            schemas[table] = schema;
        if (writer.Id.Kind == ResourceKind.Ingestion)
            schemas[table with { Name = table.Name.Quarantine }] = IngestedColumns.Quarantine;
    }

    private static void Add(Dictionary<ResourceId, List<LakeTable>> tables, ResourceId id, LakeTable table)
    {
        if (!tables.TryGetValue(id, out var list))
            tables[id] = list = [];
        if (!list.Contains(table))
            list.Add(table);
    }

    private Catalogue Complete(PipelineGraph graph)
    {
        var resources = parsed.Resources.Select(r => r.Resource).OfType<Resource>().ToList();
        return new Catalogue(
            resources,
            resources.Select(r => r.Id).Where(id => !findings.Invalid.Contains(id)).ToHashSet(),
            findings.Invalid,
            graph,
            analyses.ToDictionary(a => a.Key, a => a.Value.Reads),
            schemas,
            parsed.Secrets,
            [.. parsed.Diagnostics.Concat(findings.Diagnostics)
                .OrderBy(d => d.Place?.File, StringComparer.Ordinal).ThenBy(d => d.Place?.Line).ThenBy(d => d.Place?.Column)])
        {
            HeldBy = InvalidGates.WritersOf(parsed, findings.Invalid, claims),
        };
    }
}
