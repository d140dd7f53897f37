using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Tests.Runs;

/// <summary>The Job of one run, a minute old, with what may be seen of its Pod.</summary>
internal static class OneRun
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static readonly RunJob Job = new("shop", "silver-x", "job-uid", "owner", "run1", 1, 0, new RunTrigger(TriggerKind.OnChange, "key"), "1", Now.AddSeconds(-60));

    public static RunReport Report(RunResult result = RunResult.Succeeded, RunnerExit? exit = null) => new(
        1, "run1", ResourceKind.Transformation, "shop", "silver", result, Now.AddSeconds(-50), Now.AddSeconds(-10), exit is { } error ? new RunError("LH2001", error, "what") : null);

    public static RunPod Pod(RunContainer? runner = null, RunContainer? worker = null, string phase = "Running", string? reason = null, bool deleting = false, string? unschedulable = null, string? owner = "job-uid", int age = 50) => new(
        "shop", "silver-x-1", "pod-uid", "run1", Now.AddSeconds(-age), deleting, phase, reason, null, unschedulable, [.. new[] { runner, worker }.OfType<RunContainer>()]) { OwnerUid = owner };

    public static RunContainer Running(string name = RunPod.Runner) => new(name, true, null, null, null, null, 0, Now.AddSeconds(-40));

    public static RunContainer Ended(int exit, string? reason = "Error", string? message = null, string name = RunPod.Runner) =>
        new(name, false, null, null, new ContainerEnd(exit, reason, message, Now.AddSeconds(-40), Now.AddSeconds(-5)), null, 0, null);

    public static RunContainer Waiting(string reason, string name = RunPod.Runner) => new(name, false, reason, "words", null, null, 0, null);
}
