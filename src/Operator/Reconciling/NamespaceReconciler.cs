using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Operator.Telemetry;
using LakehouseOperator.Operator.Watching;
using Microsoft.Extensions.Logging;
using System.Collections.Concurrent;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>
/// One look at a namespace: observe, validate, decide, apply, report. Resources of a namespace hang on each other (who writes which table, what is newer than what), so they are decided
/// together; looks at one namespace never overlap, and a look that would not see what the one before it wrote does not take place.
/// </summary>
internal sealed class NamespaceReconciler(
    ClusterCache cache, NamespaceJudge judge, ReportInbox inbox, IntentExecutor executor, OwnWrites<string> writes, RunnerSetting runner, Gauges gauges, TimeProvider time, ILogger log)
{
    /// <summary>A change that shows brings the namespace back; this is for the one that does not.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>A schedule may come next in a year; timers do not reach that far.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    private static readonly TimeSpan ShowsAgain = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan JudgeAgain = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, NamespaceMemory> memories = new(StringComparer.Ordinal);

    public async Task<ReconcileResult> ReconcileAsync(string ns, CancellationToken cancellationToken)
    {
        if (!cache.Shows(ns))
            return Leave(ns);
        if (!writes.AllShow(ns))
            return ReconcileResult.RequeueAfter(LookAgain);
        var seen = cache.Observe(ns, inbox, time.GetUtcNow());
        gauges.Observe(ns, seen.Items);
        ForgetReports(seen);
        if (seen.Items.Count == 0)
        {
            judge.Forget(ns);
            memories.TryRemove(ns, out _);
            return ReconcileResult.Done;
        }

        var judgement = await judge.JudgeAsync(ns, seen.Items, cancellationToken);
        if (!judgement.IsWhole)
            Log.NotJudged(log, ns, judgement.Catalogue.Unjudged.Count);
        var memory = memories.GetOrAdd(ns, static _ => new NamespaceMemory());
        var intents = Deciding.All(seen, judgement, memory, runner);
        foreach (var intent in intents.Where(static intent => intent.Fault is not null))
            Log.Fault(log, ns, intent.Item.Id, intent.Fault!);
        var setback = await executor.ExecuteAsync(ns, intents, memory, cancellationToken);

        // What has come to pass was looked at just now; to come back for it would be to come back for ever.
        var again = RunActs.Earliest(setback, judgement.IsWhole ? null : seen.Now + JudgeAgain, RunActs.Earliest([.. intents.Select(intent => intent.Again).Where(at => at > seen.Now)]));
        return again is not { } next ? ReconcileResult.Done : ReconcileResult.RequeueAfter(next - seen.Now < LongestRest ? next - seen.Now : LongestRest);
    }

    /// <summary>
    /// The namespace is gone, or some right in it: nothing is known of it, and nothing is done. Its rights may come back one by one and change nothing that is seen, so that it is looked at again as long as
    /// anything is.
    /// </summary>
    private ReconcileResult Leave(string ns)
    {
        gauges.Observe(ns, []);
        if (cache.HasResources(ns))
            return ReconcileResult.RequeueAfter(ShowsAgain);
        judge.Forget(ns);
        memories.TryRemove(ns, out _);
        return ReconcileResult.Done;
    }

    /// <summary>
    /// Of runs of this namespace whose Job or Deployment is gone. A look takes place only when everything that was made shows, so that what does not show is gone; what has just arrived may be of one
    /// that was made since.
    /// </summary>
    private void ForgetReports(Observation seen)
    {
        var there = seen.Jobs.SelectMany(jobs => jobs.Select(job => job.RunId)).Concat(seen.Streams.SelectMany(streams => streams.Select(stream => stream.RunId))).ToHashSet(StringComparer.Ordinal);
        foreach (var run in inbox.RunsOf(seen.Namespace).Where(run => !there.Contains(run) && inbox.SenderOf(seen.Namespace, run)?.Arrived < seen.Now).ToList())
            inbox.Forget(seen.Namespace, run);
    }
}
