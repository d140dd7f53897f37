using System.Diagnostics;
using System.Net.Sockets;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Sql.Client;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>Finds and starts worker processes from outside of the pool.</summary>
internal static class ChildProcesses
{
    public static LocalSqlWorkerPool PoolIn(string directory, int keepIdle = 2, SqlWorkerOptions? worker = null) =>
        new(new LocalSqlWorkerOptions(BuiltPrograms.Find("lakehouse-runner"), directory, keepIdle, worker), TimeProvider.System);

    /// <summary>Pids of the living workers whose socket is below the folder.</summary>
    public static IReadOnlyList<int> Below(string directory)
    {
        var pids = new List<int>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), out var pid))
                continue;
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains($"--socket\0{directory}", StringComparison.Ordinal))
                    pids.Add(pid);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return pids;
    }

    /// <summary>The runner as a child of this process, listening below the folder.</summary>
    public static async Task<Process> StartAsync(string directory, string? shell = null)
    {
        var runner = $"{BuiltPrograms.Find("lakehouse-runner")} sql-worker --socket {Path.Combine(directory, "s")} --child {(shell is null ? Environment.ProcessId : "$$")}";
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(shell?.Replace("{runner}", runner, StringComparison.Ordinal) ?? $"exec {runner}");
        var process = Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return process;
    }

    public static async Task<NetworkStream> ConnectAsync(string directory)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory, "s")), TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
