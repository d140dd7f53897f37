using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>How runs are repeated, by exit code alone (ADR 0003).</summary>
public static class Attempts
{
    /// <summary>Retries of a stream: it goes on trying until someone stops it.</summary>
    public const int Unlimited = int.MaxValue - 1;

    public static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    /// <summary>The longest that one refusal holds a run.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(10);

    /// <summary>Attempts in all that a cause gets whose last attempt ended so.</summary>
    /// <param name="retries">Attempts after the first, as the resource declares them.</param>
    public static int Allowed(RunnerExit exit, ResourceKind kind, int retries) => exit switch
    {
        RunnerExit.Source or RunnerExit.Store or RunnerExit.Target => 1 + retries,
        // Another commit came first; a run is made again from what is there now. A stream has lost its position to another writer.
        RunnerExit.Fenced when kind != ResourceKind.Ingestion => 1 + retries,
        // A crash may have come from outside; twice the same is ours, and a third would tell nothing new.
        RunnerExit.Bug => 1 + Math.Min(1, retries),
        _ => 1,
    };

    /// <summary>5 s, 10 s, 20 s, … 5 min after the attempt ended.</summary>
    public static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromTicks(Math.Min(LongestBackoff.Ticks, FirstBackoff.Ticks << Math.Min(attempt - 1, 10)));

    /// <summary>The reason of Ready after the last allowed attempt.</summary>
    public static Reason ReasonOf(RunnerExit exit, ResourceKind kind) => (exit, kind) switch
    {
        (RunnerExit.Invalid, _) => Reason.Invalid,
        (RunnerExit.Sql, ResourceKind.Transformation or ResourceKind.QualityCheck) => Reason.SqlInvalid,
        (RunnerExit.Source, ResourceKind.Ingestion) => Reason.SourceUnreachable,
        (RunnerExit.SecretMissing, ResourceKind.Ingestion) => Reason.SecretMissing,
        (RunnerExit.Fenced, ResourceKind.Ingestion) => Reason.Fenced,
        (RunnerExit.Blocked, ResourceKind.Transformation) => Reason.Blocked,
        (RunnerExit.Fenced, ResourceKind.Transformation) => Reason.OutputConflict,
        (RunnerExit.HistoryGone, ResourceKind.Transformation) => Reason.HistoryGone,
        (RunnerExit.InputExceedsScratch, ResourceKind.Transformation) => Reason.InputExceedsScratch,
        (RunnerExit.Deadline, ResourceKind.Transformation) => Reason.DeadlineExceeded,
        (RunnerExit.Memory, ResourceKind.Transformation or ResourceKind.Ingestion) => Reason.OutOfMemory,
        _ => Reason.RunFailed,
    };
}
