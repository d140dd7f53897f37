using System.Diagnostics;
using System.Globalization;

namespace LakehouseOperator.Testing.Servers;

/// <summary>A redis-server of its own, by <c>tests/servers/redis/start.sh</c>: on loopback, on a free port, with nothing on disk; it ends with this process at the latest.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Process script;
    private readonly string folder;

    private RedisServer(Process script, string folder, string url)
    {
        this.script = script;
        this.folder = folder;
        Url = url;
        Port = new Uri(url).Port;
        Pid = int.Parse(File.ReadAllText(Path.Combine(folder, "redis.pid")), CultureInfo.InvariantCulture);
    }

    /// <summary><c>redis://127.0.0.1:PORT/0</c>, or <c>rediss://</c>.</summary>
    public string Url { get; }

    public int Port { get; }

    public int Pid { get; }

    /// <param name="port">0: any that is free.</param>
    /// <param name="certificates">Speaks TLS only, with these.</param>
    /// <param name="options">Of redis-server, such as <c>--requirepass x</c> or <c>--user app on &gt;password ~* +@all</c>, word by word.</param>
    /// <exception cref="InvalidOperationException">It does not start; with what it says.</exception>
    public static async Task<RedisServer> StartAsync(
        IReadOnlyList<string>? options = null, int port = 0, TestCertificates? certificates = null, CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-redis-").FullName;
        List<string> arguments = [folder, "--attended"];
        if (port != 0)
            arguments.AddRange(["--port", port.ToString(CultureInfo.InvariantCulture)]);
        if (certificates is not null)
            arguments.AddRange(["--tls", .. certificates.Write(folder)]);
        arguments.AddRange(["--", .. options ?? []]);
        var script = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "servers", "redis", "start.sh"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var url = await script.StandardOutput.ReadLineAsync(cancellationToken);
        return url is not null
            ? new RedisServer(script, folder, url)
            : throw new InvalidOperationException($"redis-server does not start: {await script.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    /// <summary>Ends it as a power failure would. What it held is gone.</summary>
    public async Task KillAsync()
    {
        using (var server = Process.GetProcessById(Pid))
            server.Kill();
        script.StandardInput.Close();
        await script.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        script.StandardInput.Close();
        await script.WaitForExitAsync();
        script.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
