using System.Runtime.InteropServices;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>Where a name really leads once symbolic links are followed.</summary>
internal static class RealPaths
{
    /// <summary>Null where the path, or what a link in it points to, does not exist.</summary>
    public static string? Of(string path)
    {
        var pointer = NativeMethods.RealPath(path, 0);
        if (pointer == 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno is NativeMethods.Enoent or NativeMethods.Enotdir ? null : throw StoreErrors.From(errno, path);
        }

        try
        {
            return Marshal.PtrToStringUTF8(pointer);
        }
        finally
        {
            NativeMethods.Free(pointer);
        }
    }

    /// <summary>True when everything of the path that exists lies in the folder, links followed. A dangling link does not.</summary>
    public static bool IsWithin(string folder, string path)
    {
        var root = Of(folder);
        if (root is null)
            return true; // nothing exists below a folder that does not
        for (var part = path; part.Length >= folder.Length; part = Path.GetDirectoryName(part)!)
        {
            if (Of(part) is { } real)
                return real == root || real.StartsWith(root == "/" ? root : root + "/", StringComparison.Ordinal);
            if (new FileInfo(part).LinkTarget is not null)
                return false;
        }

        return true;
    }
}
