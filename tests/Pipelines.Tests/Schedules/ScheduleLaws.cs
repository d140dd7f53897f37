using System.Globalization;
using LakehouseOperator.Pipelines.Schedules;

namespace LakehouseOperator.Pipelines.Tests.Schedules;

/// <summary>Over random expressions: the search against a walk from minute to minute, and against Quartz.</summary>
public class ScheduleLaws
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 20)];

    [Theory, MemberData(nameof(Seeds))]
    public void Next_and_previous_are_what_a_walk_by_minutes_finds(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var fields = RandomCron.Draw(random);
            if (!CronExpression.TryParse(fields.ToString(), out var cron, out _))
                continue;
            var schedule = new Schedule(cron, TimeZoneInfo.Utc);
            var start = RandomMoment(random);
            var walked = Walk(fields, start, 45).ToList();
            var found = Search(schedule, start, start.AddDays(45)).ToList();
            Assert.Equal(walked, found);
            foreach (var (before, after) in walked.Zip(walked.Skip(1)))
            {
                Assert.Equal(before, schedule.Previous(after.AddTicks(-1)));
                Assert.Equal(after, schedule.Previous(after));
            }
        }
    }

    /// <summary>Quartz knows no rule for two kinds of day, so that one of them is open.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Quartz_finds_the_same_moments(int seed)
    {
        var random = new Random(1000 + seed);
        for (var round = 0; round < 50; round++)
        {
            var fields = RandomCron.Draw(random) switch
            {
                var drawn when random.Next(2) == 0 => drawn with { Day = "*" },
                var drawn => drawn with { WeekDay = "*" },
            };
            if (!CronExpression.TryParse(fields.ToString(), out var cron, out _))
                continue;
            var oracle = new Quartz.CronExpression(fields.ToQuartz(), TimeZoneInfo.Utc);
            var schedule = new Schedule(cron, TimeZoneInfo.Utc);
            var at = RandomMoment(random);
            for (var step = 0; step < 20; step++)
            {
                var next = schedule.Next(at);
                Assert.Equal(oracle.GetNextValidTimeAfter(at), next);
                at = next!.Value;
            }
        }
    }

    /// <summary>Whatever the clocks do: strictly ascending, found again from either side, and on every day that counts.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Where_clocks_change_no_moment_comes_twice_and_none_is_lost(int seed)
    {
        var random = new Random(2000 + seed);
        for (var round = 0; round < 40; round++)
        {
            if (!CronExpression.TryParse((RandomCron.Draw(random) with { Day = "*", Month = "*", WeekDay = "*" }).ToString(), out var cron, out _))
                continue;
            var schedule = new Schedule(cron, Zones.Berlin);
            var start = new DateTimeOffset(2026, random.Next(2) == 0 ? 3 : 10, 27, 0, 0, 0, TimeSpan.Zero).AddHours(random.Next(-5, 5));
            var forward = Search(schedule, start, start.AddDays(4)).ToList();
            Assert.Equal(forward.Order().Distinct(), forward);
            var backward = new List<DateTimeOffset>();
            for (var at = schedule.Previous(forward[^1]); at > start; at = schedule.Previous(at.Value.AddTicks(-1)))
                backward.Add(at.Value);
            backward.Reverse();
            Assert.Equal(forward, backward);
            var days = forward.GroupBy(moment => TimeZoneInfo.ConvertTime(moment, Zones.Berlin).Date).Select(day => day.Count()).ToList();
            Assert.All(days[1..^1], count => Assert.InRange(count, 1, cron.Times().Count() * 25 / 24 + 1));
        }
    }

    private static DateTimeOffset RandomMoment(Random random) =>
        new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(random.Next(0, 5 * 365 * 24 * 3600));

    private static IEnumerable<DateTimeOffset> Search(Schedule schedule, DateTimeOffset after, DateTimeOffset end)
    {
        for (var at = schedule.Next(after); at <= end; at = schedule.Next(at.Value))
            yield return at.Value;
    }

    private static IEnumerable<DateTimeOffset> Walk(RandomCron fields, DateTimeOffset after, int days)
    {
        var minute = new DateTimeOffset(after.Year, after.Month, after.Day, after.Hour, after.Minute, 0, TimeSpan.Zero).AddMinutes(1);
        for (; minute <= after.AddDays(days); minute = minute.AddMinutes(1))
        {
            if (fields.Fits(minute))
                yield return minute;
        }
    }
}

/// <summary>Five fields with their meaning worked out by the test itself.</summary>
internal sealed record RandomCron(string Minute, string Hour, string Day, string Month, string WeekDay)
{
    public static RandomCron Draw(Random random) => new(
        Field(random, 0, 59), Field(random, 0, 23), Field(random, 1, 31), random.Next(3) > 0 ? "*" : Field(random, 1, 12), Field(random, 0, 6));

    private SortedSet<int> Minutes => field ??= Values(Minute, 0, 59);

    private SortedSet<int> Hours => field ??= Values(Hour, 0, 23);

    private SortedSet<int> Days => field ??= Values(Day, 1, 31);

    private SortedSet<int> Months => field ??= Values(Month, 1, 12);

    private SortedSet<int> WeekDays => field ??= Values(WeekDay, 0, 6);

    public bool Fits(DateTimeOffset moment)
    {
        if (!Minutes.Contains(moment.Minute) || !Hours.Contains(moment.Hour) || !Months.Contains(moment.Month))
            return false;
        var (day, week) = (Days.Contains(moment.Day), WeekDays.Contains((int)moment.DayOfWeek));
        return Day[0] == '*' || WeekDay[0] == '*' ? day && week : day || week;
    }

    /// <summary>Seconds first, an open day as ?, Sunday as 1, and lists in place of everything else.</summary>
    public string ToQuartz() => WeekDay == "*"
        ? $"0 {List(Minute, 0, 59)} {List(Hour, 0, 23)} {List(Day, 1, 31)} {List(Month, 1, 12)} ?"
        : $"0 {List(Minute, 0, 59)} {List(Hour, 0, 23)} ? {List(Month, 1, 12)} {string.Join(',', Values(WeekDay, 0, 6).Select(day => day + 1))}";

    public override string ToString() => $"{Minute} {Hour} {Day} {Month} {WeekDay}";

    private static string List(string field, int min, int max) => string.Join(',', Values(field, min, max));

    private static string Field(Random random, int min, int max)
    {
        var (first, second) = (random.Next(min, max + 1), random.Next(min, max + 1));
        var range = $"{Math.Min(first, second)}-{Math.Max(first, second)}";
        return random.Next(6) switch
        {
            0 => "*",
            1 => $"*/{random.Next(1, max)}",
            2 => $"{range}/{random.Next(1, max)}",
            3 => range,
            4 => $"{first},{range}",
            _ => first.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static SortedSet<int> Values(string field, int min, int max)
    {
        var values = new SortedSet<int>();
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') is [var left, var right] ? (left, int.Parse(right, CultureInfo.InvariantCulture)) : (part, 1);
            var ends = range == "*" ? [min, max] : range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            for (var value = ends[0]; value <= ends[^1]; value += step)
                values.Add(value);
        }

        return values;
    }
}
