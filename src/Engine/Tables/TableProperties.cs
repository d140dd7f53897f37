using System.Globalization;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Tables;

/// <summary>The properties that tables of ours carry in <c>metaData.configuration</c>, so that other engines' clean-up obeys them too.</summary>
public static class TableProperties
{
    public const string AppendOnly = "delta.appendOnly";
    public const string LogRetention = "delta.logRetentionDuration";
    public const string FileRetention = "delta.deletedFileRetentionDuration";

    /// <summary>The resource that writes the table; nobody else does unless told to adopt it.</summary>
    public const string Owner = "lakehouse.owner";

    /// <summary>Set by the commit that drops the table, to when (RFC 3339): from there on it is none, and what is left of it is being removed.</summary>
    public const string Dropped = "lakehouse.dropped";

    /// <summary>Delta's default for files, and ours for both.</summary>
    public static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(7);

    /// <param name="appendOnly">Set for bronze: no commit may remove rows there.</param>
    public static IReadOnlyDictionary<string, string> For(ResourceId owner, LakePlan lake, bool appendOnly)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [FileRetention] = Interval(lake.FileRetention),
            [LogRetention] = Interval(lake.LogRetention),
            [Owner] = OwnerOf(owner),
        };
        if (appendOnly)
            properties[AppendOnly] = "true";
        return properties;
    }

    /// <summary>Such as <c>default/events</c>: never anything that a cluster makes up, such as a uid.</summary>
    public static string OwnerOf(ResourceId resource) => $"{resource.Namespace}/{resource.Name}";

    /// <summary>How long files that no version names are kept.</summary>
    public static TimeSpan FileRetentionOf(IReadOnlyDictionary<string, string> configuration) =>
        configuration.TryGetValue(FileRetention, out var text) && TryParseInterval(text, out var retention) ? retention : DefaultRetention;

    /// <summary>As Delta spells intervals: <c>interval 168 hours</c>; seconds where hours do not divide it.</summary>
    public static string Interval(TimeSpan duration) => duration.Ticks % TimeSpan.TicksPerHour == 0
        ? string.Create(CultureInfo.InvariantCulture, $"interval {duration.Ticks / TimeSpan.TicksPerHour} hours")
        : string.Create(CultureInfo.InvariantCulture, $"interval {(long)Math.Ceiling(duration.TotalSeconds)} seconds");

    /// <summary>Reads what any engine wrote: <c>interval 1 week 2 days</c>, <c>7 days</c>; months and years have no length.</summary>
    public static bool TryParseInterval(string text, out TimeSpan interval)
    {
        interval = default;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = words.Length > 0 && words[0].Equals("interval", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        if (words.Length == first || (words.Length - first) % 2 != 0)
            return false;
        for (var word = first; word < words.Length; word += 2)
        {
            if (!long.TryParse(words[word], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) || TicksOf(words[word + 1]) is not { } unit)
                return false;
            var ticks = (Int128)count * unit + interval.Ticks;
            if (ticks < 0 || ticks > long.MaxValue)
                return false;
            interval = TimeSpan.FromTicks((long)ticks);
        }

        return true;
    }

    private static long? TicksOf(string unit) => unit.ToLowerInvariant().TrimEnd('s') switch
    {
        "week" => TimeSpan.TicksPerDay * 7,
        "day" => TimeSpan.TicksPerDay,
        "hour" => TimeSpan.TicksPerHour,
        "minute" => TimeSpan.TicksPerMinute,
        "second" => TimeSpan.TicksPerSecond,
        "millisecond" => TimeSpan.TicksPerMillisecond,
        "microsecond" => TimeSpan.TicksPerMicrosecond,
        _ => null,
    };
}
