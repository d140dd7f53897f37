using System.Text;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Storage;

/// <summary>What every store promises. A class per store derives from it and says how to open an empty one.</summary>
public abstract class ObjectStoreConformance
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The same store each time, as another client or process would open it.</summary>
    protected abstract IObjectStore Open();

    /// <summary>An empty folder on the local disk.</summary>
    protected abstract string LocalFolder { get; }

    /// <summary>An object's bytes as text; null where there is none.</summary>
    protected static string? Text(byte[]? content) => content is null ? null : Encoding.UTF8.GetString(content);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public async Task What_was_put_is_got_whole_by_everyone()
    {
        var content = new byte[300_000];
        new Random(7).NextBytes(content);
        Assert.Equal(PutOutcome.Created, await Open().PutIfAbsentAsync("a/b", content, None));
        Assert.Equal(content, await Open().GetAsync("a/b", None));
        Assert.Equal(content.Length, (await Open().HeadAsync("a/b", None))!.Value.Size);
        Assert.Equal(PutOutcome.Created, await Open().PutIfAbsentAsync("empty", ReadOnlyMemory<byte>.Empty, None));
        Assert.Equal("", Text(await Open().GetAsync("empty", None)));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_deleting_it_is_fine()
    {
        var store = Open();
        Assert.Null(await store.GetAsync("no/such", None));
        Assert.Null(await store.GetRangeAsync("no/such", 0, 10, None));
        Assert.Null(await store.HeadAsync("no/such", None));
        Assert.Null(await store.StageAsync("no/such", LocalFolder, None));
        await store.DeleteAsync("no/such", None);
        Assert.Empty(await store.ListAsync("no/", null, None).ToListAsync());
        Assert.Empty(await store.ListFoldersAsync("no", None).ToListAsync());
    }

    [Fact]
    public async Task A_second_put_if_absent_changes_nothing()
    {
        Assert.Equal(PutOutcome.Created, await Open().PutIfAbsentAsync("k", Bytes("first"), None));
        Assert.Equal(PutOutcome.AlreadyExists, await Open().PutIfAbsentAsync("k", Bytes("second"), None));
        Assert.Equal("first", Text(await Open().GetAsync("k", None)));
        await Open().DeleteAsync("k", None);
        Assert.Equal(PutOutcome.Created, await Open().PutIfAbsentAsync("k", Bytes("third"), None));
    }

    [Fact]
    public async Task Of_eight_writers_exactly_one_creates_and_its_bytes_stay()
    {
        for (var round = 0; round < 40; round++)
        {
            var key = $"race/{round:D20}.json";
            using var start = new Barrier(8);
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Factory.StartNew(
                () =>
                {
                    var store = Open();
                    start.SignalAndWait(None);
                    return store.PutIfAbsentAsync(key, Bytes($"{writer}:" + new string('x', 10_000)), None);
                },
                None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
            var winner = Assert.Single(Enumerable.Range(0, 8), writer => outcomes[writer] == PutOutcome.Created);
            Assert.StartsWith($"{winner}:", Encoding.UTF8.GetString((await Open().GetAsync(key, None))!), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reader_sees_an_object_whole_or_not_at_all()
    {
        var store = Open();
        var (small, large) = (new byte[1000], new byte[2_000_000]);
        await store.PutAsync("hint", small, None);
        var reads = 0;
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var got = await Open().GetAsync("hint", None);
                Assert.NotNull(got);
                Assert.True(got.Length == small.Length || got.Length == large.Length, $"{got.Length} bytes");
                Interlocked.Increment(ref reads);
            }
        }, None);
        for (var i = 0; i < 20 || (Volatile.Read(ref reads) < 2 && !reading.IsCompleted); i++)
            await store.PutAsync("hint", i % 2 == 0 ? large : small, None);
        await done.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Ranges_are_cut_at_the_end_of_the_object()
    {
        var store = Open();
        await store.PutAsync("k", Bytes("0123456789"), None);
        Assert.Equal("345", Text(await store.GetRangeAsync("k", 3, 3, None)));
        Assert.Equal("89", Text(await store.GetRangeAsync("k", 8, 100, None)));
        Assert.Equal("", Text(await store.GetRangeAsync("k", 10, 5, None)));
        Assert.Equal("", Text(await store.GetRangeAsync("k", 3, 0, None)));
    }

    [Fact]
    public async Task Keys_are_listed_in_ordinal_order_across_folders()
    {
        var store = Open();
        string[] keys = ["b/2", "b/1", "b.x", "b-x", "a", "b/10", "b/c/d", "b/c.d", "Z", "b/c-d", "\u00fc/x", "c/x"];
        foreach (var key in keys)
            await store.PutIfAbsentAsync(key, Bytes(key), None);
        var sorted = keys.Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(sorted, await KeysAsync("", null));
        Assert.Equal(sorted.Where(static key => key.StartsWith("b/", StringComparison.Ordinal)), await KeysAsync("b/", null));
        Assert.Equal(["b/1", "b/10"], await KeysAsync("b/1", null));
        Assert.Equal(["b/10", "b/2", "b/c-d", "b/c.d", "b/c/d"], await KeysAsync("b/", "b/1"));
        Assert.Equal(["b/2", "b/c-d", "b/c.d", "b/c/d"], await KeysAsync("b/", "b/10~"));
        Assert.Equal(["b", "c", "\u00fc"], await Open().ListFoldersAsync("", None).ToListAsync());
        Assert.Equal(["c"], await Open().ListFoldersAsync("b", None).ToListAsync());
        Assert.Equal(["1", "10", "2", "c-d", "c.d", "c/d"], await Open().At("b").ListAsync("", null, None).Select(static entry => entry.Key).ToListAsync());

        async Task<List<string>> KeysAsync(string prefix, string? after) =>
            await Open().ListAsync(prefix, after, None).Select(static entry => entry.Key).ToListAsync();
    }

    [Fact]
    public async Task What_was_put_is_listed_at_once()
    {
        for (var i = 0; i < 20; i++)
        {
            await Open().PutIfAbsentAsync($"log/{i:D20}.json", Bytes("{}"), None);
            Assert.Equal(i + 1, await Open().ListAsync("log/", null, None).CountAsync());
        }
    }

    [Fact]
    public async Task A_local_file_becomes_an_object_and_an_object_a_local_file()
    {
        var path = Path.Combine(LocalFolder, "staged.bin");
        var content = new byte[5_000_000];
        new Random(3).NextBytes(content);
        await File.WriteAllBytesAsync(path, content);
        await Open().PutFileAsync("data/part-1", path, None);
        Assert.Equal(content, await Open().GetAsync("data/part-1", None));
        var staged = await Open().StageAsync("data/part-1", LocalFolder, None);
        Assert.Equal(content, await File.ReadAllBytesAsync(staged!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\0b")]
    public async Task A_key_that_could_lead_elsewhere_is_refused(string key)
    {
        await RefusedAsync(() => Open().PutIfAbsentAsync(key, Bytes("x"), None));
        await RefusedAsync(() => Open().PutAsync(key, Bytes("x"), None));
        await RefusedAsync(() => Open().GetAsync(key, None));
        await RefusedAsync(() => Open().GetRangeAsync(key, 0, 1, None));
        await RefusedAsync(() => Open().HeadAsync(key, None));
        await RefusedAsync(() => Open().StageAsync(key, LocalFolder, None));
        await RefusedAsync(() => Open().DeleteAsync(key, None));
        await RefusedAsync(() => Open().PutFileAsync(key, Path.Combine(LocalFolder, "none"), None));
        await RefusedAsync(() => Task.FromResult(Open().At(key)));
    }

    protected static async Task RefusedAsync(Func<Task> operation, ErrorCode? code = null)
    {
        var error = await Assert.ThrowsAsync<DiagnosticException>(operation);
        Assert.Equal(code ?? TableCodes.KeyOutsideStore, error.Diagnostic.Code);
        Assert.NotNull(error.Diagnostic.Help);
    }
}
