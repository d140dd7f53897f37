using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>A document and what it says, where that could be understood.</summary>
/// <param name="Resource">Null where the document has errors.</param>
public sealed record ParsedResource(ResourceId Id, Document Document, Resource? Resource);

/// <summary>Documents as strictly typed records: the second stage of <c>DocumentSet</c> → <c>ParsedSet</c> → <c>Catalogue</c>.</summary>
/// <param name="Diagnostics">Those of the documents, then those of their fields.</param>
public sealed record ParsedSet(IReadOnlyList<ParsedResource> Resources, SecretSet Secrets, IReadOnlyList<Diagnostic> Diagnostics)
{
    public static ParsedSet Parse(DocumentSet documents)
    {
        var diagnostics = new List<Diagnostic>(documents.Diagnostics);
        var resources = documents.Documents.Select(document => new ParsedResource(document.Id, document, ResourceReader.Read(document, diagnostics))).ToList();
        return new ParsedSet(resources, documents.Secrets, diagnostics);
    }
}
