using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Rules;

/// <summary>A judge that cannot be asked about some texts: what hangs on its answer is neither right nor wrong, and everything else is judged.</summary>
public sealed class UnjudgedTests
{
    private const string Lake = """
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        """;

    private const string Source = """
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: in}
        spec:
          lakehouseRef: {name: main}
          source: {redisStreams: {url: "redis://r:6379/0", format: {json: {field: data}}}}
          tables: [{from: s, name: bronze.t, columns: [{name: id, type: BIGINT, required: true}]}]
        """;

    private sealed class Forgetful(Func<string, bool> isAway) : ISqlJudge
    {
        private readonly MarkedSqlJudge judge = new();

        public Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken) => Asked("read " + sql, () => judge.ReadAsync(sql, cancellationToken));

        public Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken) => Asked("bind " + sql, () => judge.BindAsync(sql, tables, cancellationToken));

        public Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken) =>
            Asked("judge " + expression, () => judge.JudgeExpressionAsync(expression, aggregate, table, cancellationToken));

        private Task<T> Asked<T>(string question, Func<Task<T>> ask) => isAway(question) ? Task.FromException<T>(new SqlJudgeUnavailableException("away")) : ask();
    }

    private static string Transformation(string name, string table, string sql) => $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: {{name}}}
        spec: {lakehouseRef: {name: main}, table: {{table}}, sql: "{{sql}}"}
        """;

    private static string Check(string name, string table, string check, string enforcement) => $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: QualityCheck
        metadata: {name: {{name}}}
        spec: {lakehouseRef: {name: main}, table: {{table}}, enforcement: {{enforcement}}, checks: [{{check}}]}
        """;

    private static Task<Catalogue> BuildAsync(Func<string, bool> isAway, params string[] documents) => Catalogue.BuildAsync(
        ParsedSet.Parse(DocumentSet.Load([("all.yaml", string.Join("\n---\n", [Lake, Source, .. documents]))])), new Forgetful(isAway), TestContext.Current.CancellationToken);

    private static IEnumerable<string> Unjudged(Catalogue catalogue) => catalogue.Unjudged.Select(id => id.ToString()).Order(StringComparer.Ordinal);

    [Theory]
    [InlineData("read SELECT 1")]
    [InlineData("bind SELECT 1")]
    public async Task What_reads_a_table_whose_columns_hang_on_the_answer_waits_with_it_and_nothing_else_does(string away)
    {
        var catalogue = await BuildAsync(
            question => question.StartsWith(away, StringComparison.Ordinal),
            Transformation("first", "silver.a", "SELECT 1 FROM bronze.t"),
            Transformation("next", "gold.b", "SELECT 2 FROM silver.a"),
            Transformation("other", "gold.c", "SELECT 3 FROM bronze.t"),
            Transformation("wrong", "gold.d", "SELECT BAD FROM bronze.t"),
            Check("of-first", "silver.a", "{name: rows, rowCount: {min: 1}}", "Report"),
            Check("of-other", "gold.c", "{name: m, metric: {expression: count(*), min: 1}}", "Report"));

        Assert.Equal(["QualityCheck/of-first", "Transformation/first", "Transformation/next"], Unjudged(catalogue));
        Assert.Equal(["Transformation/wrong"], catalogue.Invalid.Select(id => id.ToString()));
        Assert.Contains(new ResourceId(ResourceKind.Transformation, "first"), catalogue.Valid);
    }

    [Theory]
    [InlineData("Gate", new[] { "Ingestion/in", "QualityCheck/gate" })]
    [InlineData("Report", new[] { "QualityCheck/gate" })]
    public async Task A_gate_that_could_not_be_judged_holds_the_writer_of_its_table(string enforcement, string[] expected)
    {
        var catalogue = await BuildAsync(
            question => question == "judge id < 0", Check("gate", "bronze.t", "{name: negative, rows: {failing: id < 0}}", enforcement), Transformation("other", "gold.c", "SELECT 3 FROM bronze.t"));

        Assert.Equal(expected, Unjudged(catalogue));
        Assert.Empty(catalogue.Invalid);
    }

    [Fact]
    public async Task What_is_wrong_anyway_is_wrong_and_not_unjudged()
    {
        var catalogue = await BuildAsync(static _ => true, Transformation("stray", "nowhere.a", "SELECT 1 FROM bronze.t"), Transformation("first", "silver.a", "SELECT 2 FROM bronze.t"));

        Assert.Equal(["Transformation/first"], Unjudged(catalogue));
        Assert.Equal(["Transformation/stray"], catalogue.Invalid.Select(id => id.ToString()));
    }

    [Fact]
    public async Task Where_everything_could_be_asked_nothing_is_unjudged() =>
        Assert.Empty((await BuildAsync(static _ => false, Transformation("first", "silver.a", "SELECT 1 FROM bronze.t"))).Unjudged);
}
