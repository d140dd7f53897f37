using LakehouseOperator.Pipelines.Schedules;

namespace LakehouseOperator.Pipelines.Tests.Schedules;

public class CronExpressionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 4 * * *", "2026-01-16T04:00")]
    [InlineData("*/15 * * * *", "2026-01-15T12:15")]
    [InlineData("5-20/7,50 * * * *", "2026-01-15T12:05")]
    [InlineData("0 0 1 JAN,jul *", "2026-07-01T00:00")]
    [InlineData("30 6 * * MON-FRI", "2026-01-16T06:30")]
    [InlineData("0 0 * * 7", "2026-01-18T00:00")]
    [InlineData("0 0 * * 0", "2026-01-18T00:00")]
    [InlineData("0 0 * * 5-7", "2026-01-16T00:00")]
    [InlineData("0 0 * * */2", "2026-01-17T00:00")]
    [InlineData("0 0 29 2 *", "2028-02-29T00:00")]
    [InlineData("0 0 31 * *", "2026-01-31T00:00")]
    [InlineData("  0\t12  *  * * ", "2026-01-16T12:00")]
    [InlineData("59 23 31 12 *", "2026-12-31T23:59")]
    [InlineData("@hourly", "2026-01-15T13:00")]
    [InlineData("@daily", "2026-01-16T00:00")]
    [InlineData("@midnight", "2026-01-16T00:00")]
    [InlineData("@weekly", "2026-01-18T00:00")]
    [InlineData("@monthly", "2026-02-01T00:00")]
    [InlineData("@Yearly", "2027-01-01T00:00")]
    [InlineData("@annually", "2027-01-01T00:00")]
    public void An_expression_comes_next_when_its_fields_say(string cron, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next + "Z", provider: null), new Schedule(CronExpression.Parse(cron), TimeZoneInfo.Utc).Next(Start));

    /// <summary>Paul Vixie's rule, crontab(5).</summary>
    [Theory]
    [InlineData("0 0 13 * FRI", new[] { "2026-01-16", "2026-01-23", "2026-01-30", "2026-02-06", "2026-02-13", "2026-02-20" })]
    [InlineData("0 0 13 * *", new[] { "2026-02-13", "2026-03-13" })]
    [InlineData("0 0 */12 * FRI", new[] { "2026-02-13", "2026-03-13", "2026-05-01" })]
    public void Of_two_kinds_of_day_one_is_enough_unless_one_begins_with_a_star(string cron, string[] days)
    {
        var schedule = new Schedule(CronExpression.Parse(cron), TimeZoneInfo.Utc);
        var at = Start;
        foreach (var day in days)
        {
            at = schedule.Next(at)!.Value;
            Assert.Equal(DateTimeOffset.Parse(day + "Z", provider: null), at);
        }
    }

    [Theory]
    [InlineData("", "has 0 fields")]
    [InlineData("* * * *", "has 4 fields")]
    [InlineData("0 0 4 * * *", "has 6 fields")]
    [InlineData("60 * * * *", "\"60\" for the minute, which is 0 to 59")]
    [InlineData("* 24 * * *", "for the hour")]
    [InlineData("* * 0 * *", "for the day of month, which is 1 to 31")]
    [InlineData("* * * 13 *", "which is 1 to 12 or JAN to DEC")]
    [InlineData("* * * * 8", "which is 0 to 7 or SUN to SAT")]
    [InlineData("* * * MON *", "for the month")]
    [InlineData("-1 * * * *", "for the minute")]
    [InlineData("1- * * * *", "for the minute")]
    [InlineData("20-10 * * * *", "ends before it begins")]
    [InlineData("*/0 * * * *", "has the step \"0\"")]
    [InlineData("*/99 * * * *", "has the step \"99\"")]
    [InlineData("5/15 * * * *", "write 5-59/15")]
    [InlineData("1,,2 * * * *", "\"\" for the minute")]
    [InlineData("+1 * * * *", "for the minute")]
    [InlineData("1.5 * * * *", "for the minute")]
    [InlineData("\u0661 * * * *", "for the minute")]
    [InlineData("? * * * *", "for the minute")]
    [InlineData("0 0 L * *", "for the day of month")]
    [InlineData("0 0 * * MON#2", "for the day of week")]
    [InlineData("99999999999999999999 * * * *", "for the minute")]
    [InlineData("@every 5m", "is none of @yearly")]
    [InlineData("@reboot", "is none of @yearly")]
    [InlineData("TZ=Europe/Berlin 0 4 * * *", "the field timeZone")]
    [InlineData("0 0 30 2 *", "never comes")]
    [InlineData("0 0 31 2,4,6,9,11 *", "never comes")]
    [InlineData("0 0 31 4 */2", "never comes")]
    public void What_is_no_expression_or_never_comes_is_refused(string cron, string problem)
    {
        Assert.False(CronExpression.TryParse(cron, out _, out var found));
        Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_one_kind_of_day_is_enough_a_day_that_never_is_does_no_harm() =>
        Assert.Equal(new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero), new Schedule(CronExpression.Parse("0 0 30 2 MON"), TimeZoneInfo.Utc).Next(Start));
}
