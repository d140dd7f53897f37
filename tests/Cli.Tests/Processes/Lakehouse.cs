using System.Diagnostics;
using System.Text.Json;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Cli.Tests.Processes;

/// <summary>How a process ended, and what it said.</summary>
public sealed record Ended(int ExitCode, string Out, string Error)
{
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Out);
        return document.RootElement.Clone();
    }

    public override string ToString() => $"exit {ExitCode}\n--- stdout\n{Out}\n--- stderr\n{Error}";
}

/// <summary>The real programs, as processes of their own.</summary>
public static class Lakehouse
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    public static string Quickstart => Path.Combine(Repository.Root, "config", "samples", "quickstart");

    public static Task<Ended> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    public static Task<Ended> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment) =>
        EndAsync(Start("lakehouse", arguments, environment));

    public static Task<Ended> RunnerAsync(params string[] arguments) => EndAsync(Start("lakehouse-runner", arguments, null));

    public static Process Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(BuiltPrograms.Find(program), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        start.Environment.Remove("LAKEHOUSE_DEBUG");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Ended> EndAsync(Process process)
    {
        using (process)
        {
            process.StandardInput.Close();
            var said = process.StandardOutput.ReadToEndAsync();
            var complained = process.StandardError.ReadToEndAsync();
            using var deadline = new CancellationTokenSource(Longest);
            try
            {
                await process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException late)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"it did not end within {Longest}: {await complained}", late);
            }

            return new Ended(process.ExitCode, await said, await complained);
        }
    }
}
