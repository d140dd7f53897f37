using System.Globalization;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>Tables as versions, and what a runner would make of a plan: it reads the newest inputs, answers UpToDate where it did so before, and asks gates first.</summary>
internal sealed class Lake
{
    public SortedDictionary<string, (string Id, long Version, ConsumedInputs? Consumed)> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Commits that changed rows.</summary>
    public List<string> Commits { get; } = [];

    /// <summary>Outcome of a QualityCheck's checks.</summary>
    public Func<string, CheckOutcome> Outcome { get; set; } = static _ => CheckOutcome.Passed;

    public void Write(string table)
    {
        var before = Tables.GetValueOrDefault(table);
        Tables[table] = (before.Id ?? $"id-of-{table}", before.Version + 1, null);
    }

    public RunReport Run(RunPlan plan, DateTimeOffset start, DateTimeOffset end)
    {
        var report = RunReport.Of(plan, RunResult.Succeeded, start, end);
        return plan switch
        {
            { Drop: { } drop } => Drop(drop, report),
            { Probe: not null } => report with { Storage = new StorageReport(true, true, Tables.Count) },
            { Transformation: { } transformation } => Transform(transformation, report),
            { QualityCheck: { } check } => report with { Checks = [.. check.Checks.Select(one => Result(plan.Name, one.Name))], Tables = [Table(check.Table)], Result = RunResult.Succeeded },
            _ => throw new InvalidOperationException("no batch plan"),
        };
    }

    private RunReport Drop(DropPlan drop, RunReport report)
    {
        foreach (var table in drop.Tables)
            Tables.Remove(table);
        return report;
    }

    private RunReport Transform(TransformationPlan plan, RunReport report)
    {
        var missing = plan.Inputs.FirstOrDefault(input => !Tables.ContainsKey(input.Table));
        if (missing is not null)
            return report with { Result = RunResult.Failed, Error = new RunError(RunCodes.InputMissing.Id, RunnerExit.Invalid, $"{missing.Table} is not there") };
        var consumed = new ConsumedInputs(
            [.. plan.Inputs.Select(input => new ConsumedInput(input.Table, Tables[input.Table].Id, Tables[input.Table].Version))],
            plan.SqlHash, plan.Gates.ToDictionary(gate => gate.Name, gate => gate.Hash, StringComparer.Ordinal));
        var before = Tables.GetValueOrDefault(plan.Table);
        if (before.Consumed?.ToJson() == consumed.ToJson())
            return report with { Result = RunResult.UpToDate, Tables = [Table(plan.Table)], Consumed = consumed, Inputs = Inputs(consumed) };
        var checks = plan.Gates.SelectMany(gate => gate.Checks.Select(check => Result(gate.Name, check.Name))).ToList();
        if (checks.Exists(check => check.Outcome == CheckOutcome.Failed))
        {
            return report with
            {
                Result = RunResult.Blocked, Checks = checks, Inputs = Inputs(consumed), Tables = before.Id is null ? null : [Table(plan.Table)], Consumed = before.Consumed,
                Error = new RunError("LH5001", RunnerExit.Blocked, "a gate blocked it"),
            };
        }

        Tables[plan.Table] = (before.Id ?? $"id-of-{plan.Table}", before.Version + 1, consumed);
        Commits.Add(string.Create(CultureInfo.InvariantCulture, $"{plan.Table}@{before.Version + 1} of {consumed.ToJson()}"));
        return report with { Tables = [Table(plan.Table)], Checks = checks, Consumed = consumed, Inputs = Inputs(consumed), RowsWritten = 10 };
    }

    public TableReport Table(string name) => new(name, Tables[name].Id, Tables[name].Version, Tables[name].Version, 10, 10, LagRecords: 0, LagSeconds: 0);

    private static List<InputVersion> Inputs(ConsumedInputs consumed) => [.. consumed.Inputs.Select(input => new InputVersion(input.Table, input.TableId, input.DataVersion, input.DataVersion))];

    private CheckResult Result(string check, string name) => new(check, name, "rowCount", Outcome(check), 10, "min 1");
}
