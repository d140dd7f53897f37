using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Tests.Codes;

namespace LakehouseOperator.Pipelines.Tests.Documents;

/// <summary>
/// <c>testdata/kubectl.json</c> was written by kubectl 1.32 itself (<c>kubectl label --local -o json</c>): a body and what it made of it, null where it refused.
/// </summary>
public sealed class KubectlReadingTests
{
    /// <summary>YAML 1.1 has no <c>\/</c>, but JSON has, and a JSON document may come with comments or after another.</summary>
    private const string Lenient = "escaped slash";

    public static TheoryData<string> Names => [.. Cases().Select(c => (string)c!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_is_read_as_kubectl_reads_it(string name)
    {
        var example = Cases().Single(c => (string)c!["name"]! == name)!;
        var text = "apiVersion: v1\nkind: Foo\nmetadata: {name: x}\n" + (string)example["yaml"]!;
        var source = new SourceText("f.yaml", text);
        var diagnostics = new List<Diagnostic>();
        var roots = YamlStream.Split(source).SelectMany(chunk => YamlReader.Read(source, chunk, diagnostics)).ToList();
        var refused = diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error);

        if (example["json"] is null && name != Lenient)
        {
            Assert.True(refused, "kubectl refuses it");
            return;
        }

        Assert.False(refused, string.Join('\n', diagnostics.Select(DiagnosticText.Render)));
        var actual = NodeJson.Of(Assert.Single(roots))!["spec"];
        if (name == Lenient)
            return;
        Assert.True(NodeJson.Same(example["json"]!["spec"], actual), $"expected {example["json"]!["spec"]?.ToJsonString()}, read {actual?.ToJsonString()}");
    }

    private static JsonArray Cases() => JsonNode.Parse(File.ReadAllText(RepositoryFiles.TestData("kubectl.json")))!.AsArray();
}
