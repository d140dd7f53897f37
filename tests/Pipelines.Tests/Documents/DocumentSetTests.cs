using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Tests.Documents;

public sealed class DocumentSetTests
{
    private const string Head = "apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: {name: main}\n";

    [Fact]
    public void Several_documents_and_files_are_one_set_in_order()
    {
        var set = Load(("a.yaml", $"{Head}---\n# only a comment\n---\n{Head.Replace("main", "b")}"), ("b.json", "{\"apiVersion\":\"lakehouse.dev/v1alpha1\",\"kind\":\"Ingestion\",\"metadata\":{\"name\":\"i\"}}"));
        Assert.Empty(set.Diagnostics);
        Assert.Equal(["Lakehouse/main", "Lakehouse/b", "Ingestion/i"], set.Documents.Select(d => d.Id.ToString()));
    }

    [Theory]
    [InlineData("List", "v1")]
    [InlineData("LakehouseList", "lakehouse.dev/v1alpha1")]
    public void Lists_are_unpacked(string kind, string apiVersion)
    {
        var item = Head.Replace("\n", "\n  ").TrimEnd();
        var set = Load(("a.yaml", $"apiVersion: {apiVersion}\nkind: {kind}\nitems:\n- {item}\n- {item.Replace("main", "other")}\n"));
        Assert.Empty(set.Diagnostics);
        Assert.Equal(["main", "other"], set.Documents.Select(d => d.Id.Name));
    }

    [Fact]
    public void A_syntax_error_hides_no_other_document()
    {
        var set = Load(("a.yaml", $"{Head}---\nkind: [\n---\n{Head.Replace("main", "c")}"));
        Assert.Equal(["main", "c"], set.Documents.Select(d => d.Id.Name));
        var error = Assert.Single(set.Diagnostics);
        Assert.Equal("LH1001", error.Code.Id);
        Assert.InRange(error.Place!.Line, 5, 6);
    }

    [Fact]
    public void Separators_inside_a_block_scalar_are_text()
    {
        var set = Load(("a.yaml", $"{Head}spec:\n  x: |\n    ---\n    a\n"));
        Assert.Equal("---\na\n", ((ScalarNode)((MappingNode)Assert.Single(set.Documents).Root["spec"]!)["x"]!).Text);
    }

    [Theory]
    [InlineData("%YAML 1.1\n---\n")]
    [InlineData("# comment\n%YAML 1.1\n# another\n---\n")]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF---\n")]
    [InlineData("--- # comment\n")]
    [InlineData("\n\n---\n---\n")]
    public void What_stands_before_a_document_does_no_harm(string before)
    {
        var set = Load(("a.yaml", before + Head));
        Assert.Empty(set.Diagnostics);
        Assert.Equal("main", Assert.Single(set.Documents).Id.Name);
    }

    [Fact]
    public void Line_ends_of_every_system_count_as_one_line()
    {
        foreach (var end in new[] { "\n", "\r\n", "\r" })
        {
            var document = Assert.Single(Load(("a.yaml", (Head + "spec: {x: 1}\n").Replace("\n", end))).Documents);
            Assert.Equal((4, 11), (document.PlaceOf("spec.x").Line, document.PlaceOf("spec.x").Column));
            Assert.Equal("spec: {x: 1}", document.PlaceOf("spec.x").SourceLine);
        }
    }

    [Fact]
    public void A_document_that_comes_again_is_merged_over_the_first_and_places_follow_the_winner()
    {
        var set = Load(
            ("cluster.yaml", $"{Head}spec:\n  a: 1\n  b: {{c: 2, d: 3}}\n  e: [1, 2]\n"),
            ("laptop.yaml", $"{Head}spec:\n  b: {{c: 4, d: null}}\n  e: [9]\n"));
        Assert.Empty(set.Diagnostics);
        var document = Assert.Single(set.Documents);
        Assert.Equal("""{"a":1,"b":{"c":4},"e":[9]}""", NodeJson.Of(document.Root["spec"]!)!.ToJsonString());
        Assert.Equal("cluster.yaml", document.PlaceOf("spec.a").File);
        Assert.Equal("laptop.yaml", document.PlaceOf("spec.b.c").File);
        Assert.Equal("laptop.yaml", document.PlaceOf("spec.e[0]").File);
    }

