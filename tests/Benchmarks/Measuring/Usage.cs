using System.Runtime.InteropServices;

namespace LakehouseOperator.Benchmarks.Measuring;

/// <summary>CPU time by getrusage(2).</summary>
internal static partial class Usage
{
    private const int Self = 0;
    private const int Children = -1;

    public static TimeSpan OfSelf() => Of(Self);

    /// <summary>Of the children that have ended, and of theirs.</summary>
    public static TimeSpan OfChildren() => Of(Children);

    private static TimeSpan Of(int who)
    {
        if (getrusage(who, out var usage) != 0)
            throw new InvalidOperationException("getrusage failed");
        return TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds) + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrusage(int who, out ResourceUsage usage);

    /// <summary>struct rusage of 64-bit Linux: two timevals and fourteen longs.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private readonly struct ResourceUsage
    {
        public readonly long UserSeconds;
        public readonly long UserMicroseconds;
        public readonly long SystemSeconds;
        public readonly long SystemMicroseconds;
    }
}
