using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Ingestions;

/// <summary>An Ingestion's past and present: its status, and what its stream's Pod and reports say beyond it.</summary>
/// <param name="Drops">Runs that remove its tables; a stream is none.</param>
/// <param name="Report">The newest of the stream's present pod.</param>
/// <param name="Broken">How the stream's container ended last, while it is not running again.</param>
/// <param name="Last">Its last end that was final; of the status, or new.</param>
internal sealed record IngestionState(
    IngestionStatus Status, RunLedger Drops, RunPod? Pod, RunReport? Report, RunPhase.Ended? Broken, LastRunStatus? Last, IReadOnlyList<IngestedTableStatus> Tables, string Generation)
{
    /// <summary>When <see cref="Report"/> arrived, by our own clock; null where that is not known.</summary>
    public DateTimeOffset? Heard { get; init; }

    private const string StreamKey = "stream";

    public static IngestionState Of(Member member)
    {
        var status = member.Item.ReadStatus(StatusJson.Default.IngestionStatus) ?? new IngestionStatus();
        var drops = member.Ledger(status.LastRun);
        var stream = member.Stream;
        var pod = stream is null ? null : member.Seen.Pods(stream.RunId).OrderByDescending(one => one.Created).FirstOrDefault();
        var report = stream is null ? null : member.Seen.Reports(stream.RunId);

        // One that is going has had its say.
        var broken = pod is null or { Deleting: true } ? null : BrokenOf(pod, stream!, member.Seen.Now);
        if (broken is not null && report is { Result: RunResult.Running } && report.CompletionTime < broken.CompletionTime)
            report = broken.Report ?? report;

        // What a pod before it said is told of the tables, and is no news of the stream.
        var live = pod is { Deleting: false } && (member.Seen.Senders(stream!.RunId) is not { } sender || sender == pod.Uid) ? report : null;
        var last = broken is { Exit: { } exit } && IsFinal(exit) ? LastOf(stream!, broken) : drops.Last;
        return new IngestionState(status, drops, pod, live, broken, last, TablesOf(member, status, report), GenerationOf(member))
        {
            Heard = live is null ? null : member.Seen.Arrivals(stream!.RunId),
        };
    }

    /// <summary>Changes with the spec and with every request: both give a stream that had ended for good another try.</summary>
    public static string GenerationOf(Member member) => $"{member.Item.Effective}{(member.Item.Request is { } request ? $"/{ChildNames.Hash(request)}" : "")}";

    /// <summary>As decisions see the end of a stream that no restart mends, of what the resource says now; what it said before may have ended as it liked.</summary>
    public AttemptedRun? Attempted => Last is { Exit: { } exit } last && last.Trigger.Key == StreamKey && last.Generation == Generation && IsFinal(exit)
        ? new AttemptedRun(last.Trigger.Key, last.Generation, last.Attempt, last.Exit, last.StartTime, last.CompletionTime, last.Error is { } error ? RunLedger.Describe(error) : null)
        : null;

    /// <summary>The kubelet starts a broken stream again and again; these ends only a change mends. A missing Secret may still come.</summary>
    public static bool IsFinal(RunnerExit exit) => exit is RunnerExit.Invalid or RunnerExit.Sql or RunnerExit.Fenced or RunnerExit.HistoryGone;

    private static RunPhase.Ended? BrokenOf(RunPod pod, StreamItem stream, DateTimeOffset now)
    {
        if (pod.Find(RunPod.Runner) is not { Running: false } runner || (runner.End ?? runner.LastEnd) is not { } end)
            return null;
        var job = new RunJob(pod.Namespace, pod.Name, pod.Uid, stream.OwnerUid, pod.RunId, 1, 0, new RunTrigger(TriggerKind.Stream, StreamKey), "", pod.Created);
        var seen = pod with { OwnerUid = job.Uid, Containers = [.. pod.Containers.Select(container => container.Name == RunPod.Runner ? container with { End = end } : container)] };
        return RunPhases.Of(job, [seen], null, now) as RunPhase.Ended;
    }

    private static LastRunStatus LastOf(StreamItem stream, RunPhase.Ended end) => new(
        stream.RunId, new TriggerStatus(TriggerKind.Stream, StreamKey), 1, stream.MadeFor.Length > 0 ? stream.MadeFor : "-", end.StartTime, end.CompletionTime, RunResult.Failed, end.Exit,
        end.Error is { } error ? EndedRun.ErrorOf(error) : null, RowsRead: end.Report?.RowsRead, RowsWritten: end.Report?.RowsWritten);

    /// <summary>In the order of the spec; what a report says of a table replaces what was known, and tables that it reads beside them come after.</summary>
    private static List<IngestedTableStatus> TablesOf(Member member, IngestionStatus status, RunReport? report)
    {
        var known = (status.Tables ?? []).DistinctBy(table => table.Name, StringComparer.Ordinal).ToDictionary(table => table.Name, StringComparer.Ordinal);
        foreach (var table in report?.Tables ?? [])
        {
            known[table.Table] = new IngestedTableStatus(
                table.Table, table.TableId, table.Version, table.DataVersion, table.Rows, table.Quarantined, table.LagRecords, table.LagSeconds, table.LastCommitTime, table.WatermarkTime);
        }

        foreach (var side in report?.Quarantines ?? [])
            known[side.Table] = new IngestedTableStatus(side.Table, side.TableId, side.Version, side.DataVersion);

        var declared = member.Spec is IngestionResource { Spec: var spec } ? spec.Tables.Select(table => table.Name).ToList() : [.. known.Keys];
        return [.. declared.Select(name => known.GetValueOrDefault(name) ?? new IngestedTableStatus(name)), .. known.Values.Where(table => !declared.Contains(table.Name, StringComparer.Ordinal) && declared.Contains(MainOf(table.Name), StringComparer.Ordinal))
            .Select(side => new IngestedTableStatus(side.Name, side.TableId, side.Version, side.DataVersion))]; // No source is read into it: it lags behind nothing.
    }

    /// <summary>The table that a quarantine belongs to.</summary>
    private static string MainOf(string table) => Pipelines.TableName.TryParse(table, out var name) && name.IsQuarantine ? table[..^Pipelines.TableName.QuarantineSuffix.Length] : "";
}
