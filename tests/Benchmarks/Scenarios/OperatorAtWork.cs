using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>P4: the operator as its image has it, over a real API server: at rest, from a resource to its Job, and with many resources.</summary>
internal sealed class OperatorAtWork : IScenario
{
    private const int Namespaces = 100;
    private const int SideBySide = 16;

    /// <summary>Long enough for what a start leaves to be given back.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public string Name => "operator";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench)
    {
        await using var server = await ApiServer.StartAsync();
        using var api = await ClusterApi.ConnectAsync(server.Kubeconfig);
        await using var running = await RunningOperator.StartAsync(bench.Programs, server.Kubeconfig, bench.Sub("operator"));
        await Task.Delay(Rest, TimeProvider.System);
        var idle = running.Memory();
        var latency = await LatencyAsync(api, Math.Max(10, 100 / bench.Scale));
        var many = Math.Max(Namespaces, 10_000 / bench.Scale);
        var bytes = await FillAsync(api, many);
        await running.SettleAsync();
        await Task.Delay(Rest, TimeProvider.System);
        var full = running.Memory();
        return
        [
            new Section(
                "P4: the operator at rest",
                "`lakehouse-operator` out of its image (trimmed, compiled ahead) with a SQL worker beside it, which does not count, without resources, 30 s after its start.",
                "none; a Go informer that watches the same kinds was measured at 32 MiB resident and 13 MiB anonymous elsewhere.",
                [Alone("anonymous memory", Unit.Mebibytes, idle.Anonymous, "≤ 20 MB", idle.Anonymous <= 20_000_000), Alone("resident memory", Unit.Mebibytes, idle.Resident, "≤ 50 MB", idle.Resident <= 50_000_000)]),
            new Section(
                "From a resource to its Job",
                "a Lakehouse is posted, and its probe Job shows in a watch; the operator writes the Lakehouse's status before it makes the Job.",
                "a ConfigMap is posted, a bare client that watches it posts a Job at once, and that shows in the same watch.",
                [Figure.Ratio("latency", Unit.Milliseconds, latency, static sample => sample.Wall.TotalMilliseconds), Quantile(latency, 0.99)]),
            new Section(
                $"P4: {many.ToString("#,0", CultureInfo.InvariantCulture)} resources",
                string.Create(CultureInfo.InvariantCulture, $"as many Ingestions of {bytes:#,0} bytes (as JSON) in {Namespaces} namespaces, each with a status, 30 s after the last write."),
                "the same operator without resources.",
                [
                    new Figure("anonymous memory a resource", "≤ 4 KB", Unit.Count, One((double)(full.Anonymous - idle.Anonymous) / many), null, Unit.Count, null, full.Anonymous - idle.Anonymous <= 4096L * many),
                    new Figure("resident memory", null, Unit.Mebibytes, One(full.Resident), One(idle.Resident), Unit.Ratio, One((double)full.Resident / idle.Resident), null),
                ]),
        ];
    }

    private static Spread One(double value) => new(value, value, value);

    private static Figure Alone(string name, Unit unit, long value, string goal, bool met) => new(name, goal, unit, One(value), null, unit, null, met);

    private static Figure Quantile(Pairs pairs, double quantile)
    {
        double At(IReadOnlyList<Sample> samples) => samples.Select(static sample => sample.Wall.TotalMilliseconds).Order().ElementAt((int)Math.Ceiling(quantile * samples.Count) - 1);
        var (ours, bare) = (At(pairs.Ours), At(pairs.Calibrator));
        return new Figure("99th percentile", null, Unit.Milliseconds, One(ours), One(bare), Unit.Ratio, One(ours / bare), null);
    }

