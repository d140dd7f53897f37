using System.Diagnostics;
using System.Globalization;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Faults.Tests.Worlds;

/// <summary>One run in a process of its own, to its end or to the fault's.</summary>
internal static class HarnessProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="now">The time of day, which stands still; null: the clock goes on.</param>
    /// <returns>The exit code, 137 of a killed process; the steps, where it lived to say them; what it complained of.</returns>
    /// <exception cref="ViolationException">It does not end.</exception>
    public static async Task<(int Exit, IReadOnlyList<string> Steps, string Said)> RunAsync(string documents, string lake, string scratch, DateTimeOffset? now, FaultPlan plan)
    {
        string[] arguments = [documents, lake, scratch, (now?.ToUnixTimeMilliseconds() ?? 0).ToString(CultureInfo.InvariantCulture), plan.Fault.ToString(), plan.Step];
        var start = new ProcessStartInfo(BuiltPrograms.Find("LakehouseOperator.Faults"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LAKEHOUSE_RUNNER"] = BuiltPrograms.Find("lakehouse-runner");
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries), await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new ViolationException($"{plan}: the process did not end");
        }
    }
}
