using System.Diagnostics;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>Worker processes: what they inherit, when they end, who may talk to them.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_worker_inherits_no_environment_no_files_and_no_folder()
    {
        Environment.SetEnvironmentVariable("LAKEHOUSE_TEST_CANARY", "a-secret");
        var held = folder["held"];
        await using var file = new FileStream(held, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Inheritable);
        await using var pool = ChildProcesses.PoolIn(folder.Path);
        await using var worker = await pool.RentAsync(Token);
        var pid = Assert.Single(ChildProcesses.Below(folder.Path));

        var environment = await File.ReadAllTextAsync($"/proc/{pid}/environ", Token);
        Assert.DoesNotContain("a-secret", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("PATH=", environment.Replace("LD_LIBRARY_PATH=", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("/", Directory.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName);
        Assert.DoesNotContain(held, Directory.EnumerateFiles($"/proc/{pid}/fd").Select(static fd => new FileInfo(fd).LinkTarget));
        Assert.Equal("1000", (await File.ReadAllTextAsync($"/proc/{pid}/oom_score_adj", Token)).Trim());
        Assert.Matches("Max core file size +0 +0", await File.ReadAllTextAsync($"/proc/{pid}/limits", Token));
    }

    [Fact]
    public async Task Its_folder_and_socket_are_for_the_owner_alone()
    {
        await using var pool = ChildProcesses.PoolIn(folder.Path);
        await using var worker = await pool.RentAsync(Token);

        // Behind what it does for itself at its start.
        Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(entry) & Others);
    }

    [Fact]
    public async Task A_worker_given_back_serves_the_next_caller_and_a_dead_one_is_replaced()
    {
        await using var pool = ChildProcesses.PoolIn(folder.Path);
        int first;
        await using (var worker = await pool.RentAsync(Token))
        {
            first = Assert.Single(ChildProcesses.Below(folder.Path));
            Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
        }

        await using (var worker = await pool.RentAsync(Token))
        {
            Assert.Equal([first], ChildProcesses.Below(folder.Path));
            using var process = Process.GetProcessById(first);
            process.Kill();
            Assert.Equal(WorkerEnd.Exited, (await Assert.ThrowsAsync<SqlWorkerGoneException>(() => worker.ParseAsync("SELECT 1", Token))).End);
        }

        await using (var worker = await pool.RentAsync(Token))
        {
            Assert.Null((await worker.ParseAsync("SELECT 1", Token)).Error);
            Assert.DoesNotContain(first, ChildProcesses.Below(folder.Path));
        }
    }

    [Fact]
    public async Task Workers_end_with_their_pool_and_leave_nothing()
    {
        var pool = ChildProcesses.PoolIn(folder.Path);
        pool.Warm();
        await using (await pool.RentAsync(Token))
        await using (await pool.RentAsync(Token))
            Assert.Equal(2, ChildProcesses.Below(folder.Path).Count);
        await pool.DisposeAsync();
        Assert.Empty(ChildProcesses.Below(folder.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_scratch_folder_whose_path_is_too_long_for_a_socket_will_do()
    {
        var deep = Directory.CreateDirectory(folder[new string('d', 150)]).FullName;
        var pool = ChildProcesses.PoolIn(deep);
        await using (var worker = await pool.RentAsync(Token))
            Assert.Null((await worker.BindAsync("SELECT 1", [], Token)).Error);
        await pool.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(deep));
    }

    [Fact]
    public async Task Folders_of_a_killed_pool_are_removed_by_the_next_one()
    {
        var leftover = Directory.CreateDirectory(folder["lh-sql-0123456789ab"]);
        await File.WriteAllTextAsync(leftover.FullName + ".lock", "", Token);
        var living = Directory.CreateDirectory(folder["lh-sql-ba9876543210"]);
        await using var held = new FileStream(living.FullName + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        await using var pool = ChildProcesses.PoolIn(folder.Path);
        Assert.False(Directory.Exists(leftover.FullName));
        Assert.True(Directory.Exists(living.FullName));
    }

    [Fact]
    public async Task A_worker_whose_parent_is_another_than_the_one_named_serves_nobody()
    {
        var start = new ProcessStartInfo(BuiltPrograms.Find("lakehouse-runner")) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "sql-worker", "--socket", folder["s"], "--child", "1" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        Assert.Equal(1, process.ExitCode);
    }

    [Fact]
    public async Task A_runner_that_is_not_there_is_named()
    {
        await using var pool = new Engine.SqlWorker.Pool.LocalSqlWorkerPool(new("/no/such/runner", folder.Path), TimeProvider.System);
        var gone = await Assert.ThrowsAsync<SqlWorkerGoneException>(() => pool.RentAsync(Token));
        Assert.Contains("/no/such/runner", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_dies_with_its_parent()
    {
        // Standard output stays open as long as the worker does.
        using var shell = await ChildProcesses.StartAsync(folder.Path, "{runner} <&0 & wait");
        Assert.Single(ChildProcesses.Below(folder.Path), pid => pid != shell.Id);
        shell.Kill();
        Assert.Equal("", await shell.StandardOutput.ReadToEndAsync(Token));
        Assert.Empty(ChildProcesses.Below(folder.Path));
    }

    [Fact]
    public async Task A_worker_ends_when_its_client_hangs_up_even_while_it_runs()
    {
        using var process = await ChildProcesses.StartAsync(folder.Path);
        await using (var frames = new FrameStream(await ChildProcesses.ConnectAsync(folder.Path)))
        {
            await frames.WriteAsync(Frame.Of(0, FrameKind.Hello, new Hello(1, 1), FrameJson.Default.Hello), Token);
            await frames.ReadAsync(Token);
            var request = new QueryRequest("SELECT count(*) FROM range(1000000000) a, range(1000000000) b", [], WorkerFixture.Limits, 1);
            await frames.WriteAsync(Frame.Of(1, FrameKind.Query, request, FrameJson.Default.QueryRequest), Token);
        }

        await process.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task A_process_that_is_not_the_parent_is_not_served()
    {
        using var shell = await ChildProcesses.StartAsync(folder.Path, "{runner} <&0 & wait");
        await using var frames = new FrameStream(await ChildProcesses.ConnectAsync(folder.Path));
        var answer = await Record.ExceptionAsync(async () =>
        {
            await frames.WriteAsync(Frame.Of(0, FrameKind.Hello, new Hello(1, 1), FrameJson.Default.Hello), Token);
            Assert.Null(await frames.ReadAsync(Token));
        });
        Assert.True(answer is null or IOException, answer?.ToString());
        shell.Kill();
        await shell.StandardOutput.ReadToEndAsync(Token);
    }

    [Fact]
    public async Task Garbage_ends_the_connection_and_not_by_a_crash()
    {
        var random = new Random(7);
        var garbage = new byte[4096];
        random.NextBytes(garbage);
        byte[][] sent = [garbage, [0, 0, 0, 0], [255, 255, 255, 255], [9, 0, 0, 0, 1], [.. Frame.Of(1, FrameKind.Parse).Wire.Span]];
        foreach (var bytes in sent)
        {
            using var process = await ChildProcesses.StartAsync(folder.Path);
            await using (var stream = await ChildProcesses.ConnectAsync(folder.Path))
            {
                await stream.WriteAsync(bytes, Token);
                stream.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                await Record.ExceptionAsync(async () => await stream.ReadAsync(new byte[1], Token));
            }

            await process.WaitForExitAsync(Token);
            Assert.Equal(0, process.ExitCode);
        }
    }
}
