using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;

namespace LakehouseOperator.Pipelines.Tests.Specs;

public sealed class ParsedSetTests
{
    private const string Head = "apiVersion: lakehouse.dev/v1alpha1\nkind: QualityCheck\nmetadata: {name: q}\nspec:\n  lakehouseRef: {name: main}\n  table: gold.t\n";

    [Fact]
    public void Every_member_of_a_spec_arrives()
    {
        var spec = Check("""
              enforcement: Gate
              checks:
              - {name: a, severity: Warning, where: x > 1, missing: {column: c, maxPercent: 0.5}}
              - {name: b, values: {column: c, in: [placed, "5", 5, 1.5, 0x10, true, "yes"]}}
              - {name: c, freshness: {column: c, maxAge: 1h}}
              - {name: d, rowCount: {min: 1e3, max: 1_000_000}}
              runner: {resources: {limits: {memory: 1000000000}}, scratch: {sizeLimit: 1e9}}
            """);
        Assert.Equal(Enforcement.Gate, spec.Enforcement);
        Assert.Equal((CheckSeverity.Warning, "x > 1", 0.5), (spec.Checks[0].Severity, spec.Checks[0].Where, spec.Checks[0].Missing!.MaxPercent));
        Assert.Equal(["\"placed\"", "\"5\"", "5", "1.5", "16", "true", "\"yes\""], spec.Checks[1].Values!.In.Select(v => v.GetRawText()));
        Assert.Equal(TimeSpan.FromHours(1), spec.Checks[2].Freshness!.MaxAge.Value);
        Assert.Equal((1000L, 1_000_000L), (spec.Checks[3].RowCount!.Min!.Value, spec.Checks[3].RowCount!.Max!.Value));
        Assert.Equal(1_000_000_000L, spec.Runner!.Scratch!.SizeLimit!.Value.Bytes);
    }

    [Fact]
    public void Defaults_hold_where_nothing_or_null_is_written()
    {
        var spec = Check("  enforcement:\n  runner: ~\n  checks: [{name: a, severity: null, schema: {columns: [{name: x, type: BIGINT}]}}]\n");
        Assert.Equal((Enforcement.Report, CheckSeverity.Error, true), (spec.Enforcement, spec.Checks[0].Severity, spec.Checks[0].Schema!.AllowExtra));
        Assert.Null(spec.Runner);
    }

    [Fact]
    public void Json_leaves_out_what_is_not_set_and_reads_back_as_the_same()
    {
        var spec = Check("  checks: [{name: a, rowCount: {min: 1}}]\n");
        var json = JsonSerializer.Serialize(spec, SpecJson.Default.QualityCheckSpec);
        Assert.Equal("""{"lakehouseRef":{"name":"main"},"table":"gold.t","checks":[{"name":"a","severity":"Error","rowCount":{"min":1}}],"enforcement":"Report"}""", json);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, SpecJson.Default.QualityCheckSpec), SpecJson.Default.QualityCheckSpec));
    }

    [Fact]
    public void What_a_cluster_adds_to_a_document_is_accepted()
    {
        var text = Head.Replace("{name: q}", "{name: q, uid: x, resourceVersion: \"5\", creationTimestamp: null, managedFields: [{a: b}], finalizers: [x], annotations: {a: b}}", StringComparison.Ordinal);
        var set = Parse(text + "  checks: [{name: a, rowCount: {min: 1}}]\nstatus: {anything: [goes]}\n");
        Assert.Empty(set.Diagnostics);
        Assert.Equal("b", Assert.Single(set.Resources).Resource!.Metadata.Annotations!["a"]);
    }

    [Fact]
    public void Ten_thousand_checks_are_one_complaint()
    {
        var checks = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"  - {{name: c{i}}}\n"));
        var error = Assert.Single(Parse($"{Head}  checks:\n{checks}").Diagnostics);
        Assert.Equal(("LH1007", "10000 items are more than 100"), (error.Code.Id, error.Message));
    }

    [Fact]
    public void Long_sql_is_refused_and_not_repeated()
    {
        var text = Head.Replace("QualityCheck", "Transformation", StringComparison.Ordinal) + "  sql: SELECT '" + new string('x', 200_000) + "'\n";
        var error = Assert.Single(Parse(text).Diagnostics);
        Assert.Equal(("LH1007", "spec.sql"), (error.Code.Id, error.Field));
        Assert.True(DiagnosticText.Render(error).Length < 1000);
    }

    /// <summary>"Every list has maxItems, every string maxLength": the parser holds lists without bounds of their own to a default, and so will the schema.</summary>
    [Fact]
    public void Unbounded_texts_and_maps_have_a_default_bound()
    {
        var labels = string.Join(", ", Enumerable.Range(0, 1001).Select(i => $"l{i}: x"));
        Assert.Equal("LH1007", Assert.Single(Parse(Head.Replace("{name: q}", $"{{name: q, labels: {{{labels}}}}}", StringComparison.Ordinal) + "  checks: [{name: a, rowCount: {min: 1}}]\n").Diagnostics).Code.Id);
        Assert.Equal("LH1007", Assert.Single(Parse(Head.Replace("{name: q}", $"{{name: q, labels: {{a: {new string('x', 5000)}}}}}", StringComparison.Ordinal) + "  checks: [{name: a, rowCount: {min: 1}}]\n").Diagnostics).Code.Id);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("a.b-c.0", true)]
    [InlineData("", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a..b", false)]
    [InlineData(".a", false)]
    [InlineData("ä", false)]
    [InlineData("../x", false)]
    public void Names_are_dns_names(string name, bool valid) => Assert.Equal(valid, KubernetesNames.IsSubdomain(name));

    [Fact]
    public void Names_are_as_long_as_kubernetes_allows()
    {
        Assert.True(KubernetesNames.IsSubdomain(new string('a', 253)));
        Assert.False(KubernetesNames.IsSubdomain(new string('a', 254)));
        Assert.True(KubernetesNames.IsLabel(new string('a', 63)));
        Assert.False(KubernetesNames.IsLabel(new string('a', 64)));
    }

    private static QualityCheckSpec Check(string spec)
    {
        var set = Parse(Head + spec);
        Assert.Empty(set.Diagnostics.Select(DiagnosticText.Render));
        return Assert.IsType<QualityCheckResource>(Assert.Single(set.Resources).Resource).Spec;
    }

    private static ParsedSet Parse(string text) => ParsedSet.Parse(DocumentSet.Load([("f.yaml", text)]));
}
