using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;

namespace LakehouseOperator.Engine.SqlWorker.Pool;

/// <param name="Folder">The worker's own: its home, its temporary files, its scratch. Made by whoever starts it.</param>
/// <param name="Socket">At most 107 bytes, in a folder that only this user may enter.</param>
internal sealed record WorkerPlace(string Folder, string Socket)
{
    /// <summary>Where it spills to.</summary>
    public string Scratch => Path.Combine(Folder, "scratch");
}

/// <summary>A SQL worker as a child of this process, with a private folder for its socket and its scratch.</summary>
internal sealed class WorkerProcess : IWorkerProcess
{
    public const string ReadyLine = "ready";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(1);

    /// <summary>128 and SIGKILL: without our doing, the kernel's answer to a lack of memory.</summary>
    private const int KilledExitCode = 137;

    /// <summary>What a child gets of our environment: where .NET and libduckdb are, nothing else.</summary>
    private static readonly string[] Inherited = ["DOTNET_ROOT", "DOTNET_ROOT_X64", "LAKEHOUSE_LIBDUCKDB", "LD_LIBRARY_PATH"];

    private readonly Process process;
    private readonly WorkerPlace place;
    private readonly Watchdog watchdog;
    private readonly TimeProvider time;
    private int end = -1;
    private long peakMemory;
    private long memoryBound = long.MaxValue;

    private WorkerProcess(Process process, WorkerPlace place, Watchdog watchdog, TimeProvider time)
    {
        this.process = process;
        this.place = place;
        this.watchdog = watchdog;
        this.time = time;
    }

    public int Pid => process.Id;

    public bool HasExited => process.HasExited;

    public WorkerEnd? End => Volatile.Read(ref end) is >= 0 and var why ? (WorkerEnd)why : null;

    public string Scratch => place.Scratch;

    /// <summary>Starts one and connects to it.</summary>
    /// <exception cref="SqlWorkerGoneException">It did not start, or not in time.</exception>
    public static async Task<(WorkerProcess Process, Stream Stream)> StartAsync(
        string runner, WorkerPlace place, Watchdog watchdog, TimeProvider time, CancellationToken cancellationToken)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(place.Folder, OwnerOnly);
        Process child;
        try
        {
            child = await ProcessStarter.StartAsync(StartInfo(runner, place)).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            Directory.Delete(place.Folder, recursive: true);
            throw new SqlWorkerGoneException(WorkerEnd.Exited, $"the SQL worker {runner} cannot be started: {e.Message}", e);
        }

        var worker = new WorkerProcess(child, place, watchdog, time);
        try
        {
            _ = child.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            using var deadline = new CancellationTokenSource(StartDeadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            return (worker, await worker.ConnectAsync(either.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SqlWorkerGoneException(WorkerEnd.Exited, "the SQL worker did not start", e);
        }
        catch
        {
            await worker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Kill(WorkerEnd why)
    {
        Interlocked.CompareExchange(ref end, (int)why, -1);
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    public IDisposable Watch(SqlLimits limits, string? outputDirectory)
    {
        (memoryBound, peakMemory) = (limits.MemoryBytes, 0);
        return watchdog.Watch(this, limits, outputDirectory);
    }

    /// <summary>What the watchdog last saw of it.</summary>
    public void NoteMemory(long bytes) => Volatile.Write(ref peakMemory, Math.Max(bytes, Volatile.Read(ref peakMemory)));

    public async Task<WorkerEnd> EndedAsync()
    {
        using var deadline = new CancellationTokenSource(EndDeadline, time);
        try
        {
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
            if (process.ExitCode == KilledExitCode && Volatile.Read(ref peakMemory) > memoryBound / 2)
                Interlocked.CompareExchange(ref end, (int)WorkerEnd.Memory, -1);
        }
        catch (OperationCanceledException)
        {
            Kill(WorkerEnd.Exited);
        }

        return End ?? WorkerEnd.Exited;
    }

    public async ValueTask DisposeAsync()
    {
        Kill(WorkerEnd.Exited);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        process.Dispose();
        if (File.Exists(place.Socket))
            File.Delete(place.Socket);
        ClaimedFolder.TryRemove(place.Folder);
    }

    private static ProcessStartInfo StartInfo(string runner, WorkerPlace place)
    {
        var start = new ProcessStartInfo(runner)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("sql-worker");
        start.ArgumentList.Add("--socket");
        start.ArgumentList.Add(place.Socket);
        start.ArgumentList.Add("--scratch");
        start.ArgumentList.Add(place.Scratch);
        start.ArgumentList.Add("--child");
        start.ArgumentList.Add(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                start.Environment[name] = value;
        }

        start.Environment["HOME"] = place.Folder;
        start.Environment["TMPDIR"] = place.Folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_QuickJitForLoops"] = "1";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        return start;
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line != ReadyLine)
            throw new IOException("the SQL worker ended before it was ready");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(place.Socket), cancellationToken).ConfigureAwait(false);
            var peer = PeerCredentials.Of(socket);
            if (peer.Pid != process.Id || peer.Uid != Libc.geteuid())
                throw new IOException("another process listens on the SQL worker's socket");
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
