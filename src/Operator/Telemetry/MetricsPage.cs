using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LakehouseOperator.Operator.Telemetry;

/// <summary>
/// Every instrument of our meters and of the runtime's as a page of Prometheus' text format 0.0.4. Counters end in <c>_total</c>, histograms have the buckets that their instrument advises; names that
/// have dots get underscores.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] Meters = ["LakehouseOperator", "LakehouseOperator.Kubernetes", "System.Runtime"];

    /// <summary>Prometheus' own, for histograms that name none.</summary>
    private static readonly double[] Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly MeterListener listener = new();
    private readonly Lock rendering = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> instruments = [];

    public MetricsPage()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (Meters.Contains(instrument.Meter.Name, StringComparer.Ordinal))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    public string Render()
    {
        // One at a time: another would clear what this one has just gathered.
        lock (rendering)
            return RenderAlone();
    }

    private string RenderAlone()
    {
        // What is observed is asked for now: a series that is no more shall not be shown with its last value.
        foreach (var (instrument, series) in instruments)
        {
            if (instrument.IsObservable)
                series.Clear();
        }

        listener.RecordObservableInstruments();
        var page = new StringBuilder();
        foreach (var (instrument, series) in instruments.OrderBy(pair => NameOf(pair.Key), StringComparer.Ordinal))
            Render(page, instrument, series);
        return page.ToString();
    }

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = instruments.GetOrAdd(instrument, static _ => new ConcurrentDictionary<string, Series>(StringComparer.Ordinal)).GetOrAdd(LabelsOf(tags), static (_, of) => new Series(BucketsOf(of)), instrument);
        switch (KindOf(instrument))
        {
            case "histogram":
                series.Observe(value);
                break;
            case "counter" when !instrument.IsObservable:
            case "gauge" when IsUpDown(instrument) && !instrument.IsObservable:
                series.Add(value);
                break;
            default:
                series.Set(value);
                break;
        }
    }

    private static void Render(StringBuilder page, Instrument instrument, ConcurrentDictionary<string, Series> series)
    {
        var (name, kind) = (NameOf(instrument), KindOf(instrument));
        if (series.IsEmpty)
            return;
        if (instrument.Description is { Length: > 0 } description)
            page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {description.ReplaceLineEndings(" ").Replace("\\", "\\\\", StringComparison.Ordinal)}\n");
        page.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind}\n");
        foreach (var (labels, one) in series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (kind == "histogram")
                one.Render(page, name, labels);
            else
                page.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(Number(one.Value)).Append('\n');
        }
    }

    private static IReadOnlyList<double> BucketsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } boundaries } => boundaries,
        _ => Buckets,
    };

    private static string KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter"
            : "gauge";
    }

    private static bool IsUpDown(Instrument instrument) => instrument.GetType().Name.StartsWith("UpDownCounter", StringComparison.Ordinal);

    private static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        return KindOf(instrument) == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>(tags.Length);
        foreach (var (key, value) in tags)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n");
            labels.Add($"{key.Replace('.', '_').Replace('-', '_')}=\"{escaped}\"");
        }

        return string.Join(',', labels);
    }

    private static string Number(double value) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "+Inf" : "-Inf") : value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Series(IReadOnlyList<double> buckets)
    {
        private readonly Lock gate = new();
        private long[]? counts;
        private double sum;
        private long count;

        public double Value { get; private set; }

        public void Set(double value) => Value = value;

        public void Add(double value)
        {
            lock (gate)
                Value += value;
        }

        public void Observe(double value)
        {
            lock (gate)
            {
                counts ??= new long[buckets.Count];
                for (var i = 0; i < buckets.Count; i++)
                {
                    if (value <= buckets[i])
                        counts[i]++;
                }

                sum += value;
                count++;
            }
        }

        public void Render(StringBuilder page, string name, string labels)
        {
            lock (gate)
            {
                var before = labels.Length == 0 ? "" : labels + ",";
                for (var i = 0; i < buckets.Count; i++)
                    page.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{Number(buckets[i])}\"}} {counts?[i] ?? 0}\n");
                page.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"+Inf\"}} {count}\n");
                var own = labels.Length == 0 ? "" : $"{{{labels}}}";
                page.Append(name).Append("_sum").Append(own).Append(' ').Append(Number(sum)).Append('\n');
                page.Append(CultureInfo.InvariantCulture, $"{name}_count{own} {count}\n");
            }
        }
    }
}
