using System.Diagnostics;
using System.Text;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Storage;

public sealed class FolderStoreTests : ObjectStoreConformance, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder folder = new();
    private readonly TemporaryFolder local = new();

    public void Dispose()
    {
        folder.Dispose();
        local.Dispose();
    }

    protected override string LocalFolder => local.Path;

    protected override IObjectStore Open() => new FolderStore(folder["lake"], TimeProvider.System);

    [Fact]
    public async Task Another_process_that_links_the_same_name_and_we_never_both_win()
    {
        const int Rounds = 200;
        Directory.CreateDirectory(folder["lake"]);
        using var shell = Process.Start(new ProcessStartInfo("sh",
        [
            "-c",
            $"cd \"$1\"; i=0; while [ $i -lt {Rounds} ]; do echo shell > .mine; ln .mine k$i 2>/dev/null && echo $i; rm -f .mine; i=$((i+1)); done",
            "sh",
            folder["lake"],
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var ours = new List<int>();
        for (var round = 0; round < Rounds; round++)
        {
            if (await Open().PutIfAbsentAsync($"k{round}", "ours"u8.ToArray(), None) == PutOutcome.Created)
                ours.Add(round);
        }

        var theirs = (await shell.StandardOutput.ReadToEndAsync(None)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        await shell.WaitForExitAsync(None);
        Assert.Empty(ours.Intersect(theirs));
        Assert.Equal(Rounds, ours.Count + theirs.Count);
        foreach (var round in ours)
            Assert.Equal("ours", await File.ReadAllTextAsync(folder[$"lake/k{round}"], None));
    }

    [Fact]
    public async Task What_killed_processes_left_is_no_object_and_goes_when_it_is_old()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        Directory.CreateDirectory(folder["lake/a"]);
        var leftover = folder["lake/a/.lakehouse-0123456789abcdef0123456789abcdef.tmp"];
        await File.WriteAllTextAsync(leftover, "half", None);
        var store = new FolderStore(folder["lake"], time);
        Assert.Empty(await store.ListAsync("", null, None).ToListAsync(None));
        Assert.True(File.Exists(leftover));
        time.Advance(TimeSpan.FromHours(25));
        Assert.Empty(await store.ListAsync("", null, None).ToListAsync(None));
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task Puts_leave_no_scratch_behind()
    {
        var store = Open();
        await store.PutIfAbsentAsync("k", "1"u8.ToArray(), None);
        await store.PutIfAbsentAsync("k", "2"u8.ToArray(), None);
        await store.PutAsync("h", "3"u8.ToArray(), None);
        Assert.Equal(["h", "k"], Directory.GetFileSystemEntries(folder["lake"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Links_that_point_out_of_the_store_are_not_followed()
    {
        Directory.CreateDirectory(folder["lake/real"]);
        Directory.CreateDirectory(folder["outside"]);
        await File.WriteAllTextAsync(folder["outside/secret"], "secret", None);
        Directory.CreateSymbolicLink(folder["lake/out"], folder["outside"]);
        File.CreateSymbolicLink(folder["lake/secret"], folder["outside/secret"]);
        File.CreateSymbolicLink(folder["lake/dangling"], folder["outside/new"]);
        Directory.CreateSymbolicLink(folder["lake/in"], folder["lake/real"]);

        await RefusedAsync(() => Open().GetAsync("out/secret", None));
        await RefusedAsync(() => Open().GetAsync("secret", None));
        await RefusedAsync(() => Open().PutIfAbsentAsync("out/x", "x"u8.ToArray(), None));
        await RefusedAsync(() => Open().PutAsync("dangling", "x"u8.ToArray(), None));
        await RefusedAsync(() => Open().At("out").PutAsync("x", "x"u8.ToArray(), None));
        Assert.Equal(PutOutcome.Created, await Open().PutIfAbsentAsync("in/x", "x"u8.ToArray(), None));
        Assert.Equal(["real/x"], await Open().ListAsync("", null, None).Select(static entry => entry.Key).ToListAsync(None));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(folder["outside"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_root_that_is_itself_a_link_is_the_users_choice()
    {
        Directory.CreateDirectory(folder["disk"]);
        Directory.CreateSymbolicLink(folder["lake"], folder["disk"]);
        await Open().PutIfAbsentAsync("a/b", "x"u8.ToArray(), None);
        Assert.True(File.Exists(folder["disk/a/b"]));
        Assert.Equal("x", Text(await Open().GetAsync("a/b", None)));
    }

    [Fact]
    public async Task A_file_where_a_folder_should_be_is_said_to_be_one()
    {
        await File.WriteAllTextAsync(folder["lake"], "", None);
        await RefusedAsync(() => Open().GetAsync("a", None), TableCodes.StoreNotFolder);
        await RefusedAsync(() => Open().PutIfAbsentAsync("a", "x"u8.ToArray(), None), TableCodes.StoreNotFolder);
        File.Delete(folder["lake"]);

        await Open().PutIfAbsentAsync("a", "x"u8.ToArray(), None);
        await RefusedAsync(() => Open().PutIfAbsentAsync("a/b", "x"u8.ToArray(), None), TableCodes.StoreNotFolder);
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_is_refused_with_the_fix()
    {
        // Nobody, not even root, makes folders in /sys.
        var store = new FolderStore("/sys/lakehouse", TimeProvider.System);
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => store.PutIfAbsentAsync("a", "x"u8.ToArray(), None));
        Assert.True(error.Diagnostic.Code == TableCodes.StorePermission || error.Diagnostic.Code == TableCodes.StoreReadOnly);
        Assert.NotNull(error.Diagnostic.Help);
    }

    [Theory]
    [InlineData(30, "LH4001")]
    [InlineData(28, "LH4002")]
    [InlineData(122, "LH4002")]
    [InlineData(13, "LH4003")]
    [InlineData(1, "LH4003")]
    [InlineData(20, "LH4004")]
    [InlineData(5, "LH4008")]
    public void Every_answer_of_the_operating_system_has_its_code_and_fix(int errno, string code)
    {
        foreach (var error in new[] { StoreErrors.From(errno, "/lake/x"), StoreErrors.From(new IOException("says .NET", errno), "/lake/x") })
        {
            Assert.Equal(code, error.Diagnostic.Code.Id);
            Assert.Contains("/lake/x", error.Diagnostic.Message, StringComparison.Ordinal);
            Assert.NotNull(error.Diagnostic.Help);
        }
    }

    [Fact]
    public async Task A_location_is_a_folder_by_its_url_or_path()
    {
        foreach (var location in new[] { folder["a lake"], "file://" + folder["a lake"].Replace(" ", "%20", StringComparison.Ordinal), $"file://localhost{folder["a lake"]}" })
        {
            var store = StoreFactory.Open(location, TimeProvider.System);
            await store.PutAsync("k", Encoding.UTF8.GetBytes(location), None);
            Assert.Equal(location, await File.ReadAllTextAsync(folder["a lake/k"], None));
            Assert.EndsWith("/a%20lake", store.Location, StringComparison.Ordinal);
            Assert.EndsWith("/a%20lake/b/c", store.At("b/c").Location, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("s3://bucket/prefix")]
    [InlineData("relative/path")]
    [InlineData("")]
    [InlineData("file://host/path")]
    [InlineData("http://example.com/")]
    public void A_location_that_nobody_can_open_is_refused_with_the_fix(string location)
    {
        var error = Assert.Throws<DiagnosticException>(() => StoreFactory.Open(location, TimeProvider.System));
        Assert.Equal(TableCodes.LocationUnknown, error.Diagnostic.Code);
        Assert.NotNull(error.Diagnostic.Help);
    }

    [Fact]
    public async Task A_staged_file_on_another_file_system_is_copied_whole()
    {
        // /dev/shm is a file system of its own on every Linux.
        var path = Path.Combine("/dev/shm", $"lakehouse-test-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, "content", None);
        await Open().PutFileAsync("data/part", path, None);
        Assert.Equal("content", Text(await Open().GetAsync("data/part", None)));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_staged_file_never_replaces_another()
    {
        await Open().PutAsync("k", "first"u8.ToArray(), None);
        var path = Path.Combine(local.Path, "staged");
        await File.WriteAllTextAsync(path, "second", None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Open().PutFileAsync("k", path, None));
        Assert.Equal("first", Text(await Open().GetAsync("k", None)));
    }
}
