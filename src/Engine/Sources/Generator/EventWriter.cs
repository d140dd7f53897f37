using System.Buffers.Text;
using System.Diagnostics;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Generator;

/// <summary>
/// Writes records of a series as JSON, any range of them, without allocating. Every record is well formed and holds each declared field; what silver has to mend is in
/// the values: 1 % of the event types are in odd case (<c>Click</c>, <c>PURCHASE</c>, …) and 0.2 % are types that the shop does not know (<c>heartbeat</c>,
/// <c>scroll</c>). 80 % of the events are of the active quarter of the users, the others of returning or new ones; one user joins every 200 events.
/// </summary>
internal sealed class EventWriter(GeneratorSourceSpec spec, EventSeries series)
{
    /// <summary>No record is longer.</summary>
    public const int MaxRecordBytes = 256;

    private const int EventsPerNewUser = 200;
    private const ulong IdSalt = 0x6576656e745f6964;
    private const ulong DrawSalt = 0x61747472696275;

    private readonly ulong idSeed = unchecked((ulong)spec.Seed) ^ IdSalt;
    private readonly ulong drawSeed = unchecked((ulong)spec.Seed) ^ DrawSalt;

    /// <summary>Adds the records from <paramref name="from"/> up to but without <paramref name="to"/>; a record's position is its index.</summary>
    public void Write(RecordBatch batch, long from, long to)
    {
        Span<byte> buffer = stackalloc byte[MaxRecordBytes];
        Span<byte> position = stackalloc byte[20];
        for (var record = from; record < to; record++)
        {
            var length = Write(buffer, series.EventOf(record));
            Utf8Formatter.TryFormat(record, position, out var digits);
            batch.Add(buffer[..length], position[..digits]);
        }
    }

    private int Write(Span<byte> buffer, long @event)
    {
        var draw = SplitMix.At(drawSeed, (ulong)(2 * @event));
        var second = SplitMix.At(drawSeed, (ulong)(2 * @event + 1));
        var kind = EventTypes.Kind((uint)(draw & 0xFFFF));
        var line = new Line(buffer);
        line.Add("{\"event_id\":\""u8);
        line.AddUuid(SplitMix.At(idSeed, (ulong)(2 * @event)), SplitMix.At(idSeed, (ulong)(2 * @event + 1)));
        line.Add("\",\"user_id\":"u8);
        line.Add(User(@event, (uint)(draw >> 16) & 0xFFFF, (uint)(second & 0xFFFFFFFF)));
        line.Add(",\"event_type\":\""u8);
        line.Add(EventTypes.Name(kind, (uint)(draw >> 32) & 0xFFFF));
        line.Add("\",\"page\":\""u8);
        AddPage(ref line, kind, (uint)(second >> 32) & 0xFFFF, (uint)(second >> 48));
        line.Add("\",\"timestamp\":\""u8);
        line.AddInstant(series.TimeOf(@event));
        line.Add((draw >> 48) < 0xA000 ? "\",\"source\":\"web\"}"u8 : "\",\"source\":\"mobile\"}"u8);
        return line.Length;
    }

    private long User(long @event, uint group, uint pick)
    {
        var users = spec.Users + @event / EventsPerNewUser;
        var active = Math.Max(1, users / 4);
        return group switch
        {
            < 0xCCCD => 1 + SplitMix.Below(pick, active),
            < 0xF333 => 1 + SplitMix.Below(pick, users),
            _ => users - SplitMix.Below(pick, Math.Max(1, users / 20)),
        };
    }

    private static void AddPage(ref Line line, EventKind kind, uint choice, uint product)
    {
        var page = EventTypes.Page(kind, choice);
        if (!page.IsEmpty)
        {
            line.Add(page);
            return;
        }

        line.Add("/product/"u8);
        line.Add(1 + SplitMix.Below(product << 16, 50));
    }

    /// <summary>A cursor over a buffer that is known to be large enough.</summary>
    private ref struct Line(Span<byte> buffer)
    {
        private readonly Span<byte> buffer = buffer;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(buffer[Length..]);
            Length += text.Length;
        }

        public void Add(long number)
        {
            var written = Utf8Formatter.TryFormat(number, buffer[Length..], out var digits);
            Debug.Assert(written, "the buffer holds every record");
            Length += digits;
        }

        /// <summary>Version 4, variant 1 (RFC 9562), of 128 bits.</summary>
        public void AddUuid(ulong high, ulong low)
        {
            high = (high & 0xFFFFFFFFFFFF0FFF) | 0x4000;
            low = (low & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
            var text = buffer.Slice(Length, 36);
            AddHex(text[..8], high >> 32);
            text[8] = (byte)'-';
            AddHex(text[9..13], high >> 16);
            text[13] = (byte)'-';
            AddHex(text[14..18], high);
            text[18] = (byte)'-';
            AddHex(text[19..23], low >> 48);
            text[23] = (byte)'-';
            AddHex(text[24..36], low);
            Length += 36;
        }

        /// <summary>ISO-8601 in UTC with milliseconds; what is below them is cut.</summary>
        public void AddInstant(long microseconds)
        {
            var (seconds, within) = Math.DivRem(microseconds, 1_000_000);
            var (day, second) = Math.DivRem(seconds, 86_400);
            var date = DateOnly.FromDayNumber((int)(day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber));
            var text = buffer.Slice(Length, 24);
            AddDigits(text, date.Year, 4);
            text[4] = (byte)'-';
            AddDigits(text[5..], date.Month, 2);
            text[7] = (byte)'-';
            AddDigits(text[8..], date.Day, 2);
            text[10] = (byte)'T';
            AddDigits(text[11..], (int)second / 3600, 2);
            text[13] = (byte)':';
            AddDigits(text[14..], (int)second / 60 % 60, 2);
            text[16] = (byte)':';
            AddDigits(text[17..], (int)second % 60, 2);
            text[19] = (byte)'.';
            AddDigits(text[20..], (int)within / 1000, 3);
            text[23] = (byte)'Z';
            Length += 24;
        }

        private static void AddHex(Span<byte> text, ulong bits)
        {
            for (var i = text.Length - 1; i >= 0; i--, bits >>= 4)
                text[i] = "0123456789abcdef"u8[(int)(bits & 15)];
        }

        private static void AddDigits(Span<byte> text, int value, int digits)
        {
            for (var i = digits - 1; i >= 0; i--, value /= 10)
                text[i] = (byte)('0' + value % 10);
        }
    }
}
