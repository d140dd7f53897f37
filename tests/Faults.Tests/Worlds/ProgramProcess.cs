using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Faults.Tests.Worlds;

/// <summary><c>lakehouse run</c>, as users start it.</summary>
internal sealed class ProgramProcess : IDisposable
{
    private const string Worker = "lakehouse-runner";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly ConcurrentQueue<string> said = new();
    private readonly SemaphoreSlim commits = new(0);

    /// <param name="once">Ends when all is drained and done; else when it is told to.</param>
    public ProgramProcess(string documents, string lake, string scratch, bool once = true)
    {
        string[] arguments = ["run", "-f", documents, "--lake", lake];
        var start = new ProcessStartInfo(BuiltPrograms.Find("lakehouse"), once ? [.. arguments, "--once"] : arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LAKEHOUSE_SCRATCH"] = scratch;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => process.Id;

    public bool HasExited => process.HasExited;

    public string Said => string.Join('\n', said);

    /// <summary>Ends when so many commits were reported, or the process has ended.</summary>
    public async Task CommitsAsync(int count)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        for (var seen = 0; seen < count && !process.HasExited; seen++)
            await commits.WaitAsync(deadline.Token);
    }

    public void Kill() => process.Kill();

    /// <summary>SIGTERM.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {process.Id}")]);
        kill.WaitForExit();
    }

    public async Task<int> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    /// <summary>Its SQL workers.</summary>
    public IReadOnlyList<int> Workers() => [.. Pids().Where(pid => IsWorker(pid) && ParentOf(pid) == process.Id)];

    public static bool IsWorker(int pid) => Read(pid, "cmdline").Contains(Worker, StringComparison.Ordinal);

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        commits.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            // The end: nobody waits for commits that will not come.
            commits.Release(1000);
            return;
        }

        said.Enqueue(line);
        if (line.Contains(" committed", StringComparison.Ordinal))
            commits.Release();
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(static pid => pid > 0);

    private static int ParentOf(int pid)
    {
        // "pid (name) state ppid …"; the name may hold anything.
        var stat = Read(pid, "stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Empty when the process is gone.</summary>
    private static string Read(int pid, string what)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{what}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
