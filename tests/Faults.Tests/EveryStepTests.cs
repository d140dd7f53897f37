using System.Collections.Concurrent;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Faults.Tests.Worlds;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Faults.Tests;

/// <summary>
/// One plan for each step of a run and each fault: afterwards the lake is right at every version, the next run ends as if nothing had happened, and the one after
/// that has nothing to do.
/// </summary>
public abstract class EveryStep(Session session)
{
    private const int AtOnce = 2;

    protected Session Session { get; } = session;

    protected async Task RequireAsync(string world, Fault fault, Func<Life, FaultPlan, Task> break_)
    {
        var violations = new ConcurrentBag<string>();
        var steps = Session[world].Steps.Where(step => Applies(fault, step)).ToList();
        Assert.NotEmpty(steps);
        await Parallel.ForEachAsync(steps, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (step, _) =>
        {
            var plan = new FaultPlan(step, fault);
            using var life = Session[world].Begin();
            try
            {
                await break_(life, plan);
                life.Remember();
                await LakeOracle.CheckAsync(life.Lake);
                if (fault is Fault.FailBefore or Fault.FailAfter)
                    life.PassTime();
                await Session.FinishAsync(life);
                life.Remember();
                await LakeOracle.CheckCompleteAsync(life.Lake, life.Reference);
            }
            catch (ViolationException e)
            {
                violations.Add($"{plan}: {e.Message}");
            }
        });
        TestContext.Current.SendDiagnosticMessage($"{world}: {fault} at {steps.Count} steps, {steps.Count * Session[world].Reference.Count} rows compared, {violations.Count} violations");
        Assert.True(violations.IsEmpty, string.Join('\n', violations));
    }

    private static bool Applies(Fault fault, string step) => fault switch
    {
        Fault.KillBefore => step.StartsWith("at ", StringComparison.Ordinal) && step.EndsWith(" #1", StringComparison.Ordinal),
        Fault.LoseRequest or Fault.LoseReply => step.StartsWith("commit ", StringComparison.Ordinal),
        _ => !step.StartsWith("at ", StringComparison.Ordinal),
    };

    protected static void RequireExit(LocalReport report, params int[] allowed)
    {
        if (!allowed.Contains(report.ExitCode))
            throw new ViolationException($"exit code {report.ExitCode}: {string.Join("; ", report.Resources.Where(static one => one.Error is not null).Select(static one => $"{one.Resource}: {one.Error!.Message}"))}");
        foreach (var error in report.Resources.Select(static one => one.Error).OfType<Pipelines.Reports.RunError>())
        {
            if (error.Exit == RunnerExit.Bug)
                throw new ViolationException($"a defect: {error.Message}");
        }
    }
}

/// <summary>A real process, and a real SIGKILL.</summary>
public sealed class KillTests(Session session) : EveryStep(session)
{
    private const int Killed = 137;

    [Theory]
    [InlineData("fresh", Fault.KillBefore)]
    [InlineData("fresh", Fault.KillWithin)]
    [InlineData("fresh", Fault.KillAfter)]
    [InlineData("onward", Fault.KillWithin)]
    [InlineData("onward", Fault.KillAfter)]
    public Task A_process_killed_at_any_step_loses_and_doubles_nothing(string world, Fault fault) => RequireAsync(world, fault, async (life, plan) =>
    {
        var exit = await Session.RunProcessAsync(life, plan);
        if (exit != Killed)
            throw new ViolationException($"the process ended with {exit} before its step came");
    });
}

/// <summary>What a process lives to see: replies lost, a store that fails, another process that was faster.</summary>
public sealed class ReplyTests(Session session) : EveryStep(session)
{
    [Theory]
    [InlineData("fresh", Fault.LoseRequest)]
    [InlineData("fresh", Fault.LoseReply)]
    [InlineData("onward", Fault.LoseRequest)]
    [InlineData("onward", Fault.LoseReply)]
    public Task A_run_that_is_not_told_what_became_of_a_commit_finds_out(string world, Fault fault) => RequireAsync(world, fault, async (life, plan) =>
    {
        var (report, steps) = await Session.RunAsync(life, plan);
        RequireExit(report, 0);
        RequireFired(steps);
    });

    [Theory]
    [InlineData("fresh", Fault.FailBefore)]
    [InlineData("fresh", Fault.FailAfter)]
    [InlineData("onward", Fault.FailBefore)]
    [InlineData("onward", Fault.FailAfter)]
    public Task A_store_that_fails_once_costs_no_more_than_another_attempt(string world, Fault fault) => RequireAsync(world, fault, async (life, plan) =>
    {
        var (report, steps) = await Session.RunAsync(life, plan);
        var isOwnerMark = plan.Step.Contains("_lakehouse/owner.json", StringComparison.Ordinal);
        RequireExit(report, isOwnerMark ? 1 : 0);
        RequireFired(steps);
    });

    [Theory]
    [InlineData("fresh")]
    [InlineData("onward")]
    public Task A_process_that_was_overtaken_commits_nothing_twice(string world) => RequireAsync(world, Fault.Overtaken, async (life, plan) =>
    {
        var (report, steps) = await Session.RunAsync(life, plan, meanwhile: async () =>
        {
            var (other, _) = await Session.RunAsync(life, FaultPlan.None);
            RequireExit(other, 0, 1);
            life.Remember();
        });
        RequireExit(report, 0, 1);
        RequireFired(steps);
        foreach (var error in report.Resources.Select(static one => one.Error).OfType<Pipelines.Reports.RunError>())
        {
            if (error.Exit is not (RunnerExit.Fenced or RunnerExit.Done))
                throw new ViolationException($"overtaken, it ended with {error.Code} ({error.Exit}): {error.Message}");
        }
    });

    private static void RequireFired(Steps steps)
    {
        if (!steps.Fired)
            throw new ViolationException("the step did not come");
    }
}
