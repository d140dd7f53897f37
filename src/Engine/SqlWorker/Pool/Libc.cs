using System.Runtime.InteropServices;

namespace LakehouseOperator.Engine.SqlWorker.Pool;

/// <summary>The few calls of Linux that .NET has no name for.</summary>
internal static partial class Libc
{
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int CloseRangeCloexec = 4;
    public const int RlimitCore = 4;
    private const int PrSetPdeathsig = 1;

    /// <summary>The process gets the signal when the thread that started it ends.</summary>
    public static int SetParentDeathSignal(int signal) => prctl(PrSetPdeathsig, (nuint)signal, 0, 0, 0);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getppid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close_range(uint first, uint last, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setrlimit(int resource, in Rlimit limit);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int status);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Rlimit(ulong Soft, ulong Hard);
}
