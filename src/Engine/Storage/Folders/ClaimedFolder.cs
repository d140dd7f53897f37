using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>
/// A folder of this process alone (0700), below one that others use too. Beside it lies a lock that the kernel gives back when the process ends, however it
/// ends: that tells the living from the dead. Pids would not, since containers that share a volume number their processes each for itself.
/// </summary>
internal sealed class ClaimedFolder : IDisposable
{
    public const string LockSuffix = ".lock";
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Hexadecimal digits that follow the prefix.</summary>
    private const int Digits = 12;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>EWOULDBLOCK of flock(2).</summary>
    private const int HeldByAnother = 11;

    private readonly FileStream held;

    private ClaimedFolder(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    public string Path { get; }

    /// <summary>A new empty folder; the parent is made where it is not there.</summary>
    /// <param name="prefix">Tells apart what the folders are for.</param>
    public static ClaimedFolder Claim(string parent, string prefix)
    {
        Directory.CreateDirectory(parent, OwnerOnly);
        while (true)
        {
            var path = System.IO.Path.Combine(parent, prefix + Guid.NewGuid().ToString("N")[..Digits]);
            if (!TryLock(path + LockSuffix, out var file))
                continue;
            Directory.CreateDirectory(path, OwnerOnly);
            return new ClaimedFolder(path, file);
        }
    }

    /// <summary>Removes what dead processes left. Nothing but names of our own shape is touched: the parent may be anybody's folder.</summary>
    public static void RemoveLeftovers(string parent, string prefix)
    {
        if (!Directory.Exists(parent))
            return;
        foreach (var lockFile in Directory.EnumerateFiles(parent, prefix + "*" + LockSuffix))
        {
            var name = System.IO.Path.GetFileName(lockFile.AsSpan())[prefix.Length..^LockSuffix.Length];
            if (name.Length != Digits || name.ContainsAnyExcept(Hexadecimal))
                continue;
            try
            {
                if (!TryLock(lockFile, out var file))
                    continue;
                using (file)
                {
                    if (TryRemove(lockFile[..^LockSuffix.Length]))
                        File.Delete(lockFile);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, who removes it himself.
            }
        }
    }

    public void Dispose()
    {
        if (TryRemove(Path))
            File.Delete(held.Name);
        held.Dispose();
    }

    /// <summary>False where something is left, such as what a dead process's child is still writing: the next to look tries again. Nobody's run fails over it.</summary>
    public static bool TryRemove(string folder)
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

    /// <summary>False when another process holds it, or removed it between our opening and locking it.</summary>
    private static bool TryLock(string path, [NotNullWhen(true)] out FileStream? file)
    {
        file = null;
        FileStream opened;
        try
        {
            opened = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException e) when (e.HResult == HeldByAnother || File.Exists(path))
        {
            return false;
        }

        if (File.Exists(path))
        {
            file = opened;
            return true;
        }

        opened.Dispose();
        return false;
    }
}
