using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Runs;

/// <summary>
/// The runs of one resource: what its status remembers, and what its Jobs say beyond that. A result is first written to the status, then its Job is deleted, so that whoever is killed
/// in between finds one of the two.
/// </summary>
/// <param name="Last">The newest run that ended, with its result; of the status, or of a Job whose result is not in there yet.</param>
/// <param name="Ended">Set where <paramref name="Last"/> is not in the status yet.</param>
/// <param name="InHand">The run under way; a resource has one at a time.</param>
/// <param name="Hindrance">What keeps it from starting.</param>
/// <param name="Spent">Jobs whose result the status holds: to be deleted.</param>
internal sealed record RunLedger(LastRunStatus? Last, EndedRun? Ended, RunJob? InHand, Hindrance? Hindrance, IReadOnlyList<RunJob> Spent)
{
    /// <param name="stored">As the API server has it.</param>
    /// <param name="history">Runs before that one. A cause may come again (a gate that is edited and put back), and so may a run's id; a Job's uid does not.</param>
    /// <param name="pods">By run.</param>
    /// <param name="reports">By run: what arrived.</param>
    public static RunLedger Of(
        LastRunStatus? stored, IReadOnlyList<PastRunStatus>? history, IReadOnlyList<RunJob> jobs, Func<string, IReadOnlyList<RunPod>> pods, Func<string, RunReport?> reports, DateTimeOffset now)
    {
        if (stored is not null && !IsSound(stored, now))
            stored = null;
        var known = (history ?? []).Select(run => run.JobUid).Append(stored?.JobUid).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var spent = jobs.Where(job => known.Contains(job.Uid)).ToList();
        RunJob? inHand = null;
        Hindrance? hindrance = null;
        DateTimeOffset? until = null;
        EndedRun? ended = null;

        // One at a time; should there be more all the same, they are taken in the order in which they were made.
        foreach (var job in jobs.Where(job => !known.Contains(job.Uid)).OrderBy(job => job.Created).ThenBy(job => job.Name, StringComparer.Ordinal))
        {
            switch (RunPhases.Of(job, pods(job.RunId), reports(job.RunId), now))
            {
                case RunPhase.Ended end when ended is null && inHand is null:
                    ended = new EndedRun(job, end);
                    break;
                case RunPhase.Working working when inHand is null && ended is null:
                    (inHand, hindrance, until) = (job, working.Hindrance, working.Until);
                    break;
            }
        }

        return new RunLedger(ended?.ToStatus() ?? stored, ended, inHand, hindrance, [.. spent.Where(job => !job.Deleting)])
        {
            AwaitedUntil = until,
            Told =
            [
                .. spent.Select(job => (job, (RunPhases.Of(job, pods(job.RunId), reports(job.RunId), now) as RunPhase.Ended)?.Report))
                    .Concat(ended is null ? [] : [(ended.Job, ended.End.Report)])
                    .Where(told => told.Item2 is not null)
                    .Select(told => (told.Item1, told.Item2!)),
            ],
        };
    }

    /// <summary>Whether we can have written it. Anybody who may write a status can write anything; what cannot be so counts as lost.</summary>
    private static bool IsSound(LastRunStatus stored, DateTimeOffset now) =>
        stored.Attempt is >= 1 and <= MostAttempts && stored.Disruptions is null or (>= 0 and <= MostAttempts)
        && !StatusTimes.IsAhead(stored.StartTime, now) && !StatusTimes.IsAhead(stored.CompletionTime, now)
        && Enum.IsDefined(stored.Trigger.Kind) && (stored.Exit is not { } exit || Enum.IsDefined(exit)) && (stored.Result is not { } result || Enum.IsDefined(result));

    private const int MostAttempts = 1_000_000;

    /// <summary>The Job of the run under way is over, and its Pod may say how until then.</summary>
    public DateTimeOffset? AwaitedUntil { get; init; }

    /// <summary>Runs that have ended and whose Job is still there: what others than the resource itself learn from their reports may not be written yet.</summary>
    public IReadOnlyList<(RunJob Job, RunReport Report)> Told { get; init; } = [];

    /// <summary>As decisions see the last run.</summary>
    public AttemptedRun? Attempted => Last is null ? null : new AttemptedRun(
        Last.Trigger.Key, Last.Generation, Last.Attempt, Last.Exit, Last.StartTime, Last.CompletionTime, Last.Error is { } error ? Describe(error) : null);

    public RunInHand? Running => InHand is null ? null : new RunInHand(InHand.Trigger.Key, InHand.Attempt, InHand.Created) { IsKeptOut = Hindrance?.Kind == HindranceKind.NoPod };

    /// <summary>How often this attempt was begun and ended without a word.</summary>
    public int DisruptionsOf(RunTrigger trigger, int attempt, string generation) =>
        Last is { Exit: null } last && last.Trigger.Key == trigger.Key && last.Attempt == attempt && last.Generation == generation ? (last.Disruptions ?? 0) + 1 : 0;

    /// <summary>When a run that was disrupted may be begun anew; a node that evicts at once is not run into again and again.</summary>
    public DateTimeOffset? NotBefore(int disruptions) => Last is { } last && disruptions > 1 ? last.CompletionTime + Attempts.Backoff(disruptions - 1) : null;

    public static string Describe(ErrorStatus error) => $"{error.Code}: {(error.Field is { } field ? $"{field}: " : "")}{error.Message}{(string.IsNullOrEmpty(error.Help) ? "" : $"; {error.Help}")}";
}

/// <summary>A Job whose run is over, before the status says so.</summary>
internal sealed record EndedRun(RunJob Job, RunPhase.Ended End)
{
    public LastRunStatus ToStatus() => new(
        Job.RunId,
        new TriggerStatus(Job.Trigger.Kind, Job.Trigger.Key),
        Job.Attempt,
        Job.Generation,
        End.StartTime,
        End.CompletionTime,
        End.Exit is null ? null : End.Report?.Result ?? (End.Exit == RunnerExit.Done ? RunResult.Succeeded : RunResult.Failed),
        End.Exit,
        End.Error is { } error ? ErrorOf(error) : null,
        End.Report?.Inputs?.Select(input => new InputStatus(input.Table, input.TableId, input.Version, input.DataVersion)).ToList() is { Count: > 0 } inputs ? inputs : null,
        End.Report?.Consumed?.Gates.OrderBy(gate => gate.Key, StringComparer.Ordinal).Select(gate => new GateStatus(gate.Key, gate.Value)).ToList() is { Count: > 0 } gates ? gates : null,
        End.Report?.RowsRead,
        End.Report?.RowsWritten)
    {
        Disruptions = Job.Disruptions > 0 ? Job.Disruptions : null,
        JobUid = Job.Uid,
    };

    public static ErrorStatus ErrorOf(RunError error) => new(error.Code, error.Message, error.Field, error.Line, error.Column, error.Help);
}
