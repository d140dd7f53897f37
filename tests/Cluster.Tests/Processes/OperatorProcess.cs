using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Cluster.Tests.Processes;

/// <summary>
/// The real <c>lakehouse-operator</c> as a process of this machine, and beside it, as its pod has one, a SQL worker. Reports reach it on
/// loopback. A process that is begun again keeps its ports, as a Service keeps its address.
/// </summary>
public sealed class OperatorProcess : IAsyncDisposable
{
    /// <summary>An image that there is nowhere.</summary>
    public const string RunnerImage = "registry.invalid/runner:0";

    private static readonly HttpClient Probe = new();
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(180);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lakehouse-operator-");
    private readonly ConcurrentQueue<string> lines = new();
    private readonly IReadOnlyList<string> arguments;
    private readonly int metrics;
    private Process? process;
    private Process? worker;

    private OperatorProcess(string kubeconfig, IReadOnlyList<string> namespaces, IReadOnlyList<string> more)
    {
        var config = Path.Combine(folder.FullName, "kubeconfig");
        File.WriteAllText(config, kubeconfig);
        (var reports, metrics) = FreePorts();
        ReportUrl = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{reports}/v1/reports"));
        List<string> all =
        [
            "--kubeconfig", config, "--runner-image", RunnerImage, "--report-url", ReportUrl.ToString(), "--sql-socket", Socket,
            "--listen-reports", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{reports}"),
            "--listen-metrics", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{metrics}"),
        ];
        if (namespaces.Count > 0)
            all.AddRange(["--watch-namespaces", string.Join(',', namespaces)]);
        arguments = [.. all, .. more];
    }

    public Uri ReportUrl { get; }

    /// <summary>What it wrote, in order, of all its lives.</summary>
    public IReadOnlyList<string> Log => [.. lines];

    /// <summary>Of the process that runs.</summary>
    public int Pid => process?.Id ?? throw new InvalidOperationException("the operator does not run");

    private string Socket => Path.Combine(folder.FullName, "worker.sock");

    /// <summary>Ready once this was awaited.</summary>
    /// <param name="kubeconfig">As text.</param>
    /// <param name="namespaces">That it serves; none: all.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<OperatorProcess> StartAsync(string kubeconfig, IReadOnlyList<string> namespaces, params IReadOnlyList<string> more)
    {
        var started = new OperatorProcess(kubeconfig, namespaces, more);

        // Ends with this process, however that ends: then it has no standard input any more.
        started.worker = started.Start("/bin/sh", ["-c", "trap '' INT; \"$@\" & kept=$!; cat >/dev/null; kill $kept", "sh", BuiltPrograms.Find("lakehouse-runner"), "sql-worker", "--socket", started.Socket, "--scratch", Path.Combine(started.folder.FullName, "scratch"), "--sidecar", "--keep"]);
        await started.BeginAsync();
        return started;
    }

    /// <summary>Starts it, after it was stopped or killed.</summary>
    /// <exception cref="InvalidOperationException">It ends, or is not ready within three; with what it wrote.</exception>
    public async Task BeginAsync()
    {
        process = Start("lakehouse-operator", arguments);
        var deadline = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            if (process.HasExited || deadline.Elapsed > Longest)
                throw new InvalidOperationException($"the operator does not become ready\n{string.Join('\n', lines.TakeLast(40))}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Ends it as a power failure would.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Asks it to end, as the kubelet does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await EndAsync();
    }

    /// <summary>Stops and continues it: a process that was paused.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Its end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Longest, TimeProvider.System);
        await process!.WaitForExitAsync(deadline.Token);
        var code = process.ExitCode;
        process.Dispose();
        process = null;
        return code;
    }

    /// <summary>As a kubelet asks it.</summary>
    /// <param name="page"><c>readyz</c> or <c>healthz</c>.</param>
    public async Task<HttpStatusCode> AskAsync(string page)
    {
        using var response = await Probe.GetAsync(Page(page));
        return response.StatusCode;
    }

    /// <summary>The page <c>/metrics</c>.</summary>
    public Task<string> MetricsAsync() => Probe.GetStringAsync(Page("metrics"));

    /// <summary>The sum of a metric over its labels; null where it is not told.</summary>
    /// <param name="having">A part of the labels, such as <c>result="error"</c>.</param>
    public async Task<double?> MetricAsync(string name, string having = "")
    {
        var values = (await MetricsAsync()).Split('\n')
            .Where(line => (line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal)) && line.Contains(having, StringComparison.Ordinal))
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
            .ToList();
        return values.Count == 0 ? null : values.Sum();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Probe.GetAsync(Page("readyz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Uri Page(string name) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{metrics}/{name}"));

    /// <summary>Should this process be killed, the operator ends because its API server is gone, and its worker because its standard input does.</summary>
    private Process Start(string program, IReadOnlyList<string> with)
    {
        var start = new ProcessStartInfo(BuiltPrograms.Find(program), with)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, said) => Keep(program, said.Data);
        started.ErrorDataReceived += (_, said) => Keep(program, said.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private void Keep(string program, string? line)
    {
        if (line is not null)
            lines.Enqueue($"{program}: {line}");
    }

    /// <summary>Below the range from which the kernel takes ports of its own, so that they stay free between two lives.</summary>
    private static (int Reports, int Metrics) FreePorts()
    {
        var random = new Random(Guid.NewGuid().GetHashCode());
        var found = new List<int>();
        while (found.Count < 2)
        {
            var port = 20000 + random.Next(12000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                found.Add(port);
            }
            catch (SocketException)
            {
                // Taken.
            }
        }

        return (found[0], found[1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await KillAsync();
        if (worker is not null)
        {
            worker.Kill(entireProcessTree: true);
            await worker.WaitForExitAsync();
            worker.Dispose();
        }

        folder.Delete(recursive: true);
    }
}
