using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Generator;

/// <summary>
/// Which event each record carries and when each event happened; pure arithmetic, any element by its index.
/// </summary>
/// <remarks>
/// Events are numbered from 0. The first <c>days × eventsPerDay</c> are the history: spread evenly over the days that end at the start. Those after it happen
/// <c>eventsPerSecond</c> a second after the start. Records are the events in order, and after every block of 100 events one of these
/// has come a second time: records come in blocks of 101, of which one slot repeats an earlier one of the block. So exactly 1 % of events come twice, none thrice.
/// </remarks>
internal sealed class EventSeries(GeneratorSourceSpec spec, DateTimeOffset start)
{
    private const int EventsPerBlock = 100;
    private const int RecordsPerBlock = EventsPerBlock + 1;
    private const ulong RepeatSalt = 0x7265706561747321;
    private const long MicrosecondsPerSecond = 1_000_000;
    private const long MicrosecondsPerDay = 86_400 * MicrosecondsPerSecond;

    private readonly ulong repeatSeed = unchecked((ulong)spec.Seed) ^ RepeatSalt;
    private readonly long startMicroseconds = Microseconds(start);

    /// <summary>Events of the history.</summary>
    public long HistoryEvents { get; } = (long)spec.Days * spec.EventsPerDay;

    /// <summary>When an event happened, in microseconds since 1970.</summary>
    public long TimeOf(long @event) => @event < HistoryEvents
        ? startMicroseconds - (long)((Int128)(HistoryEvents - @event) * MicrosecondsPerDay / spec.EventsPerDay)
        : startMicroseconds + (long)((Int128)(@event - HistoryEvents + 1) * MicrosecondsPerSecond / spec.EventsPerSecond);

    /// <summary>How many events have happened by then; all of the history always has.</summary>
    public long EventsBy(DateTimeOffset now)
    {
        var since = Microseconds(now) - startMicroseconds;
        return since < 0 || spec.EventsPerSecond == 0
            ? HistoryEvents
            : HistoryEvents + (long)((Int128)since * spec.EventsPerSecond / MicrosecondsPerSecond);
    }

    /// <summary>Whether that record never comes: the history has ended before it, and no events follow.</summary>
    public bool IsOver(long record) => spec.EventsPerSecond == 0 && record >= RecordsOf(HistoryEvents);

    /// <summary>How many records carry the first so many events, repetitions included.</summary>
    public long RecordsOf(long events)
    {
        var (block, within) = Math.DivRem(events, EventsPerBlock);
        return block * RecordsPerBlock + within + (within >= Repeat(block).Slot ? 1 : 0);
    }

    /// <summary>The event that a record carries.</summary>
    public long EventOf(long record)
    {
        var (block, slot) = Math.DivRem(record, RecordsPerBlock);
        var (repeatSlot, repeated) = Repeat(block);
        var within = slot < repeatSlot ? slot : slot > repeatSlot ? slot - 1 : repeated;
        return block * EventsPerBlock + within;
    }

    public DateTimeOffset InstantOf(long @event) => DateTimeOffset.UnixEpoch.AddMicroseconds(TimeOf(@event));

    /// <summary>In a block, the slot from 1 to 100 that repeats, and which of the events before it.</summary>
    private (long Slot, long Repeated) Repeat(long block)
    {
        var hash = SplitMix.At(repeatSeed, (ulong)block);
        var slot = 1 + SplitMix.Below((uint)hash, EventsPerBlock);
        return (slot, SplitMix.Below((uint)(hash >> 32), slot));
    }

    private static long Microseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