    [Fact]
    public void The_same_name_in_another_namespace_or_kind_is_another_document() =>
        Assert.Equal(3, Load(("a.yaml", $"{Head}---\n{Head.Replace("{name: main}", "{name: main, namespace: x}")}---\n{Head.Replace("Lakehouse\n", "Ingestion\n")}")).Documents.Count);

    [Fact]
    public void A_document_that_comes_twice_in_one_file_is_warned_of()
    {
        var set = Load(("a.yaml", $"{Head}---\n{Head}"));
        var warning = Assert.Single(set.Diagnostics);
        Assert.Equal(("LH1018", DiagnosticSeverity.Warning), (warning.Code.Id, warning.Severity));
    }

    [Theory]
    [InlineData("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\n")]
    public void Other_kinds_are_ignored_with_a_note(string text)
    {
        var set = Load(("a.yaml", text));
        Assert.Empty(set.Documents);
        Assert.Equal(DiagnosticSeverity.Note, Assert.Single(set.Diagnostics).Severity);
    }

    [Theory]
    [InlineData("kind: Lakehouse\nmetadata: {name: x}\n", "LH1002")]
    [InlineData("apiVersion: lakehouse.dev/v1alpha1\nmetadata: {name: x}\n", "LH1002")]
    [InlineData("apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\n", "LH1002")]
    [InlineData("apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: {name: 5}\n", "LH1002")]
    [InlineData("apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: []\n", "LH1002")]
    [InlineData("apiVersion: lakehouse.dev/v2\nkind: Lakehouse\nmetadata: {name: x}\n", "LH1011")]
    [InlineData("apiVersion: lakehous.dev/v1alpha1\nkind: Lakehouse\nmetadata: {name: x}\n", "LH1011")]
    [InlineData("apiVersion: lakehouse.dev/v1alpha1\nkind: Transfomation\nmetadata: {name: x}\n", "LH1012")]
    [InlineData("- a\n- b\n", "LH1002")]
    [InlineData("just words\n", "LH1002")]
    [InlineData("apiVersion: v1\nkind: List\n", "LH1005")]
    public void What_is_no_resource_of_ours_and_no_other_is_an_error(string text, string code)
    {
        var set = Load(("a.yaml", text));
        Assert.Empty(set.Documents);
        Assert.Equal(code, Assert.Single(set.Diagnostics).Code.Id);
    }

    [Fact]
    public void Secrets_are_handed_out_as_bytes_and_merge_as_every_document_does()
    {
        const string secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
        var set = Load(("a.yaml", $"{secret}data: {{a: AAH/, b: eA==}}\nstringData: {{c: ключ}}\n"), ("b.yaml", $"{secret}stringData: {{b: over}}\n"));
        Assert.Empty(set.Diagnostics);
        Assert.Equal(["default/s"], set.Secrets.Names);
        Assert.Equal([0, 1, 255], set.Secrets.Find("default", "s", "a")!.Value.ToArray());
        Assert.Equal("over", Encoding.UTF8.GetString(set.Secrets.Find("default", "s", "b")!.Value.Span));
        Assert.Equal("ключ", Encoding.UTF8.GetString(set.Secrets.Find("default", "s", "c")!.Value.Span));
        Assert.Null(set.Secrets.Find("default", "s", "d"));
        Assert.Null(set.Secrets.Find("other", "s", "a"));
    }

    [Theory]
    [InlineData("data: {p: hunter2!}\n")]
    [InlineData("data: {p: 5, q: [hunter2!]}\n")]
    [InlineData("stringData: {p: hunter2!, p: hunter2!}\n")]
    [InlineData("stringData: {p: 'hunter2!\n")]
    [InlineData("stringData: {p: \"hunter2!\\q\"}\n")]
    [InlineData("stringData: hunter2!\n")]
    [InlineData("stringData:\n  p: .inf # hunter2!\n")]
    [InlineData("stringData:\n  p: \0hunter2!\n")]
    [InlineData("stringData:\n  p: *hunter2\n")]
    public void No_error_in_a_secret_shows_any_of_it(string body)
    {
        var set = Load(("a.yaml", $"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{body}"));
        Assert.NotEmpty(set.Diagnostics);
        Assert.DoesNotContain("hunter2!", string.Join('\n', set.Diagnostics.Select(DiagnosticText.Render)), StringComparison.Ordinal);
        Assert.All(set.Diagnostics, d => Assert.Null(d.Place!.SourceLine));
    }

    private static DocumentSet Load(params (string File, string Text)[] texts) => DocumentSet.Load(texts);
}
