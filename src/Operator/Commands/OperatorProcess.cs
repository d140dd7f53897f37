using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Election;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Queueing;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Operator.Telemetry;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Commands;

/// <summary>
/// The process: watches run from the start, so that a standby knows what a leader knows; only the leader decides and writes. It ends with 0 when it was told to, and with 1 when it went deaf or lost
/// its lease: whoever started it starts it anew.
/// </summary>
internal static class OperatorProcess
{
    private const int NamespacesAtOnce = 4;
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(10);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the process.")]
    public static async Task<int> RunAsync(OperatorOptions options, CancellationToken cancellationToken)
    {
        using var logs = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(options.Verbose ? LogLevel.Debug : LogLevel.Information)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            }));
        var log = logs.CreateLogger("operator");
        try
        {
            return await ServeAsync(options, log, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (ConnectionException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
        catch (LeaseLostException e)
        {
            Log.LeaseLost(log, e.Message);
            return 1;
        }
        catch (Exception e)
        {
            Log.Ended(log, e.GetType().Name, e);
            return 1;
        }
    }

    private static async Task<int> ServeAsync(OperatorOptions options, ILogger log, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var seeds = new Random(Environment.ProcessId);
        var connection = ClusterConnection.Load(options.Kubeconfig);
        var identity = $"{Environment.MachineName}-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..8]}";
        var manner = new ClientOptions { FieldManager = Labels.Manager };
        using var plain = new KubernetesClient(connection, time, manner, log);
        var election = options.LeaderElect
            ? new LeaderElection(plain, new ObjectKey(options.Namespace ?? connection.Namespace, options.LeaseName), identity, LeaseTimes.Default, time, new Random(seeds.Next()), log)
            : null;
        bool IsLeading() => election is null || election.IsLeading;
        using var client = new KubernetesClient(connection, time, manner with { MayWrite = IsLeading }, log);
        using var gauges = new Gauges();
        using var metrics = new MetricsPage();
        using var presence = new WorkerPresence(time, log);
        await using var workers = new SidecarSqlWorkerPool(new SidecarOptions(options.SqlSocket, TimeSpan.FromSeconds(5), Returns: true), time);

        var cache = new ClusterCache(client, options.WatchNamespaces, time, new Random(seeds.Next()), log);
        var inbox = new ReportInbox();
        var writes = new OwnWrites<string>();
        var events = new EventRecorder(client, identity, time, log);
        var judge = new NamespaceJudge(new SidecarJudge(workers, presence), time, NamespaceJudge.BytesToKeep);
        var reconciler = new NamespaceReconciler(
            cache, judge, inbox, new IntentExecutor(client, cache, writes, events, time, new Random(seeds.Next()), log), writes,
            new RunnerSetting(options.RunnerImage, options.ImagePullPolicy, options.ReportUrl), gauges, time, log);
        var controller = new Controller<string>("namespace", reconciler.ReconcileAsync, NamespacesAtOnce, new WorkQueue<string>("namespace", time), time, new Random(seeds.Next()), log);
        cache.OnChanged(controller.Enqueue);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var intake = new ReportIntake(client, cache, inbox, () => IsLeading() && cache.IsSynced, controller.Enqueue, time);
        await using var web = Endpoints.Create(options, intake, metrics, () => NotReady(cache, election, presence), () => cache.Health.All(static one => one.IsHealthy) && election?.IsHealthy != false, log);
        await web.StartAsync(cancellationToken);
        Log.Started(log, typeof(OperatorProcess).Assembly.GetName().Version?.ToString(3) ?? "", options.WatchNamespaces.Count == 0 ? "all namespaces" : string.Join(", ", options.WatchNamespaces), options.ListenReports, options.ListenMetrics);

        async Task LeadAsync(CancellationToken leading)
        {
            Log.Leading(log, identity);
            await cache.WaitForSyncAsync(leading);
            await presence.LookedAsync(leading);
            await Task.WhenAll(controller.RunAsync(leading), events.RunAsync(leading));
        }

        long Forget(TimeSpan unused)
        {
            events.Forget();
            return presence.IsThere ? judge.ForgetUnused(unused) : 0;
        }

        var work = new[]
        {
            cache.RunAsync(stop.Token),
            election is null ? LeadAsync(stop.Token) : election.RunAsync(LeadAsync, stop.Token),
            ListenForDeafnessAsync(cache, time, log, stop.Token),
            presence.HoldAsync(workers.OpenAsync, stop.Token),
            IdleMemory.WatchAsync(Forget, time, stop.Token),
        };

        // The first that ends ends all: what is left would run on without it.
        var first = await Task.WhenAny(work);
        await stop.CancelAsync();
        await Task.WhenAll(work.Select(static one => one.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        await web.StopAsync(CancellationToken.None);
        await first;
        return cancellationToken.IsCancellationRequested ? 0 : 1;
    }

    private static string? NotReady(ClusterCache cache, LeaderElection? election, WorkerPresence presence) =>
        !cache.IsSynced ? "not everything that is watched has been listed; see the log"
        : election?.IsReady == false ? "the lease cannot be read; see the log"
        : presence.IsMissing ? "the SQL worker is missing: look at the container sql-worker"
        : null;

    /// <summary>A watch that is out of touch for long ends the process: an operator that is up and deaf is worse than one that is down.</summary>
    private static async Task ListenForDeafnessAsync(ClusterCache cache, TimeProvider time, ILogger log, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(HealthPeriod, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (cache.Health.FirstOrDefault(static one => !one.IsHealthy) is not { } deaf)
                continue;
            Log.Deaf(log, deaf.Name);
            return;
        }
    }
}
