using System.Runtime.InteropServices;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>What POSIX promises about names and durability and .NET does not expose. Numbers are Linux's.</summary>
internal static partial class NativeMethods
{
    public const int Eperm = 1;
    public const int Enoent = 2;
    public const int Eacces = 13;
    public const int Eexist = 17;
    public const int Exdev = 18;
    public const int Enotdir = 20;
    public const int Einval = 22;
    public const int Enospc = 28;
    public const int Erofs = 30;
    public const int Emlink = 31;
    public const int Enosys = 38;
    public const int Eopnotsupp = 95;
    public const int Edquot = 122;

    public const int OpenReadOnly = 0;
    public const int OpenDirectory = 0x10000;
    public const int OpenCloseOnExec = 0x80000;
    public const int AtCurrentDirectory = -100;
    public const uint RenameNoReplace = 1;

    /// <summary>link(2): fails with EEXIST where the new name is taken, atomically also between processes.</summary>
    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Rename(int oldDirectory, string oldName, int newDirectory, string newName, uint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>With a null buffer the result is allocated by the C library and ours to free.</summary>
    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint RealPath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    public static partial void Free(nint pointer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();
}
