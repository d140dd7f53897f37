using System.Collections.Concurrent;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Faults.Tests.Streams;

/// <summary>One kill for each step of a run that drains streams, while their producer goes on.</summary>
public sealed class StreamStepTests(SharedRedis redis)
{
    private const int AtOnce = 2;
    private const int Killed = 137;

    [Theory]
    [InlineData(Fault.KillBefore)]
    [InlineData(Fault.KillWithin)]
    [InlineData(Fault.KillAfter)]
    public async Task A_process_killed_at_any_step_loses_and_doubles_no_entry(Fault fault)
    {
        var steps = (await StepsAsync()).Where(step => Applies(fault, step)).ToList();
        Assert.NotEmpty(steps);
        var violations = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(steps, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (step, _) =>
        {
            var plan = new FaultPlan(step, fault);
            try
            {
                await KillAsync(plan);
            }
            catch (ViolationException e)
            {
                violations.Add($"{plan}: {e.Message}");
            }
        });
        TestContext.Current.SendDiagnosticMessage($"streams: {fault} at {steps.Count} steps, {violations.Count} violations");
        Assert.True(violations.IsEmpty, string.Join('\n', violations));
    }

    private static bool Applies(Fault fault, string step) => step.StartsWith("at ", StringComparison.Ordinal)
        ? fault == Fault.KillBefore && step.EndsWith(" #1", StringComparison.Ordinal)
        : fault != Fault.KillBefore;

    private async Task<IReadOnlyList<string>> StepsAsync()
    {
        await using var place = await PlaceAsync();
        var (exit, steps, said) = await place.RunFaultyAsync(FaultPlan.None);
        Assert.True(exit == 0, said);
        await place.CheckAsync();
        return steps;
    }

    private async Task KillAsync(FaultPlan plan)
    {
        await using var place = await PlaceAsync();
        var (exit, _, said) = await place.RunFaultyAsync(plan);
        if (exit != Killed)
            throw new ViolationException($"the process ended with {exit} before its step came: {said}");
        await place.CheckPrefixAsync();
        await place.Producer.WriteAsync(7, TestContext.Current.CancellationToken);
        await place.FinishAsync();
        await place.CheckAsync();
    }

    private async Task<StreamPlace> PlaceAsync()
    {
        var url = await redis.UrlAsync();
        var place = await StreamPlace.CreateAsync(url, redis.Prefix(), streams: 2, new Uri(url).Port, rowsPerCommit: 15);
        await place.Producer.WriteAsync(40, TestContext.Current.CancellationToken);
        return place;
    }
}
