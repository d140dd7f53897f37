using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>Reasons of the condition Ready (interface.md), those that a decision can give.</summary>
public enum Reason
{
    Succeeded,
    Evaluated,
    Completed,
    Streaming,
    Running,
    Pending,
    Queued,
    WaitingForUpstream,
    Suspended,
    Invalid,
    SqlInvalid,
    OutputConflict,
    NameConflict,
    Cycle,
    RunFailed,
    Blocked,
    SourceUnreachable,
    SecretMissing,
    Fenced,
    HistoryGone,
    InputExceedsScratch,
    DeadlineExceeded,
    OutOfMemory,
}

public enum Verdict
{
    /// <summary>Nothing to do until something changes.</summary>
    Rest,

    /// <summary>Due, but not now; looked at again when something changes, and at <see cref="Decision.At"/> at the latest.</summary>
    Wait,

    /// <summary>Start a run with this trigger and attempt.</summary>
    Start,
}

/// <summary>What is to be done with one resource now, and why.</summary>
/// <param name="Message">One sentence for people.</param>
/// <param name="Trigger">Of the run to start, or of the one that is waited with.</param>
/// <param name="Attempt">From 1; of the run to start.</param>
/// <param name="At">When time alone changes the answer, whatever the verdict: the next scheduled time at the latest.</param>
/// <param name="DueSince">Since when a run is owed; to be handed back as <see cref="Subject.DueSince"/>.</param>
public sealed record Decision(
    ResourceId Resource,
    Verdict Verdict,
    Reason Reason,
    string Message,
    RunTrigger? Trigger = null,
    int Attempt = 0,
    DateTimeOffset? At = null,
    DateTimeOffset? DueSince = null)
{
    /// <summary>The scheduled time that the run serves; to be handed back as <see cref="Subject.LastScheduleTime"/> once the run is started.</summary>
    public DateTimeOffset? ScheduleTime { get; init; }

    /// <summary>When the schedule comes next, whatever is done until then; null: no schedule, suspended or stalled.</summary>
    public DateTimeOffset? NextScheduleTime { get; init; }

    /// <summary>It would start, and is not tried now because it was refused (<see cref="Subject.Held"/>).</summary>
    public bool IsHeld { get; init; }

    /// <summary>The latest scheduled time that is left out since it could not be kept within the deadline; until the next one comes.</summary>
    public DateTimeOffset? MissedScheduleTime { get; init; }
}
