using System.Globalization;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Pool;

/// <summary>
/// Holds workers to their memory and scratch from outside, because DuckDB's own limits do not hold for every operator. One thread of its own,
/// so that a busy thread pool cannot delay it; it sleeps while no request runs.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const int IntervalMs = 10;
    private const int DiskEvery = 20;

    private readonly Lock gate = new();
    private readonly List<Watched> watched = [];
    private readonly ManualResetEventSlim busy = new(false);
    private readonly ManualResetEventSlim stop = new(false);
    private readonly Lazy<Thread> thread;
    private bool disposed;

    public Watchdog() => thread = new Lazy<Thread>(Start);

    public IDisposable Watch(WorkerProcess worker, SqlLimits limits, string? output)
    {
        var entry = new Watched(this, worker, limits, output);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            watched.Add(entry);
            busy.Set();
        }

        _ = thread.Value;
        return entry;
    }

    /// <summary>Memory that nothing but the process holds: its anonymous and shared pages, and what of them is swapped out. 0 when it is gone.</summary>
    public static long MemoryOf(int pid)
    {
        var bytes = 0L;
        try
        {
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")))
            {
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal) || line.StartsWith("VmSwap:", StringComparison.Ordinal))
                    bytes += long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).TrimEnd("kB"), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        return bytes;
    }

    /// <summary>Bytes of the files below a folder; those that go meanwhile do not count.</summary>
    public static long BytesIn(string? directory)
    {
        var bytes = 0L;
        try
        {
            if (directory is null || !Directory.Exists(directory))
                return 0;
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories))
                bytes += file.Length;
        }
        catch (IOException)
        {
            return bytes;
        }

        return bytes;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            watched.Clear();
        }

        stop.Set();
        busy.Set();
        if (thread.IsValueCreated)
            thread.Value.Join();
        stop.Dispose();
        busy.Dispose();
    }

    private Thread Start()
    {
        var started = new Thread(Run) { IsBackground = true, Name = "sql-watchdog", Priority = ThreadPriority.AboveNormal };
        started.Start();
        return started;
    }

    private void Run()
    {
        for (var round = 0; !stop.Wait(IntervalMs); round++)
        {
            busy.Wait();
            Watched[] now;
            lock (gate)
                now = [.. watched];
            foreach (var entry in now)
                Check(entry, withDisk: round % DiskEvery == 0);
        }
    }

    private static void Check(Watched entry, bool withDisk)
    {
        var (worker, limits) = (entry.Worker, entry.Limits);
        var memory = MemoryOf(entry.Pid);
        worker.NoteMemory(memory);
        if (memory > limits.MemoryBytes)
            worker.Kill(WorkerEnd.Memory);
        else if (withDisk && BytesIn(worker.Scratch) + BytesIn(entry.Output) > limits.ScratchBytes)
            worker.Kill(WorkerEnd.ScratchFull);
    }

    private void Release(Watched entry)
    {
        lock (gate)
        {
            watched.Remove(entry);
            if (watched.Count == 0 && !disposed)
                busy.Reset();
        }
    }

    private sealed class Watched(Watchdog owner, WorkerProcess worker, SqlLimits limits, string? output) : IDisposable
    {
        public WorkerProcess Worker { get; } = worker;

        public int Pid { get; } = worker.Pid;

        public SqlLimits Limits { get; } = limits;

        public string? Output { get; } = output;

        public void Dispose() => owner.Release(this);
    }
}
