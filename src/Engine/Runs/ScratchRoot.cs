using System.Globalization;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Runs;

/// <summary>
/// Where this process keeps what runs need beside the lake: folders of its own (0700) under <c>$LAKEHOUSE_SCRATCH</c>, else
/// <c>$XDG_CACHE_HOME/lakehouse</c>, else <c>~/.cache/lakehouse</c>, else the temporary folder. Whoever opens a root removes what dead processes left there.
/// </summary>
/// <remarks>
/// In a pod the root is laid out: <c>in</c>, <c>out</c> and <c>own</c> are volumes of their own, so that the container which user SQL runs in has the first read-only, the second, and nothing of the
/// third. Files are never renamed from one to another. <c>in</c> and <c>out</c> are there only where such a container is.
/// </remarks>
public sealed class ScratchRoot : IDisposable
{
    private const string Prefix = "lh-run-";
    private readonly ClaimedFolder own;
    private readonly ClaimedFolder @in;
    private readonly ClaimedFolder @out;
    private int runs;

    private ScratchRoot(ClaimedFolder own, ClaimedFolder @in, ClaimedFolder @out)
    {
        this.own = own;
        this.@in = @in;
        this.@out = @out;
    }

    /// <summary>For what this process alone needs.</summary>
    public string Path => own.Path;

    /// <exception cref="DiagnosticException"><see cref="RunCodes.ScratchUnusable"/>.</exception>
    public static ScratchRoot Open(string? root = null)
    {
        root = System.IO.Path.GetFullPath(root ?? Default());
        try
        {
            if (!Directory.Exists(System.IO.Path.Combine(root, "own")))
            {
                var one = Claim(root);
                return new ScratchRoot(one, one, one);
            }

            var own = Claim(System.IO.Path.Combine(root, "own"));
            return new ScratchRoot(own, Part("in"), Part("out"));

            ClaimedFolder Part(string name) => System.IO.Path.Combine(root, name) is var folder && Directory.Exists(folder) ? Claim(folder) : own;
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

    /// <summary>New empty folders for one run; gone when the run's scratch is disposed.</summary>
    public RunScratch ForRun()
    {
        var number = Interlocked.Increment(ref runs).ToString(CultureInfo.InvariantCulture);
        return new RunScratch(Of(@in), Of(@out), Of(own));

        string Of(ClaimedFolder part) => Directory.CreateDirectory(System.IO.Path.Combine(part.Path, number), ClaimedFolder.OwnerOnly).FullName;
    }

    public void Dispose()
    {
        own.Dispose();
        if (@in != own)
            @in.Dispose();
        if (@out != own)
            @out.Dispose();
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

    private static ClaimedFolder Claim(string folder)
    {
        ClaimedFolder.RemoveLeftovers(folder, Prefix);
        return ClaimedFolder.Claim(folder, Prefix);
    }
}

/// <summary>Which of a run's folders: told apart by who may do what there.</summary>
public enum ScratchPart
{
    /// <summary>What the SQL worker reads.</summary>
    In,

    /// <summary>What the SQL worker writes.</summary>
    Out,

    /// <summary>What the run alone needs.</summary>
    Own,
}

/// <summary>One run's folders, with its staged inputs and outputs. They may be one folder.</summary>
public sealed class RunScratch(string @in, string @out, string own) : IDisposable
{
    /// <summary>All in one folder.</summary>
    public RunScratch(string path)
        : this(path, path, path)
    {
    }

    /// <summary>For what the run alone needs.</summary>
    public string Path { get; } = own;

    /// <summary>Whether the SQL worker sees no more than what lies in <see cref="ScratchPart.In"/> and <see cref="ScratchPart.Out"/>: what it shall read has to be brought there.</summary>
    public bool IsApart { get; } = @in != own;

    /// <summary>A new empty folder within.</summary>
    public string Folder(ScratchPart part)
    {
        var (parent, name) = part switch { ScratchPart.In => (@in, "in"), ScratchPart.Out => (@out, "out"), _ => (Path, "own") };
        return Directory.CreateDirectory(System.IO.Path.Combine(parent, $"{name}-{Guid.NewGuid():N}")).FullName;
    }

    /// <summary>What cannot be removed goes with the process's folders: a run that committed has succeeded.</summary>
    public void Dispose()
    {
        foreach (var folder in new[] { Path, @in, @out }.Distinct(StringComparer.Ordinal))
            ClaimedFolder.TryRemove(folder);
    }
}
