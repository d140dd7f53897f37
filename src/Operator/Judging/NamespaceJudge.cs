using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Judging;

/// <summary>
/// Validates the resources of a namespace together, by the one validator there is. As long as no spec changes, the last judgement that was whole stands, and what was typed is not typed again. Both are many
/// times the size of the specs, so that only those of namespaces that were looked at last are kept: any other's are made anew, out of the specs, when something happens there.
/// </summary>
/// <param name="mostBytes">Of what is kept, by estimate; the namespace that was looked at last is kept however large it is, for while it is looked at it is all in memory.</param>
internal sealed class NamespaceJudge(ISqlJudge sql, TimeProvider time, long mostBytes)
{
    private const int MaxDepth = 512;

    /// <summary>Measured: a spec typed, with its documents, and its part in the catalogue, over its text.</summary>
    private const int BytesOfByte = 20;

    private readonly BoundedMemory<string, Known> judged = new(mostBytes, keepsLast: true, time);

    /// <summary>A quarter of what this process may have, and no more than serves a thousand namespaces.</summary>
    public static long BytesToKeep => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, 16L << 20, 256L << 20);

    /// <param name="items">The oldest first: the first claim on a table counts.</param>
    public async Task<Judgement> JudgeAsync(string ns, IReadOnlyList<ResourceItem> items, CancellationToken cancellationToken)
    {
        var of = items.Select(item => $"{item.Uid}/{item.Effective}").ToList();
        var before = judged.TryGet(ns, out var known) ? known : Known.Nothing;
        if (before.Judgement is { IsWhole: true } stands && before.Of.SequenceEqual(of, StringComparer.Ordinal))
            return stands;
        var typed = new Dictionary<string, Typed>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
            typed[of[i]] = before.Typed.GetValueOrDefault(of[i]) ?? Read(items[i]);
        var set = new ParsedSet([.. of.Select(one => typed[one].Resource)], new SecretSet(), [.. of.SelectMany(one => typed[one].Diagnostics)]);
        var judgement = new Judgement(set, await Catalogue.BuildAsync(set, sql, cancellationToken));
        judged.Keep(ns, new Known(of, typed, judgement), BytesOfByte * items.Sum(static item => (long)item.Spec.Length));
        return judgement;
    }

    /// <summary>Nothing is there any more.</summary>
    public void Forget(string ns) => judged.Forget(ns);

    /// <summary>Of namespaces in which nothing has happened for so long.</summary>
    /// <returns>Bytes, by estimate.</returns>
    public long ForgetUnused(TimeSpan since) => judged.ForgetUnused(since);

    /// <summary>The boundary of one spec: what nobody can read is invalid, and others are judged.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A boundary.")]
    private static Typed Read(ResourceItem item)
    {
        try
        {
            using var spec = JsonDocument.Parse(item.Spec.ToUtf8(), new JsonDocumentOptions { MaxDepth = MaxDepth });
            return One(ClusterDocuments.Read(item.Id, item.Orders, spec.RootElement));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            using var nothing = JsonDocument.Parse("{}");
            var unread = One(ClusterDocuments.Read(item.Id, null, nothing.RootElement)).Resource with { Resource = null };
            return new Typed(unread, [new Diagnostic(BugCodes.Unhandled, DiagnosticSeverity.Error, $"the spec cannot be read ({e.GetType().Name})", item.Id, "spec")]);
        }

        static Typed One(Document document)
        {
            var set = ParsedSet.Parse(new DocumentSet([document], new SecretSet(), []));
            return new Typed(set.Resources[0], set.Diagnostics);
        }
    }

    private sealed record Typed(ParsedResource Resource, IReadOnlyList<Diagnostic> Diagnostics);

    /// <param name="Of">What was judged: uids, with what changes as their specs do.</param>
    /// <param name="Typed">By what was judged.</param>
    private sealed record Known(IReadOnlyList<string> Of, IReadOnlyDictionary<string, Typed> Typed, Judgement? Judgement)
    {
        public static readonly Known Nothing = new([], new Dictionary<string, Typed>(StringComparer.Ordinal), null);
    }
}
