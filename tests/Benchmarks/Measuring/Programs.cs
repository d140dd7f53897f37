using System.Diagnostics;

namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>Runs programs one at a time, from start to end.</summary>
internal sealed class Programs(string folder)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>As the image has it: trimmed and self-contained.</summary>
    public string Operator { get; } = Path.Combine(folder, "..", "images", "operator", "app", "lakehouse-operator");

    public string Runner { get; } = Path.Combine(folder, "lakehouse-runner");

    public Task<Sample> LakehouseAsync(params string[] arguments) => RunAsync(Path.Combine(folder, "lakehouse"), arguments);

    public Task<Sample> RunnerAsync(params string[] arguments) => RunAsync(Runner, arguments);

    /// <summary>A calibrator, as a process of its own: this program with other arguments.</summary>
    public static Task<Sample> BareAsync(params string[] arguments) => RunAsync(Environment.ProcessPath!, arguments);

    /// <summary>SIGKILL at a moment, which is reckoned from now on; whether it was still there.</summary>
    public Task<bool> KillRunnerAsync(Task moment, params string[] arguments) => KillAsync(Runner, moment, arguments);

    /// <inheritdoc cref="KillRunnerAsync"/>
    public static Task<bool> KillBareAsync(Task moment, params string[] arguments) => KillAsync(Environment.ProcessPath!, moment, arguments);

    private static async Task<bool> KillAsync(string program, Task moment, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} was not started");
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await moment;
        var isThere = !process.HasExited;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await said;
        return isThere;
    }

    /// <exception cref="InvalidOperationException">It did not end well: there is nothing to measure.</exception>
    private static async Task<Sample> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var before = Usage.OfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peaks = new Dictionary<int, long>();
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        var ended = process.WaitForExitAsync();
        while (!ended.IsCompleted)
        {
            foreach (var one in ProcessTree.Of(process.Id))
                peaks[one] = Math.Max(peaks.GetValueOrDefault(one), ProcessTree.PeakOf(one));
            await Task.WhenAny(ended, timer.WaitForNextTickAsync().AsTask());
        }

        await ended;
        watch.Stop();
        var cpu = Usage.OfChildren() - before;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Path.GetFileName(program)} {arguments[0]} ended with {process.ExitCode}:\n{await errors}\n{await output}");
        return new Sample(watch.Elapsed, cpu, peaks.Values.Sum(), await output);
    }
}
