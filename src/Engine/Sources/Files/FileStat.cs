using System.Runtime.InteropServices;

namespace LakehouseOperator.Engine.Sources.Files;

internal enum FileKind
{
    Regular,
    Directory,
    SymbolicLink,
    Other,
}

/// <summary>What the kernel says of a file. .NET's own calls know neither a FIFO from a file (opening one blocks) nor the time of the last change of the inode.</summary>
/// <param name="Inode">With <paramref name="Device"/> the identity of the file itself, whatever its name.</param>
/// <param name="Modified">Nanoseconds since 1970; a copying tool can set it back.</param>
/// <param name="Changed">Nanoseconds since 1970 of the last change of content, name or attributes; nobody can set it.</param>
internal readonly partial record struct FileStat(FileKind Kind, ulong Device, ulong Inode, long Size, long Modified, long Changed)
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Follows symbolic links. Null, with the kernel's error, where the path cannot be looked at.</summary>
    public static FileStat? Of(string path, out int error) => Of(path, 0, out error);

    /// <summary>Of a symbolic link itself.</summary>
    public static FileStat? OfLink(string path, out int error) => Of(path, NoFollow, out error);

    /// <summary>Whether nothing about the file changed between two looks.</summary>
    public bool IsUnchanged(FileStat later) => this == later;

    private static unsafe FileStat? Of(string path, int flags, out int error)
    {
        Statx stat;
        if (statx(CurrentFolder, path, flags, BasicStats, &stat) != 0)
        {
            error = Marshal.GetLastPInvokeError();
            return null;
        }

        error = 0;
        var kind = (stat.Mode & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.SymbolicLink,
            _ => FileKind.Other,
        };
        var device = (ulong)stat.DeviceMajor << 32 | stat.DeviceMinor;
        return new FileStat(kind, device, stat.Inode, (long)stat.Size, stat.Modified.Nanoseconds, stat.Changed.Nanoseconds);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, Statx* stat);

    /// <summary>struct statx of linux/stat.h: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public StatxTime Changed;

        [FieldOffset(112)]
        public StatxTime Modified;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct StatxTime
    {
        public long Seconds;
        public uint Fraction;

        public readonly long Nanoseconds => unchecked(Seconds * 1_000_000_000 + Fraction);
    }
}
