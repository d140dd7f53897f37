using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Judging;

/// <summary>Validates the resources of a namespace together, by the one validator there is. As long as no spec changes, the last judgement that was whole stands.</summary>
internal sealed class NamespaceJudge(ISqlJudge sql)
{
    private readonly ConcurrentDictionary<string, (IReadOnlyList<string> Of, Judgement Judgement)> judged = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<ResourceItem, (ParsedResource, IReadOnlyList<Diagnostic>)?[]> parsed = [];

    private const int MaxDepth = 512;

    /// <param name="items">The oldest first: the first claim on a table counts.</param>
    public async Task<Judgement> JudgeAsync(string ns, IReadOnlyList<ResourceItem> items, CancellationToken cancellationToken)
    {
        var of = items.Select(item => $"{item.Uid}/{item.Effective}").ToList();
        if (judged.TryGetValue(ns, out var known) && known.Of.SequenceEqual(of, StringComparer.Ordinal))
            return known.Judgement;
        var diagnostics = new List<Diagnostic>();
        var resources = new List<ParsedResource>(items.Count);
        foreach (var item in items)
        {
            var (resource, found) = Parse(item);
            resources.Add(resource);
            diagnostics.AddRange(found);
        }

        var set = new ParsedSet(resources, new SecretSet(), diagnostics);
        var judgement = new Judgement(set, await Catalogue.BuildAsync(set, sql, cancellationToken));
        if (judgement.IsWhole)
            judged[ns] = (of, judgement);
        return judgement;
    }

    /// <summary>Nothing is there any more.</summary>
    public void Forget(string ns) => judged.TryRemove(ns, out _);

    private (ParsedResource Resource, IReadOnlyList<Diagnostic> Diagnostics) Parse(ResourceItem item)
    {
        var slot = parsed.GetValue(item, static _ => new (ParsedResource, IReadOnlyList<Diagnostic>)?[1]);
        if (slot[0] is { } known)
            return known;
        var answer = Read(item);
        slot[0] = answer;
        return answer;
    }

    /// <summary>The boundary of one spec: what nobody can read is invalid, and others are judged.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A boundary.")]
    private static (ParsedResource Resource, IReadOnlyList<Diagnostic> Diagnostics) Read(ResourceItem item)
    {
        try
        {
            using var spec = JsonDocument.Parse(item.Spec.Memory, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return One(ClusterDocuments.Read(item.Id, item.Orders, spec.RootElement));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            using var nothing = JsonDocument.Parse("{}");
            var (resource, _) = One(ClusterDocuments.Read(item.Id, null, nothing.RootElement));
            return (resource with { Resource = null }, [new Diagnostic(BugCodes.Unhandled, DiagnosticSeverity.Error, $"the spec cannot be read ({e.GetType().Name})", item.Id, "spec")]);
        }

        static (ParsedResource, IReadOnlyList<Diagnostic>) One(Document document)
        {
            var set = ParsedSet.Parse(new DocumentSet([document], new SecretSet(), []));
            return (set.Resources[0], set.Diagnostics);
        }
    }
}
