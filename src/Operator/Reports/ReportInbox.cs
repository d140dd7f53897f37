using System.Collections.Concurrent;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>
/// The newest report of every run that is under way. Nothing hangs on it for good: what is lost with the process comes again with a stream's next report, or is in a termination message.
/// </summary>
internal sealed class ReportInbox
{
    private readonly ConcurrentDictionary<string, RunReport> newest = new(StringComparer.Ordinal);

    /// <summary>Of two reports of one run the one that was made later counts, whatever the order in which they arrive.</summary>
    public void Take(RunReport report)
    {
        var sound = ReportBounds.Of(report);
        newest.AddOrUpdate(sound.RunId, sound, (_, known) => Supersedes(sound, known) ? sound : known);
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

    public RunReport? Find(string runId) => newest.GetValueOrDefault(runId);

    /// <summary>The run is over and told.</summary>
    public void Forget(string runId) => newest.TryRemove(runId, out _);

    /// <summary>Runs that are kept, for whoever forgets those that no longer exist.</summary>
    public IEnumerable<string> RunsOf(string ns) => newest.Values.Where(report => report.Namespace == ns).Select(report => report.RunId);
}
