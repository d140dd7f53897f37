using System.Collections.Concurrent;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>
/// The newest report of every run that is under way. Nothing hangs on it for good: what is lost with the process comes again with a stream's next report, or is in a termination message.
/// </summary>
internal sealed class ReportInbox
{
    private readonly ConcurrentDictionary<string, (RunReport Report, string? Pod)> newest = new(StringComparer.Ordinal);

    /// <summary>Of two reports of one run the one that was made later counts, whatever the order in which they arrive.</summary>
    public void Take(RunReport report) => Take(report, null);

    /// <summary>Another pod of the same stream begins anew: it is made when the one before is gone, on a node whose clock may be another.</summary>
    /// <param name="pod">Uid of the pod that sent it.</param>
    public void Take(RunReport report, string? pod)
    {
        var sound = ReportBounds.Of(report);
        newest.AddOrUpdate(sound.RunId, (sound, pod), (_, known) => known.Pod != pod || Supersedes(sound, known.Report) ? (sound, pod) : known);
    }

    /// <summary>
    /// A stream that was started anew has the run's name still, and begins later than the one whose end was told. Of one process the end is the last word, whatever its clock says.
    /// </summary>
    private static bool Supersedes(RunReport report, RunReport known)
    {
        if (report.StartTime != known.StartTime)
            return report.StartTime > known.StartTime;
        var (isEnd, wasEnd) = (report.Result != RunResult.Running, known.Result != RunResult.Running);
        return isEnd == wasEnd ? report.CompletionTime >= known.CompletionTime : isEnd;
    }

    public RunReport? Find(string runId) => newest.TryGetValue(runId, out var known) ? known.Report : null;

    /// <summary>Uid of the pod that sent the newest; null where that is not known.</summary>
    public string? SenderOf(string runId) => newest.TryGetValue(runId, out var known) ? known.Pod : null;

    /// <summary>The run is over and told.</summary>
    public void Forget(string runId) => newest.TryRemove(runId, out _);

    /// <summary>Runs that are kept, for whoever forgets those that no longer exist.</summary>
    public IEnumerable<string> RunsOf(string ns) => newest.Values.Where(known => known.Report.Namespace == ns).Select(known => known.Report.RunId);
}
