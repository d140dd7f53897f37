using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Transformations;

/// <summary>A Transformation's past: its status, moved on by the run that has just ended.</summary>
internal sealed record TransformationState(TransformationStatus Status, RunLedger Ledger, OutputStatus? Output, IReadOnlyList<InputStatus>? Inputs, DateTimeOffset Now)
{
    public static TransformationState Of(Member member, LakeScene? lake)
    {
        var status = member.Item.ReadStatus(StatusJson.Default.TransformationStatus) ?? new TransformationStatus();
        var ledger = member.Ledger(status.LastRun, status.History);
        var (output, inputs) = Published(status, ledger.Ended is { End.Report: { } report } ended && IsOfItsTable(member, ended.Job, report) ? report : null, lake);
        return new TransformationState(status, ledger, output, inputs, member.Seen.Now);
    }

    /// <summary>A run writes the one table that its resource names. What names another one, and was made for what the resource says now, is not believed: it would count as an edit of an immutable field.</summary>
    private static bool IsOfItsTable(Member member, RunJob job, RunReport report) =>
        member.Spec is not TransformationResource { Spec.Table: var own } || job.Generation != member.Item.Effective || report.Tables is not [{ Table: var named }, ..] || named == own;

    /// <summary>What the table's newest version was made from, as far as the operator was told.</summary>
    public ConsumedInputs? Committed => Output?.SqlHash is not { } hash ? null : new ConsumedInputs(
        [.. (Inputs ?? []).Select(input => new ConsumedInput(input.Table, input.TableId, input.DataVersion, input.PinnedVersion))],
        hash,
        (Output.Gates ?? []).DistinctBy(gate => gate.Name, StringComparer.Ordinal).ToDictionary(gate => gate.Name, gate => gate.Hash, StringComparer.Ordinal));

    public TableVersion? Version => Output is { TableId: { } id, DataVersion: { } version } ? new TableVersion(id, version) : null;

    /// <summary>The request that a run has answered, with a result that is not going to be tried again.</summary>
    public string? LastHandledRequest(int retries) => Handled.By(Ledger, ResourceKindOf, retries) ?? Status.LastHandledRequest;

    /// <summary>As soon as a run is started for it: a Job carries it.</summary>
    public DateTimeOffset? LastScheduleTime => Handled.Latest(Status.LastScheduleTime, Ledger, Now);

    private const Pipelines.ResourceKind ResourceKindOf = Pipelines.ResourceKind.Transformation;

    /// <summary>
    /// A termination message has no room for what the version was made from. That there is a new one is enough for whoever reads it; what it was made from is then not known, and asked of the
    /// next run.
    /// </summary>
    private static (OutputStatus? Output, IReadOnlyList<InputStatus>? Inputs) Shortened(TransformationStatus status, RunReport report, TableReport table, LakeScene? lake)
    {
        var isSame = status.Output is { } before && before.Table == table.Table && before.TableId == table.TableId && before.DataVersion == table.DataVersion;
        if (isSame || report.Result is not (RunResult.Succeeded or RunResult.UpToDate))
            return (status.Output, status.Inputs);
        return (
            new OutputStatus(
                table.Table, table.TableId, table.Version, table.DataVersion, table.Rows, lake?.LocationOf(table.Table) ?? status.Output?.Location, table.LastCommitTime),
            [.. (report.Inputs ?? []).Select(input => new InputStatus(input.Table, input.TableId, input.Version, input.DataVersion))]);
    }

    private static (OutputStatus? Output, IReadOnlyList<InputStatus>? Inputs) Published(TransformationStatus status, RunReport? report, LakeScene? lake)
    {
        if (report is not { Tables: [var table, ..] })
            return (status.Output, status.Inputs);
        if (report.Consumed is not { } consumed)
            return Shortened(status, report, table, lake);
        var versions = (report.Inputs ?? []).ToLookup(input => (input.Table, input.TableId, input.DataVersion));
        return (
            new OutputStatus(
                table.Table, table.TableId, table.Version, table.DataVersion, table.Rows, lake?.LocationOf(table.Table) ?? status.Output?.Location, table.LastCommitTime, consumed.SqlHash,
                [.. consumed.Gates.OrderBy(gate => gate.Key, StringComparer.Ordinal).Select(gate => new GateStatus(gate.Key, gate.Value))]),
            [.. consumed.Inputs.Select(input => new InputStatus(
                input.Table, input.TableId, versions[(input.Table, input.TableId, input.DataVersion)].FirstOrDefault()?.Version ?? input.DataVersion, input.DataVersion, input.PinnedVersion))]);
    }
}
