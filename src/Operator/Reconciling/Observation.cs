using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>Everything that is there in one namespace at one moment. Decisions read it and nothing else.</summary>
/// <param name="Items">The four kinds, the oldest first, so that of two writers of a table the first one counts.</param>
/// <param name="Jobs">By the uid of the resource that owns them.</param>
/// <param name="Streams">By owner; at most one each, of the name that is ours.</param>
/// <param name="Plans">Plans of streams and of Jobs, by owner.</param>
/// <param name="Policies">By owner.</param>
/// <param name="Pods">By run.</param>
/// <param name="Reports">By run: what arrived.</param>
internal sealed record Observation(
    string Namespace,
    DateTimeOffset Now,
    IReadOnlyList<ResourceItem> Items,
    ILookup<string, RunJob> Jobs,
    ILookup<string, StreamItem> Streams,
    ILookup<string, PlanItem> Plans,
    ILookup<string, PolicyItem> Policies,
    Func<string, IReadOnlyList<RunPod>> Pods,
    Func<string, RunReport?> Reports)
{
    /// <summary>By run: uid of the Job whose Pod sent the report; null where that is not known, and for streams.</summary>
    public Func<string, string?> Owners { get; init; } = static _ => null;

    /// <summary>By run: when the report arrived, by our own clock; null where that is not known.</summary>
    public Func<string, DateTimeOffset?> Arrivals { get; init; } = static _ => null;

    /// <summary>By run: uid of the pod whose report it is; null where that is not known.</summary>
    public Func<string, string?> Senders { get; init; } = static _ => null;
}
