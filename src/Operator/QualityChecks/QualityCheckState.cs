using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.QualityChecks;

/// <summary>What was last found, by a run of its own or as a gate of the run that wrote the table.</summary>
internal sealed record Findings(
    string? TableId, long? Version, long? DataVersion, string? ChecksHash, DateTimeOffset? EvaluatedTime, CheckSummaryStatus? Summary, IReadOnlyList<CheckStatus>? Checks)
{
    public EvaluatedVersion? Evaluated => this is { TableId: { } id, DataVersion: { } version, ChecksHash: { } hash } ? new EvaluatedVersion(id, version, hash) : null;
}

/// <summary>A QualityCheck's past.</summary>
internal sealed record QualityCheckState(QualityCheckStatus Status, RunLedger Ledger, Findings Findings, DateTimeOffset Now)
{
    /// <summary>Something was found that its status does not say yet.</summary>
    public bool IsPending => Findings.EvaluatedTime != Status.EvaluatedTime;

    /// <param name="gates">Runs of the Transformation that writes the table: they speak of this check, too.</param>
    public static QualityCheckState Of(Member member, IEnumerable<(RunJob Job, RunReport Report)> gates)
    {
        var status = member.Item.ReadStatus(StatusJson.Default.QualityCheckStatus) ?? new QualityCheckStatus();
        if (StatusTimes.IsAhead(status.EvaluatedTime, member.Seen.Now))
            status = status with { EvaluatedTime = null };
        var ledger = member.Ledger(status.LastRun, status.History);
        var findings = new Findings(status.TableId, status.Version, status.DataVersion, status.ChecksHash, status.EvaluatedTime, status.Summary, status.Checks);
        if (member.Spec is QualityCheckResource { Spec: var spec })
        {
            var hash = PlanHashes.Checks(spec.Checks);
            if (ledger.Ended is { End.Report: { } own } ended)
                findings = Take(findings, member.Id.Name, own, HashOf(ended.Job.Trigger.Key) ?? hash);
            foreach (var (job, gate) in gates.OrderBy(gate => gate.Report.CompletionTime))
                findings = Take(findings, member.Id.Name, gate, GateHashOf(member.Id.Name, job, gate) ?? hash);
        }

        return new QualityCheckState(status, ledger, findings, member.Seen.Now);
    }

    public string? LastHandledRequest => Handled.By(Ledger, Pipelines.ResourceKind.QualityCheck, Defaults.Retries) ?? Status.LastHandledRequest;

    public DateTimeOffset? LastScheduleTime => Handled.Latest(Status.LastScheduleTime, Ledger, Now);

    /// <summary>As many as a status holds, and a spec may have.</summary>
    private const int MostChecks = 100;

    private static Findings Take(Findings before, string name, RunReport report, string hash)
    {
        var found = (report.Checks ?? []).Where(check => check.QualityCheck == name).Take(MostChecks).ToList();
        if (found.Count == 0 || before.EvaluatedTime >= StatusTimes.Of(report.CompletionTime))
            return before;
        var table = report.Tables is [var first, ..] ? first : null;
        var warned = found.Count(check => check.Outcome == CheckOutcome.Warned);
        var failed = found.Count(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Errored);
        var passed = found.Count - warned - failed;
        return new Findings(
            table?.TableId, table?.Version, table?.DataVersion, hash, StatusTimes.Of(report.CompletionTime), new CheckSummaryStatus(passed, warned, failed, $"{passed}/{found.Count}"),
            [.. found.Select(check => new CheckStatus(check.Name, check.Kind, check.Outcome, check.Threshold, check.Measured, check.Message))]);
    }

    /// <summary>Which checks a run of its own was started for, by its trigger key.</summary>
    private static string? HashOf(string key) => Part(key, "checks=");

    /// <summary>Which checks a gate had when the run was made; they may have been edited since.</summary>
    private static string? GateHashOf(string name, RunJob job, RunReport report) =>
        Part(job.Trigger.Key, $"gate:{name}=") ?? (report.Result is RunResult.Succeeded or RunResult.UpToDate ? report.Consumed?.Gates.GetValueOrDefault(name) : null);

    private static string? Part(string key, string prefix) => key.Split(';').FirstOrDefault(part => part.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];
}
