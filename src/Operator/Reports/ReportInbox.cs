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
    public void Take(RunReport report) => newest.AddOrUpdate(
        report.RunId, report, (_, known) => known.Result != RunResult.Running && report.Result == RunResult.Running || known.CompletionTime > report.CompletionTime ? known : report);

    public RunReport? Find(string runId) => newest.GetValueOrDefault(runId);

    /// <summary>The run is over and told.</summary>
    public void Forget(string runId) => newest.TryRemove(runId, out _);

    /// <summary>Runs that are kept, for whoever forgets those that no longer exist.</summary>
    public IEnumerable<string> RunsOf(string ns) => newest.Values.Where(report => report.Namespace == ns).Select(report => report.RunId);
}