    /// <summary>One at a time; each in a namespace of its own, so that no look waits for another.</summary>
    private static async Task<Pairs> LatencyAsync(ClusterApi api, int repetitions)
    {
        using var ending = new CancellationTokenSource();
        using var jobs = new Arrivals();
        var listening = jobs.ListenAsync(api, "/apis/batch/v1/jobs", ending.Token);
        var bare = BareControllerAsync(api, ending.Token);
        var pairs = await Pairs.AlternateAsync(
            repetitions,
            async i =>
            {
                var ns = string.Create(CultureInfo.InvariantCulture, $"latency-{i}");
                await api.PostAsync("/api/v1/namespaces", Named("v1", "Namespace", ns));
                return await TimedAsync(jobs, ns, () => api.PostAsync($"/apis/lakehouse.dev/v1alpha1/namespaces/{ns}/lakehouses", Lakehouse()));
            },
            async i =>
            {
                var ns = string.Create(CultureInfo.InvariantCulture, $"bare-{i}");
                await api.PostAsync("/api/v1/namespaces", Named("v1", "Namespace", ns));
                return await TimedAsync(jobs, ns, () => api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Named("v1", "ConfigMap", "cause")));
            });
        await ending.CancelAsync();
        await Task.WhenAll(Quiet(listening), Quiet(bare));
        return pairs;
    }

    private static async Task<Sample> TimedAsync(Arrivals jobs, string ns, Func<Task> post)
    {
        var arrival = jobs.Of(ns);
        var watch = Stopwatch.StartNew();
        await post();
        await arrival.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
        return new Sample(watch.Elapsed, TimeSpan.Zero, 0);
    }

    private static async Task BareControllerAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        await foreach (var (type, map) in api.WatchAsync("/api/v1/configmaps", cancellationToken))
        {
            if (type == "ADDED" && (string?)map["metadata"]!["name"] == "cause")
                await api.PostAsync($"/apis/batch/v1/namespaces/{(string)map["metadata"]!["namespace"]!}/jobs", BareJob(), cancellationToken);
        }
    }

    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // It was to end.
        }
    }

    /// <returns>Bytes of one, as JSON.</returns>
    private static async Task<int> FillAsync(ClusterApi api, int many)
    {
        for (var i = 0; i < Namespaces; i++)
            await api.PostAsync("/api/v1/namespaces", Named("v1", "Namespace", string.Create(CultureInfo.InvariantCulture, $"many-{i}")));
        await Parallel.ForAsync(0, many, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (i, cancellation) =>
            await api.PostAsync(string.Create(CultureInfo.InvariantCulture, $"/apis/lakehouse.dev/v1alpha1/namespaces/many-{i % Namespaces}/ingestions"), Ingestion(i), cancellation));
        return Ingestion(0).ToJsonString().Length;
    }

    private static JsonObject Named(string version, string kind, string name) => new() { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject Lakehouse()
    {
        var lakehouse = Named("lakehouse.dev/v1alpha1", "Lakehouse", "main");
        lakehouse["spec"] = JsonNode.Parse("""{"storage": {"s3": {"bucket": "lake", "endpoint": "http://s3.storage:9000", "credentialsSecretRef": {"name": "keys"}}}}""");
        return lakehouse;
    }

    private static JsonObject Ingestion(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"events-{number}");
        var columns = new JsonArray();
        for (var i = 0; i < 56; i++)
            columns.Add(new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"column_number_{i}_of_it"), ["type"] = "VARCHAR", ["required"] = i == 0 });
        var ingestion = Named("lakehouse.dev/v1alpha1", "Ingestion", name);
        ingestion["spec"] = new JsonObject
        {
            ["lakehouseRef"] = new JsonObject { ["name"] = "main" },
            ["source"] = JsonNode.Parse("""{"redisStreams": {"url": "redis://redis.shop:6379/0", "sourceId": "shop", "group": "lakehouse", "format": {"json": {"field": "data"}}}}"""),
            ["tables"] = new JsonArray(new JsonObject { ["from"] = name, ["name"] = string.Create(CultureInfo.InvariantCulture, $"bronze.events_{number}"), ["columns"] = columns }),
        };
        return ingestion;
    }

    private static JsonObject BareJob()
    {
        var job = Named("batch/v1", "Job", "effect");
        job["spec"] = JsonNode.Parse("""{"suspend": true, "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "none", "image": "registry.invalid/none:0"}]}}}""");
        return job;
    }

    /// <summary>The first Job of each namespace, as a watch shows it.</summary>
    private sealed class Arrivals : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource> first = new(StringComparer.Ordinal);

        public Task Of(string ns) => Source(ns).Task;

        public async Task ListenAsync(ClusterApi api, string path, CancellationToken cancellationToken)
        {
            await foreach (var (type, job) in api.WatchAsync(path, cancellationToken))
            {
                if (type == "ADDED")
                    Source((string)job["metadata"]!["namespace"]!).TrySetResult();
            }
        }

        private TaskCompletionSource Source(string ns) => first.GetOrAdd(ns, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        public void Dispose() => first.Clear();
    }

    /// <summary>The process, and what /proc and its own page say of it.</summary>
    private sealed class RunningOperator : IAsyncDisposable
    {
        private static readonly HttpClient Http = new();
        private readonly Process worker;
        private readonly Process process;
        private readonly int port = 20000 + (Environment.ProcessId % 10000);

        private RunningOperator(Programs programs, string kubeconfig, string folder)
        {
            var socket = Path.Combine(folder, "worker.sock");
            worker = Start(programs.Runner, ["sql-worker", "--socket", socket, "--scratch", Directory.CreateDirectory(Path.Combine(folder, "work")).FullName, "--sidecar", "--keep"]);
            try
            {
                process = Start(programs.Operator, [
                    "--kubeconfig", kubeconfig, "--runner-image", "registry.invalid/runner:0", "--report-url", "http://127.0.0.1:1/v1/reports", "--sql-socket", socket,
                    "--listen-reports", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port + 1}"), "--listen-metrics", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
                ]);
            }
            catch
            {
                worker.Kill(entireProcessTree: true);
                throw;
            }
        }

        public static async Task<RunningOperator> StartAsync(Programs programs, string kubeconfig, string folder)
        {
            var started = new RunningOperator(programs, kubeconfig, folder);
            try
            {
                for (var i = 0; !await started.IsReadyAsync(); i++)
                {
                    Workbench.Require(!started.worker.HasExited, "the SQL worker does not start");
                    Workbench.Require(i < 600 && !started.process.HasExited, "the operator does not start");
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                }

                return started;
            }
            catch
            {
                await started.DisposeAsync();
                throw;
            }
        }

        private static Process Start(string program, string[] arguments)
        {
            var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process;
        }

        public (long Anonymous, long Resident) Memory()
        {
            var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/status"));
            long Of(string name) => long.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
            return (Of("RssAnon:"), Of("VmRSS:"));
        }

        /// <summary>Until it has asked the API server for nothing for ten seconds, watches aside.</summary>
        public async Task SettleAsync()
        {
            var (before, quiet) = (-1.0, 0);
            while (quiet < 10)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
                var now = await RequestsAsync();
                quiet = now - before < 2 ? quiet + 1 : 0;
                before = now;
            }
        }

        private async Task<double> RequestsAsync() => (await Http.GetStringAsync(Page("metrics"))).Split('\n').Where(static line => line.StartsWith("rest_client_requests_total{", StringComparison.Ordinal))
            .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

        /// <summary>Every kind was listed once.</summary>
        private async Task<bool> IsReadyAsync()
        {
            try
            {
                using var answer = await Http.GetAsync(Page("readyz"));
                return answer.IsSuccessStatusCode && await RequestsAsync() >= 16;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        private Uri Page(string name) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{name}"));

        public async ValueTask DisposeAsync()
        {
            foreach (var one in (Process[])[process, worker])
            {
                one.Kill(entireProcessTree: true);
                await one.WaitForExitAsync();
                one.Dispose();
            }
        }
    }
}
