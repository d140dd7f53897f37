using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Rules;

public sealed class CatalogueTests
{
    private const string Main = "apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: {name: main}\n";

    [Fact]
    public async Task Columns_flow_through_the_graph_in_its_order()
    {
        var judge = new MarkedSqlJudge();
        var catalogue = await Build(
            judge,
            Transformation("z-first", "silver.a", "SELECT 1 /* returns x BIGINT, at TIMESTAMPTZ */ FROM bronze.t", "[{column: at, transform: Day, as: day}]"),
            Transformation("a-last", "gold.b", "SELECT 1 FROM silver.a JOIN bronze.t"),
            Ingestion("in", "bronze.t"));
        Assert.Empty(catalogue.Diagnostics);
        Assert.Equal(["bronze.t(id _ingested_at _source _source_position)", "silver.a(x at day), bronze.t(id _ingested_at _source _source_position)"], judge.Bound);
        Assert.Equal(["in", "z-first", "a-last"], catalogue.Graph.Order.Select(id => id.Name));
    }

    /// <summary>A past version may have had other columns.</summary>
    [Fact]
    public async Task What_pins_a_version_is_not_bound_to_the_columns_of_now()
    {
        var judge = new MarkedSqlJudge();
        var catalogue = await Build(
            judge, Ingestion("in", "bronze.t"), Transformation("pinned", "silver.a", "SELECT BAD FROM bronze.t AT (VERSION => 3)"), Transformation("next", "gold.b", "SELECT BAD FROM silver.a"));
        Assert.Empty(catalogue.Diagnostics);
        Assert.Empty(judge.Bound);
        Assert.Equal(3, Assert.Single(catalogue.Reads[new ResourceId(ResourceKind.Transformation, "pinned")]).PinnedVersion);
    }

