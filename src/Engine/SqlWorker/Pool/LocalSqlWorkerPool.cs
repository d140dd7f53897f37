using System.Globalization;
using System.Text;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Client;

namespace LakehouseOperator.Engine.SqlWorker.Pool;

/// <param name="RunnerPath">The executable <c>lakehouse-runner</c>; see <see cref="LocalSqlWorkerPool.FindRunner"/>.</param>
/// <param name="Directory">Scratch of all workers; a private folder is made below it. Null: the system's folder for temporary files.</param>
/// <param name="KeepIdle">Workers kept for the next caller.</param>
public sealed record LocalSqlWorkerOptions(string RunnerPath, string? Directory = null, int KeepIdle = 4, SqlWorkerOptions? Worker = null);

/// <summary>Workers as child processes. They end with this process, however that ends. Thread-safe.</summary>
public sealed class LocalSqlWorkerPool : ISqlWorkerPool
{
    private const string Prefix = "lh-sql-";

    /// <summary>A socket's path has at most 107 bytes.</summary>
    private const int LongestSocketFolder = 90;

    private const string RunnerName = "lakehouse-runner";
    private const string RunnerVariable = "LAKEHOUSE_RUNNER";

    private readonly LocalSqlWorkerOptions options;
    private readonly TimeProvider time;
    private readonly Watchdog watchdog = new();
    private readonly Lock gate = new();
    private readonly Stack<Worker> idle = new();
    private readonly string parent;
    private ClaimedFolder? root;
    private ClaimedFolder? sockets;
    private Task<Worker>? ahead;
    private int started;
    private bool disposed;

    public LocalSqlWorkerPool(LocalSqlWorkerOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        parent = options.Directory ?? Path.GetTempPath();
        ClaimedFolder.RemoveLeftovers(parent, Prefix);
        ClaimedFolder.RemoveLeftovers(Path.GetTempPath(), Prefix);
    }

    /// <summary>Beside this application, or by the variable <c>LAKEHOUSE_RUNNER</c>.</summary>
    /// <exception cref="FileNotFoundException">It is in neither place.</exception>
    public static string FindRunner()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, RunnerName);
        if (File.Exists(beside))
            return beside;
        var named = Environment.GetEnvironmentVariable(RunnerVariable);
        return !string.IsNullOrEmpty(named) && File.Exists(named)
            ? named
            : throw new FileNotFoundException($"{RunnerName} was not found beside {AppContext.BaseDirectory} nor by {RunnerVariable}; run `make build`");
    }

    /// <summary>Starts a worker ahead of the first caller, who then need not wait for all of its start.</summary>
    public void Warm()
    {
        lock (gate)
        {
            if (!disposed && ahead is null && idle.Count == 0)
                ahead = StartAsync(CancellationToken.None);
        }
    }

    public async Task<ISqlWorker> RentAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Worker? worker = null;
            Task<Worker>? starting;
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                starting = ahead;
                ahead = null;
                if (starting is null)
                    idle.TryPop(out worker);
            }

            worker ??= starting is null ? await StartAsync(cancellationToken).ConfigureAwait(false) : await starting.ConfigureAwait(false);
            if (!worker.Process.HasExited)
                return new SqlWorkerOnLoan(worker.Client, () => ReturnAsync(worker));
            await worker.Client.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<Worker>? starting;
        Worker[] left;
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            (starting, ahead) = (ahead, null);
            left = [.. idle];
            idle.Clear();
        }

        if (starting is not null)
        {
            await Task.WhenAny(starting).ConfigureAwait(false);
            if (starting.IsCompletedSuccessfully)
                await (await starting.ConfigureAwait(false)).Client.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var worker in left)
            await worker.Client.DisposeAsync().ConfigureAwait(false);
        watchdog.Dispose();
        root?.Dispose();
        if (sockets != root)
            sockets?.Dispose();
    }

    private async Task<Worker> StartAsync(CancellationToken cancellationToken)
    {
        var (process, stream) = await WorkerProcess.StartAsync(options.RunnerPath, NextPlace(), watchdog, time, cancellationToken).ConfigureAwait(false);
        var client = await SqlWorkerClient.ConnectAsync(stream, process, time, options.Worker ?? SqlWorkerOptions.Default, cancellationToken).ConfigureAwait(false);
        return new Worker(client, process);
    }

    private WorkerPlace NextPlace()
    {
        lock (gate)
        {
            root ??= ClaimedFolder.Claim(parent, Prefix);
            sockets ??= Encoding.UTF8.GetByteCount(root.Path) <= LongestSocketFolder ? root : ClaimedFolder.Claim(Path.GetTempPath(), Prefix);
            var number = (++started).ToString(CultureInfo.InvariantCulture);
            return new WorkerPlace(Path.Combine(root.Path, number), Path.Combine(sockets.Path, number + ".s"));
        }
    }

    private async ValueTask ReturnAsync(Worker worker)
    {
        lock (gate)
        {
            if (!disposed && !worker.Client.IsBroken && !worker.Process.HasExited && idle.Count < options.KeepIdle)
            {
                idle.Push(worker);
                return;
            }
        }

        await worker.Client.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Worker(SqlWorkerClient Client, WorkerProcess Process);
}
