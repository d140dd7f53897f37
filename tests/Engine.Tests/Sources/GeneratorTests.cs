using System.Globalization;
using System.Text;
using System.Text.Json;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Sources.Generator;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Sources;

public sealed class GeneratorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly GeneratorSourceSpec Spec = new(Seed: 1, Users: 100, Days: 14, EventsPerDay: 5000, EventsPerSecond: 5);
    private static readonly BatchBounds Bounds = new(100_000, 1L << 30, TimeSpan.FromSeconds(10));

    [Fact]
    public async Task The_first_events_of_a_seed_never_change()
    {
        var records = await Drain(Spec, new ManualTime(Start));
        Assert.Equal(
            """
            {"event_id":"f4cec868-319e-4188-ad31-0b96e1486871","user_id":18,"event_type":"click","page":"/product/47","timestamp":"2026-01-01T12:00:00.000Z","source":"web"}
            {"event_id":"bc4d3e9c-5994-4ace-b998-30e548202b52","user_id":24,"event_type":"logout","page":"/home","timestamp":"2026-01-01T12:00:17.280Z","source":"web"}
            {"event_id":"0eac3c11-91ec-49b9-9f36-68a826ec94c1","user_id":98,"event_type":"login","page":"/home","timestamp":"2026-01-01T12:00:34.560Z","source":"mobile"}
            {"event_id":"ae664e6f-7ed2-401c-a19a-f38b7f258321","user_id":1,"event_type":"click","page":"/products","timestamp":"2026-01-01T12:00:51.840Z","source":"web"}
            {"event_id":"97c3cce0-f461-4a6d-8b12-4d165c663291","user_id":61,"event_type":"click","page":"/cart","timestamp":"2026-01-01T12:01:09.120Z","source":"mobile"}
            {"event_id":"36278075-da2f-4101-ae5f-f61ac880908e","user_id":7,"event_type":"click","page":"/product/48","timestamp":"2026-01-01T12:01:26.400Z","source":"web"}
            {"event_id":"9b18c9fd-d19f-4b44-8f8b-fbfac3420a92","user_id":2,"event_type":"login","page":"/checkout","timestamp":"2026-01-01T12:01:43.680Z","source":"mobile"}
            {"event_id":"54f41b82-8741-4c27-ab5c-b2a400bb5722","user_id":8,"event_type":"click","page":"/product/18","timestamp":"2026-01-01T12:02:00.960Z","source":"web"}
            """,
            string.Join('\n', records.Take(8).Select(record => record.Payload)));
    }

    [Fact]
    public async Task The_first_run_emits_the_history_that_ends_at_its_start()
    {
        var records = await Drain(Spec, new ManualTime(Start));
        Assert.Equal(70_700, records.Count);
        var times = records.Select(record => record.Event.Timestamp).ToList();
        Assert.Equal(Start - TimeSpan.FromDays(14), times.Min());
        Assert.InRange(times.Max(), Start - TimeSpan.FromDays(1.0 / 5000) - TimeSpan.FromMilliseconds(1), Start - TimeSpan.FromTicks(1));
        Assert.All(records.GroupBy(record => DateOnly.FromDateTime(record.Event.Timestamp.UtcDateTime)).Skip(1).SkipLast(1), day => Assert.InRange(day.Count(), 5049, 5051));
    }

    [Fact]
    public async Task One_event_in_a_hundred_comes_twice_and_none_thrice()
    {
        var records = await Drain(Spec, new ManualTime(Start));
        var byId = records.GroupBy(record => record.Event.Id, StringComparer.Ordinal).ToList();
        Assert.Equal(70_000, byId.Count);
        Assert.Equal(700, byId.Count(copies => copies.Count() == 2));
        Assert.Equal(69_300, byId.Count(copies => copies.Count() == 1));
        Assert.All(byId, copies => Assert.Single(copies.Select(copy => copy.Payload).Distinct(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(long.MinValue)]
    public async Task Events_keep_the_shape_that_the_samples_promise(long seed)
    {
        var records = await Drain(Spec with { Seed = seed }, new ManualTime(Start));
        var types = records.CountBy(record => record.Event.Type.ToLowerInvariant()).ToDictionary(StringComparer.Ordinal);
        Assert.True(types["click"] > types["login"] && types["login"] > types["purchase"] && types["purchase"] > types["logout"]);
        Assert.Equal(["click", "heartbeat", "login", "logout", "purchase", "scroll"], types.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(types["heartbeat"] + types["scroll"], 80, 220);
        Assert.InRange(records.Count(record => record.Event.Type != record.Event.Type.ToLowerInvariant()), 500, 900);

        Assert.All(records, record => Assert.Matches("^(/home|/products|/product/([1-9]|[1-4][0-9]|50)|/cart|/checkout|/account)$", record.Event.Page));
        Assert.All(records, record => Assert.True(Guid.TryParseExact(record.Event.Id, "D", out _)));
        Assert.InRange(records.Count(record => record.Event.Source == "web") / (double)records.Count, 0.6, 0.65);
        Assert.All(records, record => Assert.Contains(record.Event.Source, (string[])["web", "mobile"]));
        Assert.True(records.Max(record => record.Payload.Length) <= EventWriter.MaxRecordBytes);
    }

    [Fact]
    public async Task Users_grow_and_four_fifths_of_the_events_are_of_the_active_ones()
    {
        var records = await Drain(Spec, new ManualTime(Start));
        var halves = records.Chunk(records.Count / 2).Select(half => half.Max(record => record.Event.User)).ToList();
        Assert.InRange(halves[0], 101, 300);
        Assert.InRange(halves[1], halves[0] + 50, 450);
        Assert.All(records, record => Assert.InRange(record.Event.User, 1, 450));
        var active = records.TakeLast(1000).Count(record => record.Event.User <= 112);
        Assert.InRange(active, 780, 900);
    }

    [Fact]
    public void Any_range_can_be_written_without_the_ones_before()
    {
        var series = new EventSeries(Spec, Start);
        var writer = new EventWriter(Spec, series);
        var all = new RecordBatch();
        writer.Write(all, 0, 5000);
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var from = random.Next(4900);
            var part = new RecordBatch();
            writer.Write(part, from, from + random.Next(100));
            for (var record = 0; record < part.Count; record++)
            {
                Assert.True(part.Payload(record).SequenceEqual(all.Payload(from + record)));
                Assert.Equal((from + record).ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(part.Position(record)));
            }
        }
    }

    [Fact]
    public void Records_and_events_count_each_other()
    {
        var series = new EventSeries(Spec, Start);
        var records = 0L;
        for (var events = 0L; events < 3000; events++)
        {
            Assert.InRange(series.RecordsOf(events), records, records + 2);
            records = series.RecordsOf(events);
            if (records > 0)
                Assert.InRange(series.EventOf(records - 1), 0, events - 1);
        }
    }

    [Fact]
    public async Task A_later_run_goes_on_where_the_position_says()
    {
        var time = new ManualTime(Start);
        var (first, position) = await Read(Spec, time, [], maxRows: 100_000);
        time.Advance(TimeSpan.FromSeconds(60));
        var (second, _) = await Read(Spec, time, position, maxRows: 100_000);
        Assert.InRange(second.Count, 300, 304);
        Assert.All(second, record => Assert.True(record.Event.Timestamp > Start || first.Exists(old => old.Event.Id == record.Event.Id)));
        time.Advance(TimeSpan.FromSeconds(-3600));
        Assert.Empty((await Read(Spec, time, (await Read(Spec, time, position, 100_000)).Positions, 100_000)).Records);
    }

    [Fact]
    public async Task Batches_of_any_size_yield_the_same_records()
    {
        var time = new ManualTime(Start);
        var (whole, _) = await Read(Spec, time, [], maxRows: 100_000);
        var (pieces, _) = await Read(Spec, time, [], maxRows: 997);
        Assert.Equal(whole.Select(record => record.Payload), pieces.Select(record => record.Payload));
        Assert.Equal(whole.Select(record => record.Position), pieces.Select(record => record.Position));
    }

    [Theory]
    [InlineData("users")]
    [InlineData("days")]
    [InlineData("eventsPerDay")]
    [InlineData("eventsPerSecond")]
    public async Task A_changed_parameter_is_refused_by_its_name(string field)
    {
        var time = new ManualTime(Start);
        var (_, positions) = await Read(Spec with { Days = 1 }, time, [], maxRows: 100_000);
        var changed = field switch
        {
            "users" => Spec with { Days = 1, Users = 7 },
            "days" => Spec with { Days = 7 },
            "eventsPerDay" => Spec with { Days = 1, EventsPerDay = 7 },
            _ => Spec with { Days = 1, EventsPerSecond = 7 },
        };
        var refusal = await Assert.ThrowsAsync<DiagnosticException>(() => Read(changed, time, positions, maxRows: 1));
        Assert.Equal(SourceCodes.SourceRegressed, refusal.Diagnostic.Code);
        Assert.Equal($"spec.source.generator.{field}", refusal.Diagnostic.Field);
        Assert.Contains($"set {field} back to", refusal.Diagnostic.Help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"start\":\"x\"}")]
    [InlineData("{\"start\":\"2026-01-15T12:00:00+00:00\",\"record\":-1,\"users\":100,\"days\":14,\"eventsPerDay\":5000,\"eventsPerSecond\":5}")]
    public async Task A_position_that_is_not_ours_is_refused(string json)
    {
        var refusal = await Assert.ThrowsAsync<DiagnosticException>(() => Read(Spec, new ManualTime(Start), new() { ["0"] = json }, maxRows: 1));
        Assert.Equal(SourceCodes.PositionUnreadable, refusal.Diagnostic.Code);
    }

    [Fact]
    public async Task A_stream_waits_for_its_interval_and_ends_when_told_to_stop()
    {
        var time = new ManualTime(Start);
        var spec = Spec with { Days = 0 };
        await using var source = SourceCatalog.Create(new SourceSpec(spec), NoSecrets.Instance, time);
        await using var stream = await source.OpenAsync(Opening([], drain: false), CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var next = stream.NextAsync(Bounds, stop.Token).AsTask();
        Assert.False(next.IsCompleted);
        time.Advance(Bounds.MaxInterval);
        var batch = await next;
        var end = await batch!.CompleteAsync(CancellationToken.None);
        Assert.InRange(end!.Records, 50, 51);
        next = stream.NextAsync(Bounds, stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.Null(await next);
    }

    private static StreamOpening Opening(Dictionary<string, string> positions, bool drain) =>
        new(new IngestedTableSpec("bronze.events", []), positions, new Dictionary<string, string>(), drain, _ => { });

    private static async Task<List<Record>> Drain(GeneratorSourceSpec spec, TimeProvider time) => (await Read(spec, time, [], 100_000)).Records;

    private static async Task<(List<Record> Records, Dictionary<string, string> Positions)> Read(
        GeneratorSourceSpec spec, TimeProvider time, Dictionary<string, string> positions, long maxRows)
    {
        await using var source = SourceCatalog.Create(new SourceSpec(spec), NoSecrets.Instance, time);
        await using var stream = await source.OpenAsync(Opening(positions, drain: true), CancellationToken.None);
        var records = new List<Record>();
        var reached = new Dictionary<string, string>(positions, StringComparer.Ordinal);
        while (await stream.NextAsync(Bounds with { MaxRows = maxRows }, CancellationToken.None) is { } batch)
        {
            var count = records.Count;
            var feed = ((BatchContent.JsonRecords)batch.Content).Feed;
            var into = new RecordBatch();
            for (; feed.TryNext(into); into.Clear())
            {
                for (var i = 0; i < into.Count; i++)
                    records.Add(Record.Of(into.Payload(i), into.Position(i)));
            }

            var end = await batch.CompleteAsync(CancellationToken.None);
            Assert.Equal(records.Count - count, end!.Records);
            foreach (var (partition, json) in end.Positions)
                reached[partition] = json;
            await stream.AcknowledgeAsync(end, CancellationToken.None);
        }

        Assert.Equal(SourceLag.None, stream.Lag());
        return (records, reached);
    }

    private sealed record Event(string Id, long User, string Type, string Page, DateTimeOffset Timestamp, string Source);

    private sealed record Record(string Payload, string Position, Event Event)
    {
        public static Record Of(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> position)
        {
            var text = Encoding.UTF8.GetString(payload);
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            return new Record(text, Encoding.UTF8.GetString(position), new Event(
                json.GetProperty("event_id").GetString()!,
                json.GetProperty("user_id").GetInt64(),
                json.GetProperty("event_type").GetString()!,
                json.GetProperty("page").GetString()!,
                json.GetProperty("timestamp").GetDateTimeOffset(),
                json.GetProperty("source").GetString()!));
        }
    }
}
