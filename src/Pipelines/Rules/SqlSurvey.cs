using LakehouseOperator.Pipelines.Graph;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>Gathers from a judge what <see cref="CatalogueBuilder"/> needs to know of SQL.</summary>
internal sealed class SqlSurvey(ParsedSet parsed, ISqlJudge judge)
{
    private const int AtOnce = 4;

    private readonly Dictionary<ResourceId, SqlAnalysis> analyses = [];
    private readonly List<ExpressionProblem> expressions = [];

    /// <summary>The judge could not be asked about them, or about what they read.</summary>
    private readonly HashSet<ResourceId> unjudged = [];

    /// <summary>Tables whose columns an answer that is missing would have told.</summary>
    private readonly HashSet<LakeTable> dark = [];

    public async Task<Catalogue> BuildAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, analysis) in await AskAsync(
            Transformations().Where(t => !string.IsNullOrWhiteSpace(t.Spec.Sql)), async t => (t.Id, await AskAsync(() => judge.ReadAsync(t.Spec.Sql, cancellationToken)))))
        {
            if (analysis.Came)
                analyses[id] = analysis.Answer;
            else
                unjudged.Add(id);
        }

        // Each answer makes the columns of one more table known.
        var unbound = Catalogue.Build(parsed, analyses);
        var schemas = new Dictionary<LakeTable, TableSchema>(unbound.Schemas);
        var resources = parsed.Resources.Where(r => r.Resource is TransformationResource).ToDictionary(r => r.Id);
        foreach (var id in unbound.Graph.Order.Where(resources.ContainsKey))
            await BindAsync(resources[id], unbound.Graph, schemas, cancellationToken);

        await JudgeExpressionsAsync(schemas, cancellationToken);
        var catalogue = Catalogue.Build(parsed, analyses, expressions);
        if (unjudged.Count == 0)
            return catalogue;
        var held = InvalidGates.WritersOf(parsed, unjudged, new Claims(parsed.Resources)).Keys;
        return catalogue with { Unjudged = unjudged.Concat(held).Where(id => !catalogue.Invalid.Contains(id)).ToHashSet() };
    }

    private IEnumerable<(ResourceId Id, TransformationSpec Spec)> Transformations() =>
        parsed.Resources.Select(r => r.Resource).OfType<TransformationResource>().Select(t => (t.Id, t.Spec));

    private async Task BindAsync(ParsedResource resource, PipelineGraph graph, Dictionary<LakeTable, TableSchema> schemas, CancellationToken cancellationToken)
    {
        var spec = ((TransformationResource)resource.Resource!).Spec;
        if (unjudged.Contains(resource.Id) || graph.ReadsOf(resource.Id).Any(dark.Contains))
        {
            Darken(resource.Id, graph);
            return;
        }

        if (!analyses.TryGetValue(resource.Id, out var analysis) || analysis.Problem is not null || KnownInputs(graph, schemas, resource.Id, analysis) is not { } inputs)
            return;
        var (came, bound) = await AskAsync(() => judge.BindAsync(spec.Sql, inputs, cancellationToken));
        if (!came)
        {
            Darken(resource.Id, graph);
            return;
        }

        analyses[resource.Id] = analysis with { Columns = bound.Problem is null ? bound.Columns : null, Problem = bound.Problem };

        // What is wrong with the columns is found again, and reported, when the catalogue is built from all answers.
        if (TransformationRules.JudgeOutput(new Subject(resource, new Findings()), spec, analyses[resource.Id].Columns) is not { } schema)
            return;
        foreach (var table in graph.WritesOf(resource.Id))
            schemas[table] = schema;
    }

    private void Darken(ResourceId id, PipelineGraph graph)
    {
        unjudged.Add(id);
        dark.UnionWith(graph.WritesOf(id));
    }

    /// <summary>Null where the columns of something that it reads are not known: a pinned version may have had others than the table has now, and the first run decides.</summary>
    private static List<KnownTable>? KnownInputs(PipelineGraph graph, Dictionary<LakeTable, TableSchema> schemas, ResourceId id, SqlAnalysis analysis)
    {
        if (analysis.Reads.Any(static read => read.PinnedVersion is not null))
            return null;
        var inputs = new List<KnownTable>();
        foreach (var table in graph.ReadsOf(id))
        {
            if (!schemas.TryGetValue(table, out var schema))
                return null;
            inputs.Add(new KnownTable(table.Name, schema));
        }

        return inputs.Count == analysis.Reads.Select(r => r.Table).Distinct(StringComparer.Ordinal).Count() ? inputs : null;
    }

    private async Task JudgeExpressionsAsync(Dictionary<LakeTable, TableSchema> schemas, CancellationToken cancellationToken)
    {
        var questions = new List<(ResourceId Check, string Field, string Text, KnownTable Table)>();
        foreach (var check in parsed.Resources.Select(r => r.Resource).OfType<QualityCheckResource>())
        {
            if (!TableName.TryParse(check.Spec.Table, out var name))
                continue;
            var table = new LakeTable(check.Id.Namespace, check.Spec.LakehouseRef.Name, name);
            if (dark.Contains(table))
                unjudged.Add(check.Id);
            if (!schemas.TryGetValue(table, out var schema))
                continue;
            for (var i = 0; i < check.Spec.Checks.Count; i++)
            {
                var fragments = CheckRules.Expressions($"spec.checks[{i}]", check.Spec.Checks[i]).Where(e => !string.IsNullOrWhiteSpace(e.Text));
                questions.AddRange(fragments.Select(e => (check.Id, e.Field, e.Text, new KnownTable(name, schema))));
            }
        }

        var answers = await AskAsync(questions, async question =>
        {
            var aggregate = question.Field.EndsWith(".metric.expression", StringComparison.Ordinal);
            return (question, Judged: await AskAsync(() => judge.JudgeExpressionAsync(question.Text, aggregate, question.Table, cancellationToken)));
        });
        expressions.AddRange(answers.Where(a => a.Judged.Answer is not null).Select(a => new ExpressionProblem(a.question.Check, a.question.Field, a.Judged.Answer!)));
        unjudged.UnionWith(answers.Where(a => !a.Judged.Came).Select(a => a.question.Check));
    }

    private static async Task<(bool Came, T Answer)> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return (true, await ask());
        }
        catch (SqlJudgeUnavailableException)
        {
            return (false, default!);
        }
    }

    /// <summary>A few questions side by side; the answers in the order of the questions.</summary>
    private static async Task<IReadOnlyList<TAnswer>> AskAsync<TQuestion, TAnswer>(IEnumerable<TQuestion> questions, Func<TQuestion, Task<TAnswer>> ask)
    {
        using var turns = new SemaphoreSlim(AtOnce);
        return await Task.WhenAll(questions.Select(AskInTurnAsync));

        async Task<TAnswer> AskInTurnAsync(TQuestion question)
        {
            await turns.WaitAsync();
            try
            {
                return await ask(question);
            }
            finally
            {
                turns.Release();
            }
        }
    }
}