    [Fact]
    public async Task What_hangs_on_an_invalid_resource_only_waits()
    {
        var catalogue = await Build(
            new MarkedSqlJudge(),
            Ingestion("in", "bronze.t").Replace("type: BIGINT", "type: NONSENSE", StringComparison.Ordinal),
            Transformation("next", "silver.a", "SELECT 1 FROM bronze.t"),
            Transformation("typed-wrong", "silver.b", "SELECT 1 FROM bronze.t").Replace("sql:", "sqll:", StringComparison.Ordinal),
            Transformation("after-that", "gold.c", "SELECT 1 FROM silver.b"));
        Assert.Equal(["Ingestion/in", "Transformation/typed-wrong"], catalogue.Invalid.Select(id => id.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(["Lakehouse/main", "Transformation/after-that", "Transformation/next"], catalogue.Valid.Select(id => id.ToString()).Order(StringComparer.Ordinal));
        Assert.Null(catalogue.Find(new ResourceId(ResourceKind.Ingestion, "in")));
        Assert.NotNull(catalogue.Find(new ResourceId(ResourceKind.Transformation, "next")));
    }

    [Fact]
    public async Task Quarantine_tables_can_be_read()
    {
        var catalogue = await Build(new MarkedSqlJudge(), Ingestion("in", "bronze.t"), Transformation("q", "silver.q", "SELECT 1 FROM bronze.t__quarantine"));
        Assert.Empty(catalogue.Diagnostics);
        Assert.Equal("in", Assert.Single(catalogue.Graph.ProducersOf(new ResourceId(ResourceKind.Transformation, "q"))).Name);
    }

    [Fact]
    public async Task Tables_of_two_lakehouses_and_namespaces_are_different_tables()
    {
        var other = Main.Replace("main", "other", StringComparison.Ordinal);
        var catalogue = await Build(
            new MarkedSqlJudge(),
            other,
            Main.Replace("{name: main}", "{name: main, namespace: ns}", StringComparison.Ordinal),
            Ingestion("one", "bronze.t"),
            Ingestion("two", "bronze.t").Replace("lakehouseRef: {name: main}", "lakehouseRef: {name: other}", StringComparison.Ordinal),
            Ingestion("one", "bronze.t").Replace("{name: one }", "{name: one, namespace: ns}", StringComparison.Ordinal));
        Assert.Empty(catalogue.Diagnostics);
        Assert.Equal(6, catalogue.Graph.Tables.Count);
    }

    [Fact]
    public async Task A_run_comes_after_the_tables_that_its_gates_refer_to()
    {
        var catalogue = await Build(
            new MarkedSqlJudge(),
            Ingestion("in", "bronze.t"),
            Transformation("a-orders", "silver.orders", "SELECT 1 FROM bronze.t"),
            Transformation("b-users", "silver.users", "SELECT 1 FROM bronze.t"),
            Gate("gate", "silver.orders", "{name: users, reference: {columns: [id], to: silver.users}}"));
        Assert.Empty(catalogue.Diagnostics);
        Assert.Equal(["in", "b-users", "a-orders", "gate"], catalogue.Graph.Order.Select(id => id.Name));
    }

    [Theory]
    [InlineData("{name: c, missing: {column: nowhere}}", "")]
    [InlineData("{name: c, mising: {column: id}}", "")]
    [InlineData("{name: c, missing: {column: id}}", "enforcement: Gate>enforcement: gate")]
    [InlineData("{name: c, missing: {column: id}}", "lakehouseRef: {name: main}>lakehouseRef: {name: mian}")]
    public async Task A_gate_with_a_mistake_holds_whoever_writes_its_table(string check, string edit)
    {
        var gate = Gate("gate", "silver.a", check);
        if (edit.Split('>') is [var from, var to])
            gate = gate.Replace(from, to, StringComparison.Ordinal);
        var catalogue = await Build(
            new MarkedSqlJudge(),
            Ingestion("in", "bronze.t"),
            Transformation("made", "silver.a", "SELECT 1 /* returns id BIGINT */ FROM bronze.t"),
            Transformation("other", "silver.b", "SELECT 1 /* returns id BIGINT */ FROM bronze.t"),
            gate);
        Assert.Contains(new ResourceId(ResourceKind.QualityCheck, "gate"), catalogue.Invalid);
        Assert.Equal([new(new ResourceId(ResourceKind.Transformation, "made"), new ResourceId(ResourceKind.QualityCheck, "gate"))], catalogue.HeldBy);
    }

    [Theory]
    [InlineData("silver.a", "{name: c, missing: {column: nowhere}}", "Report")]
    [InlineData("silver.a", "{name: c, missing: {column: id}}", "Gate")]
    [InlineData("bronze.t", "{name: c, unique: {columns: [nowhere]}}", "Gate")]
    public async Task Nobody_is_held_by_a_report_a_valid_gate_or_one_that_an_ingestion_does_not_ask(string table, string check, string enforcement)
    {
        var catalogue = await Build(
            new MarkedSqlJudge(),
            Ingestion("in", "bronze.t"),
            Transformation("made", "silver.a", "SELECT 1 /* returns id BIGINT */ FROM bronze.t"),
            Gate("gate", table, check).Replace("enforcement: Gate", $"enforcement: {enforcement}", StringComparison.Ordinal));
        Assert.Empty(catalogue.HeldBy);
    }

    [Fact]
    public async Task Gates_that_refer_to_each_others_tables_are_no_cycle()
    {
        var catalogue = await Build(
            new MarkedSqlJudge(),
            Ingestion("in", "bronze.t"),
            Transformation("a", "silver.a", "SELECT 1 FROM bronze.t"),
            Transformation("b", "silver.b", "SELECT 1 FROM bronze.t"),
            Gate("ga", "silver.a", "{name: x, reference: {columns: [id], to: silver.b}}"),
            Gate("gb", "silver.b", "{name: x, reference: {columns: [id], to: silver.a}}"));
        Assert.Empty(catalogue.Diagnostics);
        Assert.Equal(["in", "a", "b", "ga", "gb"], catalogue.Graph.Order.Select(id => id.Name));
    }

    [Fact]
    public void Without_anyone_to_ask_the_rest_is_still_judged()
    {
        var catalogue = Catalogue.Build(Parse([Main, Ingestion("in", "bronze.t"), Transformation("x", "nowhere.a", "SELECT 1 FROM bronze.nothing")]));
        Assert.Equal("LH1102", Assert.Single(catalogue.Diagnostics).Code.Id);
    }

    [Fact]
    public void Ten_thousand_resources_are_judged_in_seconds()
    {
        var texts = Enumerable.Range(0, 5000).SelectMany(i => new[] { Transformation($"t{i}", $"silver.t{i}", "SELECT 1"), Gate($"g{i}", $"silver.t{i}", "{name: x, rowCount: {min: 1}}") });
        var analyses = Enumerable.Range(1, 4999).ToDictionary(i => new ResourceId(ResourceKind.Transformation, $"t{i}"), i => new SqlAnalysis([new SqlRead($"silver.t{i - 1}")], [new SqlResultColumn("id", "BIGINT")]));
        var catalogue = Catalogue.Build(Parse([Main, .. texts]), analyses);
        Assert.Empty(catalogue.Diagnostics);
        Assert.Equal(4999, catalogue.Graph.Descendants(new ResourceId(ResourceKind.Transformation, "t0")).Count(id => id.Kind == ResourceKind.Transformation));
    }

    internal static ParsedSet Parse(IEnumerable<string> texts) => ParsedSet.Parse(DocumentSet.Load([.. texts.Select((text, i) => ($"f{i}.yaml", text))]));

    private static Task<Catalogue> Build(MarkedSqlJudge judge, params string[] texts) =>
        Catalogue.BuildAsync(Parse([Main, .. texts]), judge, TestContext.Current.CancellationToken);

    private static string Ingestion(string name, string table) =>
        $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: {{name}} }
        spec: {lakehouseRef: {name: main}, source: {generator: {} }, tables: [{name: {{table}}, columns: [{name: id, type: BIGINT} ]} ]}
        """;

    private static string Transformation(string name, string table, string sql, string partitionBy = "[]") =>
        $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: {{name}} }
        spec: {lakehouseRef: {name: main}, table: {{table}}, sql: "{{sql}}", partitionBy: {{partitionBy}} }
        """;

    private static string Gate(string name, string table, string check) =>
        $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: QualityCheck
        metadata: {name: {{name}} }
        spec: {lakehouseRef: {name: main}, table: {{table}}, enforcement: Gate, checks: [{{check}}] }
        """;
}
