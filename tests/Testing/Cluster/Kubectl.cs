using System.Diagnostics;

namespace LakehouseOperator.Testing.Cluster;

/// <summary>How a kubectl ended, and what it said.</summary>
public sealed record KubectlResult(int ExitCode, string Output, string Error)
{
    /// <summary>What it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public string Succeeded => ExitCode == 0 ? Output : throw new InvalidOperationException(ToString());

    public override string ToString() => $"kubectl ended with {ExitCode}\n{Output}{Error}";
}

/// <summary>kubectl against one cluster, and within one namespace where it is given one: the user's own way in.</summary>
public sealed class Kubectl(string kubeconfig, string? @namespace = null)
{
    private static readonly Lazy<string> Program = new(Find);

    /// <summary>The same, for another namespace.</summary>
    public Kubectl In(string other) => new(kubeconfig, other);

    public Task<KubectlResult> RunAsync(params IReadOnlyList<string> arguments) => RunAsync(arguments, null);

    /// <summary>Applies documents.</summary>
    public Task<KubectlResult> ApplyAsync(string yaml) => RunAsync(["apply", "-f", "-"], yaml);

    /// <param name="input">What it reads from its standard input.</param>
    public async Task<KubectlResult> RunAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken = default)
    {
        List<string> all = ["--kubeconfig", kubeconfig];
        if (@namespace is not null)
            all.AddRange(["--namespace", @namespace]);
        using var process = Process.Start(new ProcessStartInfo(Program.Value, [.. all, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new KubectlResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>The one that was built with the API server, else the machine's: kubectl differs by version in what it refuses.</summary>
    private static string Find()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var built = Path.Combine(cache, "lakehouse-operator", "kubernetes-1.20.2", "bin", "kubectl");
        return File.Exists(built) ? built : "kubectl";
    }
}
