using LakehouseOperator.Pipelines.Schedules;

namespace LakehouseOperator.Pipelines.Tests.Schedules;

/// <summary>In Berlin 02:00 becomes 03:00 on 29 March 2026, and 03:00 becomes 02:00 on 25 October 2026.</summary>
public class ClockChangeTests
{
    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("*/20 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("*/20 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:00Z")]
    [InlineData("0 2,3 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("0 2,3 * * *", "2026-03-29T01:00Z", "2026-03-30T00:00Z")]
    public void A_time_that_is_skipped_comes_once_right_after_the_gap(string cron, string after, string next) => AssertNext(cron, after, next);

    [Theory]
    [InlineData("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("0 */2 * * *", "2026-10-25T00:00Z", "2026-10-25T03:00Z")]
    [InlineData("0 4 * * *", "2026-10-24T12:00Z", "2026-10-25T03:00Z")]
    public void A_time_that_is_repeated_comes_once(string cron, string after, string next) => AssertNext(cron, after, next);

    [Theory]
    [InlineData("*/15 * * * *", "2026-03-29T00:45Z", "2026-03-29T01:00Z")]
    [InlineData("30 * * * *", "2026-03-29T00:30Z", "2026-03-29T01:30Z")]
    [InlineData("*/15 * * * *", "2026-10-25T00:45Z", "2026-10-25T01:00Z")]
    [InlineData("30 * * * *", "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    public void A_schedule_of_every_hour_goes_by_elapsed_time(string cron, string after, string next) => AssertNext(cron, after, next);

    [Theory]
    [InlineData("0 4 * * *", "2026-01-15T03:00Z", "2026-01-16T03:00Z")]
    [InlineData("0 4 * * *", "2026-07-15T01:59Z", "2026-07-15T02:00Z")]
    [InlineData("0 0 1 * *", "2026-06-30T21:59Z", "2026-06-30T22:00Z")]
    public void Times_are_those_of_the_zone(string cron, string after, string next) => AssertNext(cron, after, next);

    [Fact]
    public void A_day_that_begins_in_the_gap_begins_after_it()
    {
        var schedule = new Schedule(CronExpression.Parse("0 0 * * *"), Zones.MidnightChange);
        Assert.Equal(Moment("2026-03-29T00:00Z"), schedule.Next(Moment("2026-03-28T12:00Z")));
        Assert.Equal(Moment("2026-03-29T23:00Z"), schedule.Next(Moment("2026-03-29T00:00Z")));
        Assert.Equal(Moment("2026-03-29T00:00Z"), schedule.Previous(Moment("2026-03-29T12:00Z")));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("Local")]
    [InlineData("W. Europe Standard Time")]
    [InlineData("Europe/Atlantis")]
    [InlineData("")]
    [InlineData("Europe/Berlin\n")]
    public void What_is_no_name_of_a_zone_is_not_found(string name) => Assert.False(TimeZones.TryFind(name, out _));

    /// <summary>The machine's own database says of Berlin what the tests' rule says.</summary>
    [Fact]
    public void A_zone_of_the_database_changes_its_clocks_as_told()
    {
        Assert.True(TimeZones.TryFind("Europe/Berlin", out var berlin));
        var cron = CronExpression.Parse("30 2 * * *");
        var (ours, theirs) = (new Schedule(cron, Zones.Berlin), new Schedule(cron, berlin));
        for (var at = Moment("2026-01-01T00:00Z"); at < Moment("2027-01-01T00:00Z"); at = ours.Next(at)!.Value)
            Assert.Equal(ours.Next(at), theirs.Next(at));
        Assert.Equal("did you mean \"Europe/Berlin\"?", TimeZones.Help("Europe/Belrin"));
    }

    [Fact]
    public void Without_a_name_it_is_UTC()
    {
        Assert.True(TimeZones.TryFind(null, out var zone));
        Assert.Same(TimeZoneInfo.Utc, zone);
    }

    private static void AssertNext(string cron, string after, string next)
    {
        var schedule = new Schedule(CronExpression.Parse(cron), Zones.Berlin);
        Assert.Equal(Moment(next), schedule.Next(Moment(after)));
        Assert.Equal(Moment(next), schedule.Previous(Moment(next)));
        Assert.Equal(Moment(next), schedule.Previous(Moment(next).AddSeconds(59)));
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, provider: null);
}

/// <summary>Zones that need no database of the machine's.</summary>
internal static class Zones
{
    public static TimeZoneInfo Berlin { get; } = Make("Test/Berlin", 2, 3);

    /// <summary>Midnight becomes 01:00 in March.</summary>
    public static TimeZoneInfo MidnightChange { get; } = Make("Test/Midnight", 0, 1);

    private static TimeZoneInfo Make(string name, int hourOfStart, int hourOfEnd) => TimeZoneInfo.CreateCustomTimeZone(
        name, TimeSpan.FromHours(hourOfStart == 0 ? 0 : 1), name, name, name + " summer",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, hourOfStart, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, hourOfEnd, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);
}
