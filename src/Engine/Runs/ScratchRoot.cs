using System.Globalization;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Runs;

/// <summary>
/// Where this process keeps what runs need beside the lake: a folder of its own (0700) under <c>$LAKEHOUSE_SCRATCH</c>, else
/// <c>$XDG_CACHE_HOME/lakehouse</c>, else <c>~/.cache/lakehouse</c>, else the temporary folder. Whoever opens a root removes what dead processes left there.
/// </summary>
public sealed class ScratchRoot : IDisposable
{
    private const string Prefix = "lh-run-";
    private readonly ClaimedFolder folder;
    private int runs;

    private ScratchRoot(ClaimedFolder folder) => this.folder = folder;

    public string Path => folder.Path;

    /// <exception cref="DiagnosticException"><see cref="RunCodes.ScratchUnusable"/>.</exception>
    public static ScratchRoot Open(string? root = null)
    {
        root = System.IO.Path.GetFullPath(root ?? Default());
        try
        {
            ClaimedFolder.RemoveLeftovers(root, Prefix);
            return new ScratchRoot(ClaimedFolder.Claim(root, Prefix));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                RunCodes.ScratchUnusable,
                $"the scratch folder {root} cannot be used: {e.Message}",
                "set LAKEHOUSE_SCRATCH to a folder that can be written",
                e);
        }
    }

    /// <summary>A new empty folder for one run; gone when the run's scratch is disposed.</summary>
    public RunScratch ForRun()
    {
        var number = Interlocked.Increment(ref runs).ToString(CultureInfo.InvariantCulture);
        var path = System.IO.Path.Combine(Path, number);
        Directory.CreateDirectory(path, ClaimedFolder.OwnerOnly);
        return new RunScratch(path);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Where it is when nobody says otherwise.</summary>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("LAKEHOUSE_SCRATCH") is { Length: > 0 } own)
            return own;
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache)
            return System.IO.Path.Combine(cache, "lakehouse");
        return Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home && Directory.Exists(home)
            ? System.IO.Path.Combine(home, ".cache", "lakehouse")
            : System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"lakehouse-{Environment.UserName}");
    }
}

/// <summary>One run's folder, with its staged inputs and outputs.</summary>
public sealed class RunScratch(string path) : IDisposable
{
    private int folders;

    public string Path { get; } = path;

    /// <summary>A new empty folder within.</summary>
    public string Folder(string name)
    {
        var folder = System.IO.Path.Combine(Path, $"{name}-{Interlocked.Increment(ref folders)}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>What cannot be removed goes with the process's folder: a run that committed has succeeded.</summary>
    public void Dispose() => ClaimedFolder.TryRemove(Path);
}
