using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>
/// Who writes which table, read from the documents themselves, so that a resource with errors keeps its tables: whoever reads them waits
/// for it and is not told that nobody writes them. The first claim on a table counts.
/// </summary>
internal sealed class Claims
{
    private readonly Dictionary<LakeTable, ParsedResource> writers = [];

    public Claims(IReadOnlyList<ParsedResource> resources)
    {
        foreach (var resource in resources)
        {
            foreach (var (_, table) in TablesOf(resource))
                writers.TryAdd(table, resource);
        }
    }

    /// <summary>The writer of the table or, for a quarantine table, the Ingestion that fills it.</summary>
    public ParsedResource? WriterOf(LakeTable table)
    {
        if (writers.TryGetValue(table, out var writer))
            return writer;
        if (!table.Name.IsQuarantine)
            return null;
        var good = table with { Name = table.Name with { Table = table.Name.Table[..^TableName.QuarantineSuffix.Length] } };
        return writers.TryGetValue(good, out writer) && writer.Id.Kind == ResourceKind.Ingestion ? writer : null;
    }

    /// <summary>Names of the tables that are written in the same Lakehouse.</summary>
    public IEnumerable<string> NamesIn(string resourceNamespace, string lakehouse) =>
        writers.Keys.Where(t => t.Namespace == resourceNamespace && t.Lakehouse == lakehouse).Select(t => t.Name.ToString()).Order(StringComparer.Ordinal);

    /// <summary>The tables that the document says it writes, with the field that says so.</summary>
    public static IEnumerable<(string Field, LakeTable Table)> TablesOf(ParsedResource resource)
    {
        if (resource.Document.Root["spec"] is not MappingNode spec || LakehouseOf(resource) is not { } lakehouse)
            yield break;
        if (resource.Id.Kind == ResourceKind.Transformation && Table(spec["table"]) is { } output)
            yield return ("spec.table", new LakeTable(resource.Id.Namespace, lakehouse, output));
        if (resource.Id.Kind != ResourceKind.Ingestion || spec["tables"] is not SequenceNode tables)
            yield break;
        for (var i = 0; i < tables.Items.Count; i++)
        {
            if (tables.Items[i] is MappingNode table && Table(table["name"]) is { } name)
                yield return ($"spec.tables[{i}].name", new LakeTable(resource.Id.Namespace, lakehouse, name));
        }
    }

    /// <summary>The Lakehouse that the document names.</summary>
    public static string? LakehouseOf(ParsedResource resource) =>
        resource.Document.Root["spec"] is MappingNode spec && spec["lakehouseRef"] is MappingNode reference && reference["name"] is ScalarNode { Kind: ScalarKind.String } name
            ? name.Text
            : null;

    private static TableName? Table(Node? node) =>
        node is ScalarNode { Kind: ScalarKind.String } scalar && TableName.TryParse(scalar.Text, out var name) ? name : null;
}
