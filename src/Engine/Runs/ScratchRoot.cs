using System.Globalization;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Runs;

/// <summary>
/// Where this process keeps what runs need beside the lake: a folder of its own (0700) under <c>$LAKEHOUSE_SCRATCH</c>, else
/// <c>$XDG_CACHE_HOME/lakehouse</c>, else <c>~/.cache/lakehouse</c>, else the temporary folder. A lock that the kernel gives back when the process ends,
/// however it ends, tells the living from the dead: whoever opens a root removes what dead processes left there.
/// </summary>
public sealed class ScratchRoot : IDisposable
{
    private const string LockSuffix = ".lock";

    /// <summary>EWOULDBLOCK of flock(2).</summary>
    private const int HeldByAnother = 11;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream held;
    private int runs;

    private ScratchRoot(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    public string Path { get; }

    /// <exception cref="DiagnosticException"><see cref="RunCodes.ScratchUnusable"/>.</exception>
    public static ScratchRoot Open(string? root = null)
    {
        root = System.IO.Path.GetFullPath(root ?? Default());
        try
        {
            Directory.CreateDirectory(root, OwnerOnly);
            RemoveLeftovers(root);
            return Claim(root);
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
        Directory.CreateDirectory(path, OwnerOnly);
        return new RunScratch(path);
    }

    public void Dispose()
    {
        if (TryRemove(Path))
            File.Delete(held.Name);
        held.Dispose();
    }

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

    private static ScratchRoot Claim(string root)
    {
        while (true)
        {
            var path = System.IO.Path.Combine(root, Guid.NewGuid().ToString("N")[..12]);
            if (Lock(path + LockSuffix) is not { } file)
                continue;
            Directory.CreateDirectory(path, OwnerOnly);
            return new ScratchRoot(path, file);
        }
    }

    /// <summary>Null when another process holds it, or removed it between our opening and locking it.</summary>
    private static FileStream? Lock(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == HeldByAnother || File.Exists(path))
        {
            return null;
        }

        if (File.Exists(path))
            return file;
        file.Dispose();
        return null;
    }

    private static void RemoveLeftovers(string root)
    {
        foreach (var lockFile in Directory.EnumerateFiles(root, "*" + LockSuffix))
        {
            using var file = Lock(lockFile);
            if (file is not null && TryRemove(lockFile[..^LockSuffix.Length]))
                File.Delete(lockFile);
        }
    }

    /// <summary>False where something is left, such as what a dead process's child is still writing: the next to open the root tries again. Nobody's run fails over it.</summary>
    internal static bool TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            // It was gone already, which is what we want; or went while it was being removed.
            return !System.IO.Path.Exists(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
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
    public void Dispose() => ScratchRoot.TryRemove(Path);
}
