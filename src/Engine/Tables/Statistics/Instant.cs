using System.Globalization;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>Instants as microseconds since 1970 UTC, in the spellings that DuckDB and Delta's log use. Years 1 to 9999.</summary>
internal static class Instant
{
    private const string Offset = "K";
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFF" + Offset, "yyyy-MM-dd HH:mm:ss.FFFFFF" + Offset];

    private static readonly long MaxMicros = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>With <c>Z</c>, an offset such as <c>+00</c> or <c>-07:00</c>, or none, which is UTC.</summary>
    public static bool TryParse(string text, out long micros)
    {
        micros = 0;
        // DuckDB leaves out the minutes of an offset of whole hours.
        var shortOffset = text.Length > 19 && text[^3] is '+' or '-' && !text.Contains('Z', StringComparison.Ordinal);
        if (!DateTime.TryParseExact(
            shortOffset ? text + ":00" : text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return false;
        }

        micros = (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return true;
    }

    /// <summary><c>2024-02-29T23:59:59.000001Z</c>.</summary>
    public static string ToMicrosText(long micros) => Time(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2024-02-29T23:59:59.000Z</c>, rounded down.</summary>
    public static string ToMillisText(long micros) => Time(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>As <see cref="ToMillisText"/>, rounded up; null where that would be the year 10000.</summary>
    public static string? ToMillisTextAtLeast(long micros) => micros + 999 > MaxMicros ? null : ToMillisText(micros + 999);

    private static DateTime Time(long micros) => DateTime.UnixEpoch.AddTicks(checked(micros * TimeSpan.TicksPerMicrosecond));
}
