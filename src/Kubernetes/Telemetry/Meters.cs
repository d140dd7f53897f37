using System.Diagnostics.Metrics;

namespace LakehouseOperator.Kubernetes.Telemetry;

/// <summary>What this library measures, under controller-runtime's names where the meaning is the same. Durations are in seconds.</summary>
public static class Meters
{
    /// <summary>The meter's name.</summary>
    public const string Name = "LakehouseOperator.Kubernetes";

    private static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> Reconciles = Meter.CreateCounter<long>("controller_runtime_reconcile_total", description: "Reconciles by controller and result.");

    internal static readonly Counter<long> ReconcileErrors = Meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", description: "Reconciles that failed.");

    internal static readonly Counter<long> TerminalErrors =
        Meter.CreateCounter<long>("controller_runtime_terminal_reconcile_errors_total", description: "Reconciles that failed and are not repeated.");

    internal static readonly Histogram<double> ReconcileTime = Meter.CreateHistogram<double>(
        "controller_runtime_reconcile_time_seconds", "s", "How long a reconcile took.", null, Buckets(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60));

    internal static readonly UpDownCounter<long> ActiveWorkers = Meter.CreateUpDownCounter<long>("controller_runtime_active_workers", description: "Reconciles at work now.");

    internal static readonly Gauge<long> MaxConcurrentReconciles =
        Meter.CreateGauge<long>("controller_runtime_max_concurrent_reconciles", description: "Reconciles that may be at work at once.");

    internal static readonly UpDownCounter<long> QueueDepth = Meter.CreateUpDownCounter<long>("workqueue_depth", description: "Keys that wait.");

    internal static readonly Counter<long> QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", description: "Keys added, those that waited already apart.");

    internal static readonly Counter<long> QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", description: "Keys added again after a failure.");

    internal static readonly Histogram<double> QueueDuration = Meter.CreateHistogram<double>(
        "workqueue_queue_duration_seconds", "s", "How long a key waited.", null, Buckets(0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000));

    internal static readonly Histogram<double> WorkDuration = Meter.CreateHistogram<double>(
        "workqueue_work_duration_seconds", "s", "How long a key was worked on.", null, Buckets(0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000));

    internal static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("rest_client_requests_total", description: "Requests to the API server by status code and method; <error> where no answer came.");

    internal static readonly Histogram<double> RequestDuration = Meter.CreateHistogram<double>(
        "rest_client_request_duration_seconds", "s", "How long the head of an answer took.", null, Buckets(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30));

    internal static readonly Gauge<long> MasterStatus = Meter.CreateGauge<long>("leader_election_master_status", description: "1 where this process leads.");

    internal static readonly Counter<long> WatchBreaks = Meter.CreateCounter<long>("lakehouse_watch_breaks_total", description: "Watches that broke, by type of objects and cause.");

    internal static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private static InstrumentAdvice<double> Buckets(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
