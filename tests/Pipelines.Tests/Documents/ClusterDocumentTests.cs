using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Documents;

public sealed class ClusterDocumentTests
{
    /// <summary>What a file says and what an API server made of it are judged alike.</summary>
    [Theory]
    [InlineData("quickstart")]
    [InlineData("shop")]
    public void An_object_is_the_document_that_it_was_applied_from(string sample)
    {
        var folder = Path.Combine(Repository.Root, "config", "samples", sample);
        var files = DocumentSet.Load([.. Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(file => (file, File.ReadAllText(file)))]);
        var objects = files.Documents.Select(document =>
            ClusterDocuments.Read(document.Id, null, JsonDocument.Parse(NodeJson.Of(document.Root["spec"]!)!.ToJsonString()).RootElement)).ToList();
        Assert.NotEmpty(objects);
        Assert.All(files.Documents.Zip(objects), pair => Assert.True(NodeJson.Same(NodeJson.Of(pair.First.Root["spec"]!), NodeJson.Of(pair.Second.Root["spec"]!))));

        var parsed = ParsedSet.Parse(files with { Documents = objects });
        Assert.DoesNotContain(parsed.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.Equal(objects.Count, Catalogue.Build(parsed).Resources.Count);
    }

    [Fact]
    public void What_is_wrong_is_told_by_its_field()
    {
        using var spec = JsonDocument.Parse("""{"lakehouseRef": {"name": "main"}, "sql": 5, "table": "gold.x", "colour": "red"}""");
        var document = ClusterDocuments.Read(new ResourceId(ResourceKind.Transformation, "x", "shop"), null, spec.RootElement);
        var parsed = ParsedSet.Parse(new DocumentSet([document], new SecretSet(), []));
        Assert.Null(Assert.Single(parsed.Resources).Resource);
        Assert.Equal(["spec.colour", "spec.sql"], parsed.Diagnostics.Select(diagnostic => diagnostic.Field).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    public void A_spec_of_any_other_shape_is_an_error_and_no_exception(string spec)
    {
        using var json = JsonDocument.Parse(spec);
        var parsed = ParsedSet.Parse(new DocumentSet([ClusterDocuments.Read(new ResourceId(ResourceKind.Ingestion, "x"), null, json.RootElement)], new SecretSet(), []));
        Assert.Contains(parsed.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }
}
