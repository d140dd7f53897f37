using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Faults.Runs;

/// <summary>Makes the stages of runs steps that a process can be killed at.</summary>
public sealed class StepObserver(Steps steps) : ILocalObserver
{
    private readonly List<RunReport> reports = [];

    public IReadOnlyList<RunReport> Reports
    {
        get
        {
            lock (reports)
                return [.. reports];
        }
    }

    public void Found(IReadOnlyList<Diagnostic> diagnostics)
    {
    }

    public void Started(ResourceId resource, int attempt) => Step($"{resource} started");

    public void Stage(ResourceId resource, RunStage stage) => Step($"{resource} {stage}");

    public void Rows(ResourceId resource, long rows)
    {
    }

    public void Committed(ResourceId resource, TableName table, long version, long rowsAdded) => Step($"{resource} committed");

    public void Finished(ResourceId resource, RunReport report)
    {
        lock (reports)
            reports.Add(report);
        Step($"{resource} finished");
    }

    public void Retrying(ResourceId resource, RunError error, int attempt, TimeSpan after) => Step($"{resource} retrying");

    private void Step(string name)
    {
        if (steps.Enter("at", name) is Fault.KillWithin or Fault.KillAfter)
            Steps.Kill();
    }
}
