using System.Globalization;

namespace LakehouseOperator.DuckDb.Types;

/// <summary>DuckDB counts days and microseconds from 1970-01-01; the largest value of each is +infinity and its negative -infinity.</summary>
public static class DuckDbTime
{
    public const int EpochDayNumber = 719_162;
    public const long InfiniteMicros = long.MaxValue;
    public const int InfiniteDays = int.MaxValue;

    private static readonly long LeastMicros = ToMicros(DateTimeOffset.MinValue);
    private static readonly long MostMicros = ToMicros(DateTimeOffset.MaxValue);

    /// <summary>Cut off, not rounded, towards the past.</summary>
    public static long ToMicros(DateTimeOffset value) =>
        (value.UtcTicks / TimeSpan.TicksPerMicrosecond) - (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>False for the infinities and for years outside 1 to 9999.</summary>
    public static bool TryFromMicros(long micros, out DateTimeOffset value)
    {
        value = default;
        if (micros < LeastMicros || micros > MostMicros)
            return false;
        value = new DateTimeOffset(DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return true;
    }

    /// <summary>False for the infinities and for years outside 1 to 9999.</summary>
    public static bool TryFromDays(int days, out DateOnly value)
    {
        value = default;
        if (days < -EpochDayNumber || days > DateOnly.MaxValue.DayNumber - EpochDayNumber)
            return false;
        value = DateOnly.FromDayNumber(days + EpochDayNumber);
        return true;
    }
}

/// <summary>A timestamp that no <see cref="DateTimeOffset"/> holds: an infinity, or a year outside 1 to 9999.</summary>
/// <param name="Micros">Since 1970-01-01 UTC.</param>
public readonly record struct DuckDbFarTimestamp(long Micros)
{
    public override string ToString() => Micros switch
    {
        DuckDbTime.InfiniteMicros => "infinity",
        -DuckDbTime.InfiniteMicros => "-infinity",
        _ => string.Create(CultureInfo.InvariantCulture, $"epoch{Micros:+0;-0}us"),
    };
}

/// <summary>A date that no <see cref="DateOnly"/> holds: an infinity, or a year outside 1 to 9999.</summary>
/// <param name="Days">Since 1970-01-01.</param>
public readonly record struct DuckDbFarDate(int Days)
{
    public override string ToString() => Days switch
    {
        DuckDbTime.InfiniteDays => "infinity",
        -DuckDbTime.InfiniteDays => "-infinity",
        _ => string.Create(CultureInfo.InvariantCulture, $"epoch{Days:+0;-0}d"),
    };
}

/// <summary>INTERVAL: three counts that do not convert into each other.</summary>
public readonly record struct DuckDbInterval(int Months, int Days, long Micros);
