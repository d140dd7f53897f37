using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Sources.Files;

/// <param name="Name">Relative to the location, parts joined by <c>/</c>.</param>
internal sealed record FoundFile(string Name, string Path, FileStat Stat);

/// <summary>
/// The regular files below a folder that a pattern means, in ordinal order of their names. Names that begin with a dot or end in <c>.tmp</c> are how tools mark
/// what is not ready, and are passed over, folders too. A symbolic link to a file is that file (but for one out of the volume, in a pod); links to folders are not entered, so that none
/// leads in a circle; pipes, sockets and devices are passed over.
/// </summary>
internal sealed class FolderScan(FilePattern pattern, string? within)
{
    private const int NotFound = 2;

    private readonly List<FoundFile> found = [];
    private readonly List<Diagnostic> problems = [];

    /// <param name="within">The folder that nothing may lead out of, links followed; null: links may lead anywhere.</param>
    /// <param name="problems">What could not be looked at, and why.</param>
    /// <exception cref="DiagnosticException">The location itself cannot be listed.</exception>
    public static IReadOnlyList<FoundFile> Run(string location, FilePattern pattern, string? within, out IReadOnlyList<Diagnostic> problems)
    {
        var scan = new FolderScan(pattern, within);
        if (FileStat.Of(location, out var error) is not { Kind: FileKind.Directory })
        {
            throw new DiagnosticException(new Diagnostic(
                SourceCodes.LocationUnreadable,
                DiagnosticSeverity.Error,
                $"the folder {location} {(error is 0 ? "is a file" : error == NotFound ? "does not exist" : "cannot be looked at")}",
                Field: "spec.source.files.location",
                Help: "a relative location is meant from the working directory"));
        }

        if (scan.LeadsOut(location))
        {
            throw new DiagnosticException(new Diagnostic(
                SourceCodes.LocationUnreadable, DiagnosticSeverity.Error, $"the folder {location} is a link that leads out of {within}", Field: "spec.source.files.location", Help: "in a cluster name a folder of the volume itself"));
        }

        if (scan.TryEnter(location, "", 0) is { } refused)
            throw new DiagnosticException(refused with { Code = SourceCodes.LocationUnreadable, Field = "spec.source.files.location" });
        scan.found.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        problems = scan.problems;
        return scan.found;
    }

    private Diagnostic? TryEnter(string folder, string prefix, int depth)
    {
        string[] names;
        try
        {
            names = Directory.GetFileSystemEntries(folder, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, MatchType = MatchType.Simple });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem($"the folder {folder} cannot be listed", "give the process read and search permission on it");
        }

        foreach (var path in names)
            Look(path, prefix + System.IO.Path.GetFileName(path), depth);
        return null;
    }

    private void Look(string path, string name, int depth)
    {
        var part = System.IO.Path.GetFileName(path.AsSpan());
        if (part.StartsWith('.') || part.EndsWith(".tmp", StringComparison.Ordinal))
            return;
        if (FileStat.OfLink(path, out var error) is not { } stat)
        {
            if (error != NotFound || name.Contains('\uFFFD', StringComparison.Ordinal))
                problems.Add(Problem($"the file {name} cannot be looked at", "its name may not be UTF-8; rename it"));
            return;
        }

        if (stat.Kind == FileKind.Directory)
        {
            if ((pattern.MaxDepth is not { } deepest || depth < deepest) && TryEnter(path, name + "/", depth + 1) is { } problem)
                problems.Add(problem);
            return;
        }

        if (!pattern.Matches(name))
            return;
        if (stat.Kind == FileKind.SymbolicLink)
        {
            if (FileStat.Of(path, out _) is not { } target)
            {
                problems.Add(Problem($"the symbolic link {name} leads nowhere", "remove it, or restore the file that it means"));
                return;
            }

            if (target.Kind == FileKind.Regular && LeadsOut(path))
            {
                problems.Add(Problem($"the symbolic link {name} leads out of {within}", "put the file itself there"));
                return;
            }

            stat = target;
        }

        if (stat.Kind == FileKind.Regular)
            found.Add(new FoundFile(name, path, stat));
    }

    private bool LeadsOut(string path) => within is not null && !(RealPaths.Of(within) is { } root && RealPaths.Of(path) is { } real && (real + "/").StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal));

    private static Diagnostic Problem(string what, string help) =>
        new(SourceCodes.FileUnreadable, DiagnosticSeverity.Error, what, Help: help);
}
