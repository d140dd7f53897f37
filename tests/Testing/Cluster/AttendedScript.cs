using System.Diagnostics;

namespace LakehouseOperator.Testing.Cluster;

/// <summary>
/// A script of the checkout that starts servers, says one line when they are ready, and ends them when its standard input ends: at the latest with this process, however
/// that ends.
/// </summary>
public sealed class AttendedScript : IAsyncDisposable
{
    private readonly Process process;

    private AttendedScript(Process process, string line)
    {
        this.process = process;
        Line = line;
    }

    /// <summary>What it said.</summary>
    public string Line { get; }

    /// <param name="path">Parts of its path below the checkout.</param>
    /// <exception cref="InvalidOperationException">It ended instead; with what it says.</exception>
    public static async Task<AttendedScript> StartAsync(IReadOnlyList<string> path, IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine([Repository.Root, .. path]), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            return new AttendedScript(process, line);
        throw new InvalidOperationException($"{path[^1]} {string.Join(' ', arguments)} does not start: {await said}");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
