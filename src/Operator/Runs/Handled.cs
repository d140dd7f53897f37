using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;

namespace LakehouseOperator.Operator.Runs;

/// <summary>Which requests and scheduled times a resource's runs have answered.</summary>
internal static class Handled
{
    /// <summary>The request of the run that has just ended, unless the same is to be tried again; null: none.</summary>
    public static string? By(RunLedger ledger, ResourceKind kind, int retries) =>
        ledger.Ended is { Job: { Request: { } request } job, End.Exit: { } exit } && (exit == RunnerExit.Done || job.Attempt >= Attempts.Allowed(exit, kind, retries)) ? request : null;

    public static DateTimeOffset? Latest(DateTimeOffset? stored, RunLedger ledger, DateTimeOffset now)
    {
        var latest = StatusTimes.IsAhead(stored, now) ? null : stored;
        foreach (var time in new[] { ledger.InHand?.ScheduledFor, ledger.Ended?.Job.ScheduledFor })
        {
            if (time is not null && !StatusTimes.IsAhead(time, now) && (latest is null || time > latest))
                latest = time;
        }

        return latest;
    }
}
