using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Runs;

/// <summary>Carries out a plan, in a pod, on a laptop and in tests alike.</summary>
public static class PlanRunner
{
    /// <summary>
    /// Ends with a report in every case. When <paramref name="stop"/> is cancelled, a commit in hand is finished and the rest is left; such a
    /// run reports <see cref="RunCodes.Interrupted"/> unless it was done.
    /// </summary>
    public static async Task<RunReport> ExecuteAsync(RunPlan plan, RunContext context, CancellationToken stop)
    {
        var started = context.Time.GetUtcNow();
        using var deadline = new CancellationTokenSource(plan.Limits.Deadline > TimeSpan.Zero ? plan.Limits.Deadline : Timeout.InfiniteTimeSpan, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            using var scratch = context.Scratch.ForRun();
            if (plan.Kind is not (ResourceKind.QualityCheck or ResourceKind.Lakehouse))
                await context.Lake.RequireConditionalWritesAsync(either.Token);
            return await ExecuteAsync(plan, context, scratch, either.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Failed(new DiagnosticException(RunCodes.Interrupted, "interrupted before it committed", "run it again"));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return Failed(new DiagnosticException(
                RunCodes.DeadlineExceeded, $"ran longer than its deadline of {plan.Limits.Deadline.TotalSeconds:0.###} s", "raise execution.activeDeadlineSeconds, or read less"));
        }
        catch (Exception e)
        {
            // The boundary of a run: whatever ended it becomes its report, and no other run notices.
            if (e is not (DiagnosticException or Sql.SqlWorkerGoneException))
                RunLog.Defect(context.Log, plan.Resource, e);
            return Failed(e);
        }

        RunReport Failed(Exception e) => Failure(plan, e, started, context.Time);
    }

    /// <summary>The report of a run that an exception ended.</summary>
    public static RunReport Failure(RunPlan plan, Exception exception, DateTimeOffset started, TimeProvider time) =>
        RunReport.Of(plan, RunResult.Failed, started, time.GetUtcNow()) with { Error = RunFailures.Describe(exception) };

    private static Task<RunReport> ExecuteAsync(RunPlan plan, RunContext context, RunScratch scratch, CancellationToken cancellationToken) => plan switch
    {
        { Drop: not null } => new DropRun(plan, context).ExecuteAsync(cancellationToken),
        { Probe: not null } => new ProbeRun(plan, context).ExecuteAsync(cancellationToken),
        { Kind: ResourceKind.Ingestion } => IngestionRun.RunAsync(
            plan, context.Lake, context.Workers, scratch, context.Time, context.Progress, cancellationToken, context.Log, context.Secrets, context.Guard),
        { Kind: ResourceKind.Transformation } => new TransformationRun(plan, context, scratch).ExecuteAsync(cancellationToken),
        { Kind: ResourceKind.QualityCheck } => new QualityCheckRun(plan, context, scratch).ExecuteAsync(cancellationToken),
        _ => throw new DiagnosticException(RunCodes.PlanUnreadable, $"a {plan.Kind} is not run", "use a runner of the version that wrote the plan"),
    };
}
