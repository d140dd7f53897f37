using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>The audit of write–audit–publish: the gates of a table judge its next version while that is only staged.</summary>
public static class GateAudit
{
    /// <param name="staging">Tables that checks refer to are staged here, beside the run's inputs.</param>
    public static async Task<IReadOnlyList<CheckResult>> JudgeAsync(
        ISqlWorker worker, RunPlan plan, RunContext context, StagedOutput staged, RunScratchBudget staging, CancellationToken cancellationToken)
    {
        var spec = plan.Transformation!;
        if (spec.Gates.Count == 0)
            return [];
        context.Progress.Stage(plan.Resource, RunStage.Checking);
        var subject = TableName.Parse(spec.Table);
        var checks = NamedCheck.Of(spec.Gates);
        var references = await ReferencesAsync(context.Lake, checks, subject, staging, cancellationToken);
        return await CheckEvaluation.EvaluateAsync(
            checks, staged.AsTable(spec.Table), references, worker, LimitsOf(plan), context.Time, staged.ExactNulls(), cancellationToken);
    }

    /// <summary>Null when the version may be published; else why not, with every check that failed, what was measured and what was allowed.</summary>
    public static RunError? Verdict(IReadOnlyList<CheckResult> results, string table)
    {
        var blocking = results.Where(CheckEvaluation.Blocks).ToList();
        if (blocking.Count == 0)
            return null;
        return new RunError(
            CheckCodes.GateBlocked.Id,
            CheckCodes.GateBlocked.Exit,
            $"{table} was not published: {string.Join("; ", blocking.Select(Sentence))}",
            Help: "the last good version stays; mend the input or the SQL, or change the check");
    }

    internal static SqlLimits LimitsOf(RunPlan plan) => new(plan.Limits.Deadline, plan.Limits.MemoryBytes, plan.Limits.ScratchBytes, plan.Limits.Threads);

    /// <summary>The tables that checks refer to, by name; those that are not there are left out, which is an error of their checks alone.</summary>
    internal static async Task<IReadOnlyDictionary<TableName, SqlTable>> ReferencesAsync(
        Lake lake, IReadOnlyList<NamedCheck> checks, TableName subject, RunScratchBudget staging, CancellationToken cancellationToken)
    {
        var pinned = new List<PinnedTable>();
        foreach (var name in CheckEvaluation.References(checks, subject))
        {
            if (lake.Layers.ContainsKey(name.Layer) && await lake.Table(name).ReadSnapshotAsync(null, cancellationToken) is { } snapshot)
                pinned.Add(new PinnedTable(lake.Table(name), snapshot));
        }

        var staged = await TableStaging.StageAsync(pinned, staging, cancellationToken);
        return staged.ToDictionary(table => TableName.Parse(table.Table));
    }

    private static string Sentence(CheckResult result)
    {
        var name = $"{result.QualityCheck}/{result.Name}";
        if (result.Outcome == CheckOutcome.Errored)
            return $"{name} could not be judged: {result.Message}";
        var measured = result.Measured is { } value ? value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture) : "nothing";
        return $"{name} measured {measured}, allowed is {result.Threshold}";
    }
}
