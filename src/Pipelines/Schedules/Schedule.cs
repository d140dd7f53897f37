using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Schedules;

/// <summary>
/// Moments at which a run is to be started. Where clocks change: a time that is skipped comes once, right after the gap; one that is repeated comes once, the
/// first time. A schedule of every hour goes by elapsed time instead, so it neither pauses for the repeated hour nor hurries after the gap.
/// </summary>
/// <param name="StartingDeadline">A moment that is longer past than this is left out; null: never.</param>
public sealed record Schedule(CronExpression Cron, TimeZoneInfo Zone, TimeSpan? StartingDeadline = null)
{
    /// <summary>Null of none, and of one that the rules refuse.</summary>
    public static Schedule? Of(ScheduleSpec? spec) =>
        spec is not null && CronExpression.TryParse(spec.Cron, out var cron, out _) && TimeZones.TryFind(spec.TimeZone, out var zone)
            ? new Schedule(cron, zone, spec.StartingDeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null)
            : null;

    /// <summary>The first moment after this one; null: none before the calendar ends.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (SoonAfter(after) is { } soon)
            return soon;

        // One day before, since a gap moves a time into the next day.
        for (var day = Cron.DayAtOrAfter(LocalDay(after).AddDays(-1)); day is { } on; day = Cron.DayAtOrAfter(on.AddDays(1)))
        {
            if (FirstAfter(on, after) is { } moment)
                return moment;
        }

        return null;
    }

    /// <summary>The last moment at or before this one; null: none since the calendar began.</summary>
    public DateTimeOffset? Previous(DateTimeOffset atOrBefore)
    {
        if (ShortlyBefore(atOrBefore) is { } shortly)
            return shortly;
        for (var day = Cron.DayAtOrBefore(LocalDay(atOrBefore)); day is { } on; day = Cron.DayAtOrBefore(on.AddDays(-1)))
        {
            if (LastAtOrBefore(on, atOrBefore) is { } moment)
                return moment;
        }

        return null;
    }

    private DateOnly LocalDay(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);

    /// <summary>On the same day and before clocks change: what is asked for nearly always, without looking at the whole day.</summary>
    private DateTimeOffset? SoonAfter(DateTimeOffset after)
    {
        var offset = Zone.GetUtcOffset(after);
        var local = after.ToOffset(offset).DateTime.AddMinutes(1);
        var day = DateOnly.FromDateTime(local);
        return Cron.IsOn(day) && Cron.TimeAtOrAfter(TimeOnly.FromDateTime(local)) is { } time && At(day, time, offset) is var moment && IsPlain(moment, after, offset) ? moment : null;
    }

    private DateTimeOffset? ShortlyBefore(DateTimeOffset atOrBefore)
    {
        var offset = Zone.GetUtcOffset(atOrBefore);
        var local = atOrBefore.ToOffset(offset).DateTime;
        var day = DateOnly.FromDateTime(local);
        return Cron.IsOn(day) && Cron.TimeAtOrBefore(TimeOnly.FromDateTime(local)) is { } time && At(day, time, offset) is var moment && IsPlain(moment, atOrBefore, offset) ? moment : null;
    }

    private bool IsPlain(DateTimeOffset moment, DateTimeOffset from, TimeSpan offset) =>
        (moment - from).Duration() <= TimeSpan.FromHours(12) && Zone.GetUtcOffset(moment) == offset && !Zone.IsAmbiguousTime(moment.ToOffset(offset).DateTime);

    private DateTimeOffset? FirstAfter(DateOnly day, DateTimeOffset after)
    {
        if (SteadyOffset(day) is not { } offset)
            return Moments(day).Where(moment => moment > after).Select(static moment => (DateTimeOffset?)moment).FirstOrDefault();
        var local = after.ToOffset(offset).DateTime;
        var begun = DateOnly.FromDateTime(local);
        if (begun > day)
            return null;
        var time = begun < day ? Cron.TimeAtOrAfter(TimeOnly.MinValue)
            : TimeOnly.FromDateTime(local) is { Hour: 23, Minute: 59 } ? null : Cron.TimeAtOrAfter(TimeOnly.FromDateTime(local.AddMinutes(1)));
        return time is { } found ? At(day, found, offset) : null;
    }

    private DateTimeOffset? LastAtOrBefore(DateOnly day, DateTimeOffset atOrBefore)
    {
        if (SteadyOffset(day) is not { } offset)
            return Moments(day).Where(moment => moment <= atOrBefore).Select(static moment => (DateTimeOffset?)moment).LastOrDefault();
        var local = atOrBefore.ToOffset(offset).DateTime;
        var begun = DateOnly.FromDateTime(local);
        if (begun < day)
            return null;
        return Cron.TimeAtOrBefore(begun > day ? TimeOnly.MaxValue : TimeOnly.FromDateTime(local)) is { } found ? At(day, found, offset) : null;
    }

    private static DateTimeOffset At(DateOnly day, TimeOnly time, TimeSpan offset) => new DateTimeOffset(day.ToDateTime(time), offset).ToUniversalTime();

    /// <summary>The offset that holds all day long and a good while around it; null: clocks change.</summary>
    private TimeSpan? SteadyOffset(DateOnly day)
    {
        var midnight = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var offset = Zone.GetUtcOffset(midnight.AddHours(-15));
        return Zone.GetUtcOffset(midnight.AddHours(12)) == offset && Zone.GetUtcOffset(midnight.AddHours(39)) == offset ? offset : null;
    }

    /// <summary>All moments of a local day on which clocks may change, ascending, each once.</summary>
    private IEnumerable<DateTimeOffset> Moments(DateOnly day)
    {
        var moments = new SortedSet<DateTimeOffset>();
        foreach (var time in Cron.Times())
        {
            var local = day.ToDateTime(time);
            if (Zone.IsInvalidTime(local))
            {
                if (!Cron.IsEveryHour)
                    moments.Add(AfterGap(local));
            }
            else if (Zone.IsAmbiguousTime(local))
            {
                var offsets = Zone.GetAmbiguousTimeOffsets(local);
                moments.Add(new DateTimeOffset(local, offsets.Max()).ToUniversalTime());
                if (Cron.IsEveryHour)
                    moments.Add(new DateTimeOffset(local, offsets.Min()).ToUniversalTime());
            }
            else
            {
                moments.Add(new DateTimeOffset(local, Zone.GetUtcOffset(local)).ToUniversalTime());
            }
        }

        return moments;
    }

    private DateTimeOffset AfterGap(DateTime local)
    {
        while (Zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
