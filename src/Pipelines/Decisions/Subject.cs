using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Schedules;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>A resource as decisions see it: what it declares, and what is known of its past. The caller gathers, the rules only read.</summary>
/// <param name="Id">Unique among the subjects.</param>
/// <param name="Generation">Changes with every edit of the spec. A failure counts only for the generation that it happened to.</param>
/// <param name="Retries">Attempts after the first, for failures that waiting may mend.</param>
public abstract record Subject(ResourceId Id, string Generation, int Retries)
{
    public bool Suspended { get; init; }

    /// <summary>Why only an edit helps; such a subject never runs and holds nobody.</summary>
    public Stall? Stalled { get; init; }

    /// <summary>Tables that should be up to date first but hold nobody up for good, such as those that its gates refer to.</summary>
    public IReadOnlyList<string> Prefers { get; init; } = [];

    /// <summary>Why its run cannot be started, as whoever carries runs out has learnt; null: nothing like that, or it has been taken since.</summary>
    public Held? Held { get; init; }

    /// <summary>The run under way, if there is one.</summary>
    public RunInHand? Running { get; init; }

    /// <summary>The last run that ended, whatever became of it. Losing it costs at most a run that answers UpToDate.</summary>
    public AttemptedRun? LastRun { get; init; }

    /// <summary>The value of <c>lakehouse.dev/requested-at</c>.</summary>
    public string? Request { get; init; }

    public string? LastHandledRequest { get; init; }

    /// <summary>When a run is to be started whatever changed; null: never by the clock.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>From when on the schedule counts: when the resource was made, or the process began. Null: from <see cref="LastScheduleTime"/> or now on.</summary>
    public DateTimeOffset? ScheduledSince { get; init; }

    /// <summary>The scheduled time of the last run that was started for one; to be set to <see cref="Decision.ScheduleTime"/> when a run starts.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary><see cref="Decision.DueSince"/> of the decision before; null where it is not known.</summary>
    public DateTimeOffset? DueSince { get; init; }
}

/// <param name="Reason">One of Invalid, SqlInvalid, Cycle, OutputConflict, NameConflict.</param>
public sealed record Stall(Reason Reason, string Message);

/// <summary>A run that cannot even be started: its place is free for others until it is tried again.</summary>
/// <param name="Until">When it is tried again; kept when that has come, until the run has been taken.</param>
/// <param name="Message">Who refused it, and why.</param>
/// <param name="Refusals">In a row. After as many as a run may fail it counts as one that will not come, and nobody waits for what it would write.</param>
/// <param name="Key">Of the one trigger that it is about; null: whatever would be started.</param>
public sealed record Held(DateTimeOffset Until, string Message, int Refusals = 1, string? Key = null);

public sealed record RunInHand(string Key, int Attempt, DateTimeOffset StartTime)
{
    /// <summary>Nothing of it runs, and nothing will until somebody else lets it: it has no place among the runs.</summary>
    public bool IsKeptOut { get; init; }
}

/// <param name="Key">Of the trigger that the run served.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Exit">Null: the run ended without saying how (evicted, its node lost); that uses up no attempt.</param>
/// <param name="Message">For people; repeated in later decisions.</param>
public sealed record AttemptedRun(
    string Key, string Generation, int Attempt, RunnerExit? Exit, DateTimeOffset StartTime, DateTimeOffset CompletionTime, string? Message = null);

/// <param name="Tables">What it writes.</param>
/// <param name="DrainKey">Set where the source is to be read up to now, once per key; null: a stream that never ends.</param>
public sealed record IngestionSubject(ResourceId Id, string Generation, IReadOnlyList<string> Tables, string? DrainKey = null)
    : Subject(Id, Generation, DrainKey is null ? Attempts.Unlimited : Defaults.Retries);

/// <param name="Gates">Hash of the checks by name of the QualityCheck.</param>
/// <param name="OnChange">False: only a request or its schedule makes it run.</param>
/// <param name="MinInterval">Least time between the starts of two runs.</param>
/// <param name="MaxWait">Longest wait for upstream runs that are owed.</param>
public sealed record TransformationSubject(
    ResourceId Id,
    string Generation,
    string Table,
    IReadOnlyList<PlannedInput> Inputs,
    string SqlHash,
    IReadOnlyDictionary<string, string> Gates,
    bool OnChange,
    TimeSpan MinInterval,
    TimeSpan MaxWait,
    int Retries = Defaults.Retries)
    : Subject(Id, Generation, Retries)
{
    /// <summary>What the output was made from, by its own commit; null where there is none.</summary>
    public ConsumedInputs? Committed { get; init; }
}

/// <param name="ChecksHash">Over the checks (<see cref="PlanHashes.Checks"/>).</param>
/// <param name="IsGate">Evaluated inside the runs that write the table, where a Transformation writes it.</param>
public sealed record QualityCheckSubject(ResourceId Id, string Generation, string Table, string ChecksHash, bool IsGate)
    : Subject(Id, Generation, Defaults.Retries)
{
    /// <summary>The version that was judged last, and the checks that judged it.</summary>
    public EvaluatedVersion? Evaluated { get; init; }
}

public sealed record EvaluatedVersion(string TableId, long DataVersion, string ChecksHash);

/// <summary>The newest version of a table. Data versions of one table id only grow; another id is another table.</summary>
public sealed record TableVersion(string TableId, long DataVersion);

/// <summary>Everything that decisions about one Lakehouse hang on, at one moment.</summary>
/// <param name="Tables">By <c>layer.table</c>; absent: never written.</param>
/// <param name="MaxConcurrentRuns">Of Transformations and QualityChecks together; streams do not count.</param>
/// <param name="Once">Who asks ends when nothing is due any more. Sources are drained, and nothing runs before all that it comes from has come to rest.</param>
public sealed record Observed(
    IReadOnlyList<Subject> Subjects,
    IReadOnlyDictionary<string, TableVersion> Tables,
    int MaxConcurrentRuns,
    DateTimeOffset Now,
    bool Once = false);
