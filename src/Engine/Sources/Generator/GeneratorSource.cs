using System.Globalization;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Generator;

/// <summary>The built-in demo producer. Its events are a function of the seed and their index, so nothing is stored beside the position.</summary>
public sealed class GeneratorSource(GeneratorSourceSpec spec, TimeProvider time) : ISource
{
    public SourceIdentity Identity { get; } = new("generator", spec.Seed.ToString(CultureInfo.InvariantCulture));

    public ValueTask<ISourceStream> OpenAsync(StreamOpening opening, CancellationToken cancellationToken)
    {
        var position = opening.Positions.TryGetValue(GeneratorPosition.Partition, out var json)
            ? GeneratorPosition.Read(json, spec)
            : GeneratorPosition.Beginning(spec, time.GetUtcNow());
        return ValueTask.FromResult<ISourceStream>(new GeneratorStream(spec, position, opening.Drain, time));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class GeneratorStream : ISourceStream
{
    private readonly GeneratorPosition opened;
    private readonly EventSeries series;
    private readonly EventWriter writer;
    private readonly TimeProvider time;

    /// <summary>Records that had happened when a draining stream was opened; more come in while it drains, and are the next run's.</summary>
    private readonly long? end;
    private long next;

    public GeneratorStream(GeneratorSourceSpec spec, GeneratorPosition position, bool drain, TimeProvider time)
    {
        opened = position;
        series = new EventSeries(spec, position.Start);
        writer = new EventWriter(spec, series);
        this.time = time;
        next = position.Record;
        end = drain ? Happened() : null;
        Name = $"generator/{spec.Seed}";
    }

    public string Name { get; }

    public async ValueTask<SourceBatch?> NextAsync(BatchBounds bounds, CancellationToken stop)
    {
        var most = Math.Max(1, Math.Min(bounds.MaxRows, bounds.MaxBytes / EventWriter.MaxRecordBytes));
        if (end is null)
            await WaitAsync(next + most, bounds.MaxInterval, stop);
        var to = Math.Min(next + most, end ?? Happened());
        if (to <= next)
            return null;
        var batch = new GeneratorBatch(writer, opened with { Record = next }, to);
        next = to;
        return batch;
    }

    public ValueTask AcknowledgeAsync(BatchEnd committed, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public SourceLag Lag()
    {
        var behind = (end ?? Happened()) - next;
        return behind <= 0 ? SourceLag.None : new SourceLag(behind, time.GetUtcNow() - series.InstantOf(series.EventOf(next)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long Happened() => series.RecordsOf(series.EventsBy(time.GetUtcNow()));

    /// <summary>Until a whole batch has happened, or the interval has passed and something has. The events keep: nothing is held in memory meanwhile.</summary>
    private async ValueTask WaitAsync(long full, TimeSpan interval, CancellationToken stop)
    {
        if (Happened() >= full)
            return;
        if (series.IsOver(next))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (series.IsOver(full - 1))
            return;
        do
        {
            var whole = series.InstantOf(series.EventOf(full - 1)) - time.GetUtcNow();
            var wait = TimeSpan.FromTicks(Math.Clamp(whole.Ticks, TimeSpan.TicksPerMillisecond, Math.Max(TimeSpan.TicksPerMillisecond, interval.Ticks)));
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (Happened() <= next && !stop.IsCancellationRequested);
    }
}

/// <summary>A range of records, written as they are pulled; any number of threads may pull.</summary>
internal sealed class GeneratorBatch(EventWriter writer, GeneratorPosition at, long to) : SourceBatch, IRecordFeed
{
    private const int RecordsPerPull = 2048;

    private long next = at.Record;

    public override BatchContent Content => new BatchContent.JsonRecords(this);

    public bool TryNext(RecordBatch batch)
    {
        var from = Interlocked.Add(ref next, RecordsPerPull) - RecordsPerPull;
        if (from >= to)
            return false;
        writer.Write(batch, from, Math.Min(from + RecordsPerPull, to));
        return true;
    }

    public override ValueTask<BatchEnd?> CompleteAsync(CancellationToken cancellationToken) => ValueTask.FromResult<BatchEnd?>(new BatchEnd(
        new Dictionary<string, string>(StringComparer.Ordinal) { [GeneratorPosition.Partition] = (at with { Record = to }).ToJson() },
        to - at.Record));
}
