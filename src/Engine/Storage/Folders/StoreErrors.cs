using System.Runtime.InteropServices;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>What the operating system answers, as an error that names the fix.</summary>
internal static class StoreErrors
{
    public static DiagnosticException From(int errno, string path, Exception? inner = null) => errno switch
    {
        NativeMethods.Erofs => new(TableCodes.StoreReadOnly, $"{path} is on a read-only file system",
            "mount it writable, or choose another folder by --lake or the layer's location", inner),
        NativeMethods.Enospc => new(TableCodes.StoreFull, $"no space is left for {path}",
            "free space on that file system, or move the lake to a larger one; nothing that was committed is lost", inner),
        NativeMethods.Edquot => new(TableCodes.StoreFull, $"the quota of {path} is used up",
            "raise the quota, or move the lake; nothing that was committed is lost", inner),
        NativeMethods.Eacces or NativeMethods.Eperm => new(TableCodes.StorePermission, $"no permission for {path}",
            $"let the user that runs this (uid {NativeMethods.EffectiveUser()}) read and write the folder, or choose another one", inner),
        NativeMethods.Enotdir => new(TableCodes.StoreNotFolder, $"a part of {path} is a file and not a folder",
            "remove the file or choose another location", inner),
        _ => new(TableCodes.StoreFailed, $"{path}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})",
            "look at the file system's health", inner),
    };

    public static DiagnosticException Last(string path) => From(Marshal.GetLastPInvokeError(), path);

    /// <summary>.NET keeps errno in <see cref="Exception.HResult"/> of an <see cref="IOException"/> on Unix, and folds EACCES and EPERM into one type.</summary>
    public static DiagnosticException From(Exception failure, string path) => failure switch
    {
        UnauthorizedAccessException { InnerException: IOException io } when io.HResult is > 0 and < 4096 => From(io.HResult, path, failure),
        UnauthorizedAccessException => From(NativeMethods.Eacces, path, failure),
        IOException { HResult: > 0 and < 4096 } => From(failure.HResult, path, failure),
        _ => new(TableCodes.StoreFailed, $"{path}: {failure.Message}", "look at the file system's health", failure),
    };

    public static bool IsMissing(Exception failure) => failure is FileNotFoundException or DirectoryNotFoundException;
}
