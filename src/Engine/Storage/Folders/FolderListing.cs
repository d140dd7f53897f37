using System.IO.Enumeration;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>The objects of a folder and the folders in it as one ordered list of keys. Links are not followed; scratch files are no objects.</summary>
internal sealed class FolderListing(string root, string prefix, string? startAfter, DateTimeOffset now)
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private readonly List<ObjectEntry> found = [];

    public static List<string> Folders(string path)
    {
        var names = new List<string>();
        if (Directory.Exists(path))
        {
            foreach (var folder in Directory.EnumerateDirectories(path, "*", Everything))
                names.Add(Path.GetFileName(folder));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public List<ObjectEntry> Read(string folder)
    {
        Walk(folder);
        found.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return found;
    }

    private void Walk(string folder)
    {
        var folders = new List<string>();
        try
        {
            foreach (var (path, entry) in new FileSystemEnumerable<(string Folder, ObjectEntry? Entry)>(folder, Transform, Everything))
            {
                if (entry is { } file)
                    found.Add(file);
                else if (path.Length > 0)
                    folders.Add(path);
            }
        }
        catch (DirectoryNotFoundException)
        {
            return; // none, or deleted while listing
        }

        foreach (var inner in folders)
            Walk(inner);
    }

    private (string Folder, ObjectEntry? Entry) Transform(ref FileSystemEntry entry)
    {
        if (entry.IsDirectory)
        {
            var path = entry.ToFullPath();
            return (MayHold(Key(path) + "/") ? path : "", null);
        }

        if (ScratchName.Is(entry.FileName))
        {
            if (now - entry.LastWriteTimeUtc > ScratchName.Leftover)
                ScratchName.Drop(entry.ToFullPath());
            return ("", null);
        }

        var key = Key(entry.ToFullPath());
        if (!key.StartsWith(prefix, StringComparison.Ordinal) || (startAfter is not null && string.CompareOrdinal(key, startAfter) <= 0))
            return ("", null);
        return ("", new ObjectEntry(key, entry.Length, entry.LastWriteTimeUtc));
    }

    private bool MayHold(string folder) =>
        folder.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(folder, StringComparison.Ordinal);

    private string Key(string path) => path[(root.Length == 1 ? 1 : root.Length + 1)..];
}
