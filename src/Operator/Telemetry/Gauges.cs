using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Telemetry;

/// <summary>What the statuses say, as metrics: by resource, for alerts on lag, freshness and checks.</summary>
internal sealed class Gauges : IDisposable
{
    public const string MeterName = "LakehouseOperator";

    private readonly Meter meter = new(MeterName);
    private readonly ConcurrentDictionary<string, IReadOnlyList<Sample>> samples = new(StringComparer.Ordinal);

    public Gauges()
    {
        Gauge("lakehouse_resource_ready", "Whether the resource is ready: 1, 0, or -1 where that is not known; by reason.");
        Gauge("lakehouse_ingestion_lag_records", "Records that the source holds beyond the table.");
        Gauge("lakehouse_ingestion_lag_seconds", "Age of the oldest of them.");
        Gauge("lakehouse_table_rows", "Rows of the table.");
        Gauge("lakehouse_table_quarantined_rows", "Rows of the table's quarantine.");
        Gauge("lakehouse_table_last_commit_timestamp_seconds", "When the table's newest version was committed.");
        Gauge("lakehouse_check_outcome", "1 for the outcome that the check has.");
        Gauge("lakehouse_check_measured", "What the check measured.");
    }

    private sealed record Sample(string Name, double Value, KeyValuePair<string, object?>[] Tags);

    /// <summary>Once for every look at a namespace.</summary>
    public void Observe(string ns, IReadOnlyList<ResourceItem> items)
    {
        if (items.Count == 0)
            samples.TryRemove(ns, out _);
        else
            samples[ns] = [.. items.SelectMany(Samples)];
    }

    public void Dispose() => meter.Dispose();

    private void Gauge(string name, string description) => meter.CreateObservableGauge(
        name, () => samples.Values.SelectMany(list => list).Where(sample => sample.Name == name).Select(sample => new Measurement<double>(sample.Value, sample.Tags)), null, description);

    private static IEnumerable<Sample> Samples(ResourceItem item) => item.Id.Kind switch
    {
        ResourceKind.Lakehouse => item.ReadStatus(StatusJson.Default.LakehouseStatus) is { } status ? Ready(item, status.Conditions) : [],
        ResourceKind.Ingestion => item.ReadStatus(StatusJson.Default.IngestionStatus) is { } status ? [.. Ready(item, status.Conditions), .. (status.Tables ?? []).SelectMany(table => Of(item, table))] : [],
        ResourceKind.Transformation => item.ReadStatus(StatusJson.Default.TransformationStatus) is { } status ? [.. Ready(item, status.Conditions), .. Of(item, status.Output)] : [],
        _ => item.ReadStatus(StatusJson.Default.QualityCheckStatus) is { } status ? [.. Ready(item, status.Conditions), .. (status.Checks ?? []).SelectMany(check => Of(item, check))] : [],
    };

    private static IEnumerable<Sample> Ready(ResourceItem item, IReadOnlyList<Condition>? conditions)
    {
        if (conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Ready) is { } ready)
            yield return new Sample("lakehouse_resource_ready", ready.Status switch { ConditionStatus.True => 1, ConditionStatus.False => 0, _ => -1 }, [.. Tags(item), new("reason", ready.Reason)]);
    }

    private static IEnumerable<Sample> Of(ResourceItem item, IngestedTableStatus table)
    {
        KeyValuePair<string, object?>[] tags = [.. Tags(item), new("table", table.Name)];
        if (table.LagRecords is { } records)
            yield return new Sample("lakehouse_ingestion_lag_records", records, tags);
        if (table.LagSeconds is { } seconds)
            yield return new Sample("lakehouse_ingestion_lag_seconds", seconds, tags);
        if (table.Rows is { } rows)
            yield return new Sample("lakehouse_table_rows", rows, tags);
        if (table.Quarantined is { } quarantined)
            yield return new Sample("lakehouse_table_quarantined_rows", quarantined, tags);
        if (table.LastCommitTime is { } commit)
            yield return new Sample("lakehouse_table_last_commit_timestamp_seconds", commit.ToUnixTimeMilliseconds() / 1000.0, tags);
    }

    private static IEnumerable<Sample> Of(ResourceItem item, OutputStatus? output)
    {
        if (output is null)
            yield break;
        KeyValuePair<string, object?>[] tags = [.. Tags(item), new("table", output.Table)];
        if (output.Rows is { } rows)
            yield return new Sample("lakehouse_table_rows", rows, tags);
        if (output.LastCommitTime is { } commit)
            yield return new Sample("lakehouse_table_last_commit_timestamp_seconds", commit.ToUnixTimeMilliseconds() / 1000.0, tags);
    }

    private static IEnumerable<Sample> Of(ResourceItem item, CheckStatus check)
    {
        KeyValuePair<string, object?>[] tags = [.. Tags(item), new("check", check.Name)];
        foreach (var outcome in Enum.GetValues<CheckOutcome>())
            yield return new Sample("lakehouse_check_outcome", check.Outcome == outcome ? 1 : 0, [.. tags, new("outcome", outcome.ToString())]);
        if (check.Measured is { } measured)
            yield return new Sample("lakehouse_check_measured", measured, tags);
    }

    private static KeyValuePair<string, object?>[] Tags(ResourceItem item) => [new("namespace", item.Id.Namespace), new("kind", item.Id.Kind.ToString()), new("name", item.Id.Name)];
}
