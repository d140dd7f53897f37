using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>
/// Validated resources and their graph: the last stage of <c>DocumentSet</c> → <c>ParsedSet</c> → <c>Catalogue</c>, and the one validator of the
/// command line, of admission and of the reconciler. Invalid resources stay in the graph, because others wait for their tables.
/// </summary>
/// <param name="Resources">All that were understood, valid or not, in the order of the documents.</param>
/// <param name="Valid">Those that may run.</param>
/// <param name="Invalid">Those with an error, understood or not.</param>
/// <param name="Reads">What each Transformation's SQL reads, where that is known.</param>
/// <param name="Schemas">Columns of the tables whose columns are known before they exist.</param>
/// <param name="Diagnostics">Everything that was found from the text on: errors, warnings and notes, by file, line and column.</param>
public sealed record Catalogue(
    IReadOnlyList<Resource> Resources,
    IReadOnlySet<ResourceId> Valid,
    IReadOnlySet<ResourceId> Invalid,
    PipelineGraph Graph,
    IReadOnlyDictionary<ResourceId, IReadOnlyList<SqlRead>> Reads,
    IReadOnlyDictionary<LakeTable, TableSchema> Schemas,
    SecretSet Secrets,
    IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>
    /// Writers of tables, each by the invalid QualityCheck that gates one of them. They do not run until it is mended: what nobody can judge is not published.
    /// </summary>
    public IReadOnlyDictionary<ResourceId, ResourceId> HeldBy { get; init; } = new Dictionary<ResourceId, ResourceId>();

    /// <summary>
    /// Resources of which something could not be asked of the judge, and writers of tables that such a check gates: neither right nor wrong for all that is known. Not those that are invalid for other reasons.
    /// </summary>
    public IReadOnlySet<ResourceId> Unjudged { get; init; } = new HashSet<ResourceId>();

    public bool HasErrors => Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error);

    public IEnumerable<LakehouseResource> Lakehouses => ValidOf<LakehouseResource>();

    public IEnumerable<IngestionResource> Ingestions => ValidOf<IngestionResource>();

    public IEnumerable<TransformationResource> Transformations => ValidOf<TransformationResource>();

    public IEnumerable<QualityCheckResource> QualityChecks => ValidOf<QualityCheckResource>();

    /// <summary>Without anyone to ask about SQL: what Transformations read is taken from <paramref name="analyses"/>, as far as it is there.</summary>
    public static Catalogue Build(ParsedSet parsed, IReadOnlyDictionary<ResourceId, SqlAnalysis>? analyses = null, IReadOnlyList<ExpressionProblem>? expressions = null) =>
        new CatalogueBuilder(parsed, analyses ?? new Dictionary<ResourceId, SqlAnalysis>(), expressions ?? []).Build();

    /// <summary>Asks the judge what each SELECT reads, then binds them in the order of the graph, so that columns flow from table to table.</summary>
    public static Task<Catalogue> BuildAsync(ParsedSet parsed, ISqlJudge judge, CancellationToken cancellationToken) =>
        new SqlSurvey(parsed, judge).BuildAsync(cancellationToken);

    /// <summary>A valid resource, or null.</summary>
    public Resource? Find(ResourceId id) => Valid.Contains(id) ? Resources.FirstOrDefault(r => r.Id == id) : null;

    private IEnumerable<T> ValidOf<T>()
        where T : Resource => Resources.OfType<T>().Where(r => Valid.Contains(r.Id));
}

/// <summary>A fragment of a check that the SQL worker does not accept.</summary>
/// <param name="Field">Such as <c>spec.checks[3].metric.expression</c>.</param>
public sealed record ExpressionProblem(ResourceId Resource, string Field, SqlProblem Problem);
