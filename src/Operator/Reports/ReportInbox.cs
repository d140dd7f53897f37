using System.Collections.Concurrent;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>Who sent a report, and when it arrived by our clock.</summary>
/// <param name="Pod">Its uid.</param>
/// <param name="Job">Uid of the Job that made the pod; null: a stream's.</param>
internal sealed record Sender(string? Pod, string? Job, DateTimeOffset Arrived);

/// <summary>
/// The newest report of every run that is under way. Nothing hangs on it for good: what is lost with the process comes again with a stream's next report, or is in a termination message.
/// </summary>
internal sealed class ReportInbox
{
    private readonly ConcurrentDictionary<(string Namespace, string RunId), (RunReport Report, Sender Sender)> newest = [];

    /// <summary>Of two reports of one pod the one that was made later counts, whatever the order in which they arrive.</summary>
    public void Take(RunReport report) => Take(report, new Sender(null, null, DateTimeOffset.MinValue));

    /// <summary>That one was heard of counts also where what it said is old. Another pod of the same stream begins anew: it is made when the one before is gone, on a node whose clock may be another.</summary>
    public void Take(RunReport report, Sender sender)
    {
        var sound = ReportBounds.Of(report);
        newest.AddOrUpdate((sound.Namespace, sound.RunId), (sound, sender), (_, known) => known.Sender.Pod != sender.Pod || Supersedes(sound, known.Report) ? (sound, sender) : (known.Report, known.Sender with { Arrived = sender.Arrived }));
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

    public RunReport? Find(string ns, string runId) => newest.TryGetValue((ns, runId), out var known) ? known.Report : null;

    public Sender? SenderOf(string ns, string runId) => newest.TryGetValue((ns, runId), out var known) ? known.Sender : null;

    /// <summary>The run is over and told.</summary>
    public void Forget(string ns, string runId) => newest.TryRemove((ns, runId), out _);

    /// <summary>Runs that are kept, for whoever forgets those that no longer exist.</summary>
    public IEnumerable<string> RunsOf(string ns) => newest.Where(known => known.Key.Namespace == ns).Select(known => known.Key.RunId);
}
