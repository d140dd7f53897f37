using System.Runtime.InteropServices;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>Giving a finished file its name such that the name survives a power cut, and such that at most one of many wins it.</summary>
internal static class DurableNames
{
    /// <summary>False where the name is taken. The scratch name is gone on success and left otherwise.</summary>
    /// <remarks>File systems without hard links (vfat, some FUSE) get <c>renameat2(RENAME_NOREPLACE)</c>; those without either cannot hold a log.</remarks>
    public static bool TryGive(string scratch, string path)
    {
        if (NativeMethods.Link(scratch, path) == 0)
        {
            File.Delete(scratch);
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        switch (errno)
        {
            case NativeMethods.Eexist:
                return false;
            case NativeMethods.Eperm or NativeMethods.Eopnotsupp or NativeMethods.Enosys or NativeMethods.Emlink:
                return TryRename(scratch, path);
            default:
                throw StoreErrors.From(errno, path);
        }
    }

    /// <summary>Names given in the folder before are on the disk afterwards.</summary>
    public static void SyncFolder(string folder)
    {
        var descriptor = NativeMethods.Open(folder, NativeMethods.OpenReadOnly | NativeMethods.OpenDirectory | NativeMethods.OpenCloseOnExec, 0);
        if (descriptor < 0)
            throw StoreErrors.Last(folder);
        try
        {
            // Some network file systems cannot sync a folder and say EINVAL: their names are durable by the server's own rules.
            if (NativeMethods.Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != NativeMethods.Einval)
                throw StoreErrors.Last(folder);
        }
        finally
        {
            _ = NativeMethods.Close(descriptor);
        }
    }

    /// <summary>Makes the folder and its parents, each durably named in its own parent.</summary>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
            MakeFolder(parent);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException) when (File.Exists(folder))
        {
            throw StoreErrors.From(NativeMethods.Enotdir, folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(failure, folder);
        }

        if (parent is not null)
            SyncFolder(parent);
    }

    private static bool TryRename(string scratch, string path)
    {
        const int Here = NativeMethods.AtCurrentDirectory;
        if (NativeMethods.Rename(Here, scratch, Here, path, NativeMethods.RenameNoReplace) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno switch
        {
            NativeMethods.Eexist => false,
            NativeMethods.Einval or NativeMethods.Enosys or NativeMethods.Eopnotsupp => throw new DiagnosticException(
                TableCodes.ConditionalWritesUnsupported,
                $"the file system of {path} can neither link nor rename without replacing",
                "keep the lake on a file system that can (ext4, xfs, btrfs, zfs, NFSv4)"),
            _ => throw StoreErrors.From(errno, path),
        };
    }
}
