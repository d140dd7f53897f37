using System.Diagnostics;

namespace LakehouseOperator.Testing.Servers;

/// <summary>A store that ignores conditions on puts (npm's s3rver), by <c>tests/servers/s3rver</c>; it takes any access key, and ends with this process at the latest.</summary>
public sealed class ForgetfulStore : IAsyncDisposable
{
    public const string Bucket = "forgetful";

    private static readonly SemaphoreSlim Restoring = new(1, 1);
    private readonly Process process;
    private readonly string folder;

    private ForgetfulStore(Process process, string folder, string endpoint)
    {
        this.process = process;
        this.folder = folder;
        Endpoint = endpoint;
    }

    public string Endpoint { get; }

    /// <exception cref="InvalidOperationException">It does not start; with what it says.</exception>
    public static async Task<ForgetfulStore> StartAsync(CancellationToken cancellationToken = default)
    {
        var program = Path.Combine(Repository.Root, "tests", "servers", "s3rver");
        await RestoreAsync(program, cancellationToken);
        var folder = Directory.CreateTempSubdirectory("lakehouse-s3rver-").FullName;
        var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(program, "serve.mjs"), folder, Bucket])
        {
            WorkingDirectory = program,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return await process.StandardOutput.ReadLineAsync(cancellationToken) is { } endpoint
            ? new ForgetfulStore(process, folder, endpoint)
            : throw new InvalidOperationException($"s3rver does not start: {await process.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    /// <summary>What it holds.</summary>
    public IReadOnlyList<string> Files() =>
        [.. Directory.EnumerateFiles(Path.Combine(folder, Bucket), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Where(static path => path.EndsWith("._S3rver_object", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary><c>make test</c> has restored the packages; a test run by itself does it here.</summary>
    private static async Task RestoreAsync(string program, CancellationToken cancellationToken)
    {
        await Restoring.WaitAsync(cancellationToken);
        try
        {
            if (File.Exists(Path.Combine(program, "node_modules", "s3rver", "package.json")))
                return;
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--silent", "--no-progress"]) { WorkingDirectory = program })!;
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"npm ci in {program} ended with {npm.ExitCode}");
        }
        finally
        {
            Restoring.Release();
        }
    }
}
