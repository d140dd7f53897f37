using System.Runtime.InteropServices;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>Time since boot, suspended hours included, whatever is done to the wall clock. A snapshot's age is measured with it.</summary>
internal sealed partial class BootClock(TimeProvider time)
{
    private const int ClockBootTime = 7;

    public TimeSpan Now
    {
        get
        {
            // Tests move their own clock; .NET's Stopwatch stands still while the machine sleeps, which is just when writers grow stale.
            if (ReferenceEquals(time, TimeProvider.System) && GetTime(ClockBootTime, out var now) == 0)
                return TimeSpan.FromSeconds(now.Seconds) + TimeSpan.FromTicks(now.Nanoseconds / 100);
            return time.GetElapsedTime(0);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
