using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace LakehouseOperator.Pipelines.Schedules;

/// <summary>
/// Five fields as <c>crontab(5)</c> has them: minute, hour, day of month, month, day of week; <c>*</c>, ranges, steps, lists, names of months and weekdays, 7 for
/// Sunday, and the macros from <c>@hourly</c> to <c>@yearly</c>. Without a time zone: which local times fit, not which moments those are.
/// </summary>
public sealed class CronExpression
{
    /// <summary>29 February on one weekday comes within 40 years, whatever century begins meanwhile.</summary>
    private const int MostYears = 40;

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong daysOfMonth;
    private readonly ulong months;
    private readonly ulong daysOfWeek;
    private readonly bool eitherDay;
    private readonly string text;

    private CronExpression(string text, CronFields fields)
    {
        this.text = text;
        (minutes, hours, daysOfMonth, months, daysOfWeek) = (fields.Minutes.Bits, fields.Hours.Bits, fields.DaysOfMonth.Bits, fields.Months.Bits, fields.DaysOfWeek.Bits);

        // Paul Vixie's rule: where both kinds of day are restricted, one of them is enough.
        eitherDay = !fields.DaysOfMonth.Star && !fields.DaysOfWeek.Star;
        IsEveryHour = BitOperations.PopCount(hours) == 24;
    }

    /// <summary>Every hour of the day counts, so that such a schedule goes by elapsed time when clocks change.</summary>
    public bool IsEveryHour { get; }

    /// <param name="problem">Why not, as the end of a sentence about the expression.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronExpression? expression, [NotNullWhen(false)] out string? problem)
    {
        expression = null;
        if (!CronParser.TryParse(text, out var fields, out problem))
            return false;
        var parsed = new CronExpression(text, fields);
        if (!parsed.EverFires())
        {
            problem = "never comes: none of its months has such a day";
            return false;
        }

        expression = parsed;
        return true;
    }

    /// <exception cref="FormatException">The text is not such an expression, or never fires.</exception>
    public static CronExpression Parse(string text) =>
        TryParse(text, out var expression, out var problem) ? expression : throw new FormatException($"\"{text}\" {problem}");

    /// <summary>As it was written.</summary>
    public override string ToString() => text;

    public bool IsOn(DateOnly day)
    {
        if ((months >> day.Month & 1) == 0)
            return false;
        var ofMonth = (daysOfMonth >> day.Day & 1) != 0;
        var ofWeek = (daysOfWeek >> (int)day.DayOfWeek & 1) != 0;
        return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    /// <summary>The times of day, ascending; the same on every day that it is on.</summary>
    public IEnumerable<TimeOnly> Times()
    {
        for (var hour = 0; hour < 24; hour++)
        {
            if ((hours >> hour & 1) == 0)
                continue;
            for (var minute = 0; minute < 60; minute++)
            {
                if ((minutes >> minute & 1) != 0)
                    yield return new TimeOnly(hour, minute);
            }
        }
    }

    /// <summary>The first time of day at or after this one; null: none is left.</summary>
    public TimeOnly? TimeAtOrAfter(TimeOnly time)
    {
        var late = NextBit(minutes, time.Minute);
        if ((hours >> time.Hour & 1) != 0 && late >= 0)
            return new TimeOnly(time.Hour, late);
        var hour = time.Hour == 23 ? -1 : NextBit(hours, time.Hour + 1);
        return hour < 0 ? null : new TimeOnly(hour, NextBit(minutes, 0));
    }

    /// <summary>The last time of day at or before this one; null: none has been.</summary>
    public TimeOnly? TimeAtOrBefore(TimeOnly time)
    {
        var early = LastBit(minutes, time.Minute);
        if ((hours >> time.Hour & 1) != 0 && early >= 0)
            return new TimeOnly(time.Hour, early);
        var hour = time.Hour == 0 ? -1 : LastBit(hours, time.Hour - 1);
        return hour < 0 ? null : new TimeOnly(hour, LastBit(minutes, 59));
    }

    /// <summary>The first day at or after this one that it is on; null: not within a lifetime of calendars.</summary>
    public DateOnly? DayAtOrAfter(DateOnly day)
    {
        for (var last = day.Year > DateOnly.MaxValue.Year - MostYears ? DateOnly.MaxValue : day.AddYears(MostYears); day < last; day = day.AddDays(1))
        {
            if (IsOn(day))
                return day;
        }

        return null;
    }

    /// <summary>The last day at or before this one that it is on.</summary>
    public DateOnly? DayAtOrBefore(DateOnly day)
    {
        for (var first = day.Year <= MostYears ? DateOnly.MinValue : day.AddYears(-MostYears); day > first; day = day.AddDays(-1))
        {
            if (IsOn(day))
                return day;
        }

        return null;
    }

    private bool EverFires() => DayAtOrAfter(new DateOnly(2000, 1, 1)) is not null;

    private static int NextBit(ulong bits, int from) => bits >> from is var rest && rest == 0 ? -1 : from + BitOperations.TrailingZeroCount(rest);

    private static int LastBit(ulong bits, int from) => bits << (63 - from) is var rest && rest == 0 ? -1 : from - BitOperations.LeadingZeroCount(rest);
}
