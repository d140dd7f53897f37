using System.Text;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Engine.Tests.Storage.S3;

/// <summary>A network and a store that fail, in front of a store that does not.</summary>
public sealed class S3FaultTests(SharedS3 shared) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder local = new();
    private readonly string location = shared.Location();
    private Func<S3Exchange, S3Fault> decide = static _ => S3Fault.None;
    private S3Server server = null!;
    private S3Proxy proxy = null!;
    private S3Connection connection = null!;
    private S3Store store = null!;

    public async ValueTask InitializeAsync()
    {
        server = await shared.ServerAsync();
        proxy = await S3Proxy.StartAsync(server.Endpoint, exchange => decide(exchange));
        connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        store = new S3Store(location, connection);
    }

    public async ValueTask DisposeAsync()
    {
        connection.Dispose();
        await proxy.DisposeAsync();
        local.Dispose();
    }

    public static TheoryData<string> Passing => ["reset", "503", "500", "429", "502 page", "408"];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_may_be_repeated_is_repeated(string fault)
    {
        // Each kind of request fails twice, then passes.
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        decide = exchange =>
        {
            lock (times)
            {
                var kind = $"{exchange.Method} {exchange.Path}";
                times[kind] = times.GetValueOrDefault(kind) + 1;
                return times[kind] > 2 ? S3Fault.None : exchange.Method == "HEAD" && fault == "408" ? Fault("503") : Fault(fault);
            }
        };
        await store.PutAsync("k", "content"u8.ToArray(), None);
        Assert.Equal("content", Encoding.UTF8.GetString((await store.GetAsync("k", None))!));
        Assert.Equal(7, (await store.HeadAsync("k", None))!.Value.Size);
        Assert.Single(await store.ListAsync("", null, None).ToListAsync(None));
        Assert.Equal("tent"u8.ToArray(), await store.GetRangeAsync("k", 3, 10, None));
        Assert.NotNull(await store.StageAsync("k", local.Path, None));
        await store.DeleteAsync("k", None);
        Assert.Null(await store.GetAsync("k", None));
        Assert.All(times.Values, static count => Assert.True(count >= 3));
    }

    [Fact]
    public async Task A_conditional_put_is_sent_once_and_what_became_of_it_is_not_guessed()
    {
        decide = static exchange => exchange.IsConditional ? S3Fault.LoseReply : S3Fault.None;
        Assert.Equal(PutOutcome.Unknown, await store.PutIfAbsentAsync("done", "1"u8.ToArray(), None));
        Assert.Single(proxy.Seen);
        Assert.Equal("1"u8.ToArray(), await store.GetAsync("done", None));
        decide = static exchange => exchange.IsConditional ? S3Fault.LoseRequest : S3Fault.None;
        Assert.Equal(PutOutcome.Unknown, await store.PutIfAbsentAsync("undone", "1"u8.ToArray(), None));
        Assert.Null(await store.GetAsync("undone", None));
        foreach (var status in (int[])[409, 429, 500, 503])
        {
            decide = exchange => exchange.IsConditional ? S3Fault.Answer(status, "SlowDown") : S3Fault.None;
            Assert.Equal(PutOutcome.Unknown, await store.PutIfAbsentAsync("undone", "1"u8.ToArray(), None));
        }

        decide = static _ => S3Fault.None;
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("undone", "1"u8.ToArray(), None));
    }

    [Fact]
    public async Task A_silent_store_is_given_up_in_time()
    {
        using var impatient = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server), S3Stores.Quick with { AnswerWithin = TimeSpan.FromMilliseconds(300), Attempts = 2 });
        decide = static _ => S3Fault.Hang;
        Assert.Equal(PutOutcome.Unknown, await new S3Store(location, impatient).PutIfAbsentAsync("k", "1"u8.ToArray(), None));
        await FailsAsync(TableCodes.StoreUnreachable, () => new S3Store(location, impatient).GetAsync("k", None));
    }

    [Fact]
    public async Task Puts_that_nobody_answers_do_not_go_on_for_ever()
    {
        decide = static exchange => exchange.IsConditional ? S3Fault.Answer(503, "SlowDown") : S3Fault.None;
        var puts = 0;
        await FailsAsync(TableCodes.StoreUnreachable, async () =>
        {
            for (; puts < 100; puts++)
                Assert.Equal(PutOutcome.Unknown, await store.PutIfAbsentAsync("k", "1"u8.ToArray(), None));
        });
        Assert.InRange(puts, 5, 20);
    }

    [Fact]
    public async Task A_store_that_asks_for_a_pause_gets_it()
    {
        decide = static exchange => exchange.Number == 1 ? S3Fault.Answer(503, "SlowDown", "1") : S3Fault.None;
        var before = TimeProvider.System.GetTimestamp();
        Assert.Null(await store.GetAsync("k", None));
        Assert.InRange(TimeProvider.System.GetElapsedTime(before), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Failing_for_long_is_told_as_unreachable()
    {
        decide = static _ => S3Fault.Answer(503, "SlowDown");
        await FailsAsync(TableCodes.StoreUnreachable, () => store.GetAsync("k", None));
        Assert.Equal(S3Stores.Quick.Attempts, proxy.Seen.Count);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_read_again()
    {
        var content = new byte[300_000];
        new Random(2).NextBytes(content);
        await store.PutAsync("k", content, None);
        var gets = 0;
        decide = exchange => exchange.Method == "GET" && Interlocked.Increment(ref gets) % 2 == 1 ? S3Fault.Truncate(100_000) : S3Fault.None;
        Assert.Equal(content, await store.GetAsync("k", None));
        Assert.Equal(content.AsSpan(1000, 200_000).ToArray(), await store.GetRangeAsync("k", 1000, 200_000, None));
        Assert.Equal(content, await File.ReadAllBytesAsync((await store.StageAsync("k", local.Path, None))!, None));
        Assert.True(gets >= 6);
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(12_000_000)]
    public async Task A_flipped_bit_is_found_and_read_again(int size)
    {
        var content = new byte[size];
        new Random(3).NextBytes(content);
        var path = local["file"];
        await File.WriteAllBytesAsync(path, content, None);
        await store.PutFileAsync("k", path, None);
        var gets = 0;
        decide = exchange => exchange.Method == "GET" && Interlocked.Increment(ref gets) == 1 ? S3Fault.Flip(77_777) : S3Fault.None;
        Assert.Equal(content, await File.ReadAllBytesAsync((await store.StageAsync("k", local.Path, None))!, None));
        gets = 0;
        Assert.Equal(content, await store.GetAsync("k", None));
    }

    [Fact]
    public async Task A_store_whose_reads_are_always_flipped_is_not_believed()
    {
        await store.PutAsync("k", "content"u8.ToArray(), None);
        Assert.NotNull(await store.GetAsync("k", None)); // its ETags are digests, then
        decide = static exchange => exchange.Method == "GET" ? S3Fault.Flip(2) : S3Fault.None;
        await FailsAsync(TableCodes.ReadDamaged, () => store.GetAsync("k", None));
        await FailsAsync(TableCodes.ReadDamaged, () => store.StageAsync("k", local.Path, None));
        Assert.Empty(Directory.GetFiles(local.Path));
    }

    [Fact]
    public async Task An_upload_whose_end_is_lost_or_answered_by_an_error_is_whole()
    {
        foreach (var fault in (S3Fault[])[S3Fault.LoseReply, S3Fault.LoseRequest, S3Fault.Answer(200, "InternalError"), S3Fault.AnswerAfter(200, "InternalError"), S3Fault.Answer(500, "InternalError")])
        {
            var content = new byte[6 << 20];
            new Random(9).NextBytes(content);
            var path = local["file"];
            await File.WriteAllBytesAsync(path, content, None);
            var ends = 0;
            decide = exchange => exchange.Method == "POST" && exchange.Query.StartsWith("uploadId", StringComparison.Ordinal) && Interlocked.Increment(ref ends) == 1 ? fault : S3Fault.None;
            await store.PutFileAsync($"k{fault.Kind}{fault.Status}", path, None);
            Assert.Equal(1, Math.Min(ends, 1));
            Assert.Equal(content.Length, (await store.HeadAsync($"k{fault.Kind}{fault.Status}", None))!.Value.Size);
        }
    }

    [Fact]
    public async Task An_upload_that_fails_leaves_no_parts()
    {
        var path = local["file"];
        await File.WriteAllBytesAsync(path, new byte[11 << 20], None);
        decide = static exchange => exchange.Method == "PUT" && exchange.Query.Contains("partNumber=2", StringComparison.Ordinal) ? S3Fault.Answer(500, "InternalError") : S3Fault.None;
        await FailsAsync(TableCodes.StoreUnreachable, () => store.PutFileAsync("k", path, None));
        using var client = server.Client();
        var left = await client.ListMultipartUploadsAsync(shared.Bucket, None);
        Assert.DoesNotContain(left.MultipartUploads ?? [], upload => upload.Key.StartsWith(location[$"s3://{shared.Bucket}/".Length..] + "/", StringComparison.Ordinal));
        Assert.True(File.Exists(path));
        Assert.Null(await store.HeadAsync("k", None));
    }

    [Fact]
    public async Task Cancelling_ends_a_request_at_once_and_is_no_failure()
    {
        decide = static _ => S3Fault.Hang;
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync("k", stop.Token));
    }

    [Fact]
    public async Task The_stores_clock_is_known_by_its_answers()
    {
        // An answer that took seconds says little.
        await Until.TrueAsync(
            async () =>
            {
                await store.GetAsync("k", None);
                return store.ClockOffset == TimeSpan.Zero;
            },
            "the store's clock is ours");
        proxy.ClockOffset = TimeSpan.FromHours(-2);
        await store.GetAsync("k", None);
        Assert.InRange(store.ClockOffset, TimeSpan.FromMinutes(-121), TimeSpan.FromMinutes(-119));
    }

    private static S3Fault Fault(string name) => name switch
    {
        "reset" => S3Fault.LoseRequest,
        "502 page" => S3Fault.Answer(502, null),
        "503" => S3Fault.Answer(503, "SlowDown", "0"),
        "408" => S3Fault.Answer(400, "RequestTimeout"),
        _ => S3Fault.Answer(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture), "InternalError"),
    };

    private static async Task FailsAsync(ErrorCode code, Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<DiagnosticException>(operation);
        Assert.Equal(code, error.Diagnostic.Code);
        Assert.NotNull(error.Diagnostic.Help);
    }
}
