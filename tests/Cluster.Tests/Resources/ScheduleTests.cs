using System.Globalization;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>Runs by the clock. The rules are decided without a cluster; here is that the operator keeps them.</summary>
public sealed class ScheduleTests(SharedNode node)
{
    [Fact]
    public async Task A_run_starts_at_its_time_and_the_next_time_is_told()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        await scene.Ingestion("events").UntilAsync(seen => seen["tables.0.dataVersion"] is not null, "its table has a version");
        await Scene.EarlyInAMinuteAsync();
        await scene.ApplyAsync(Documents.Transformation("silver", "silver.silver", "SELECT id FROM bronze.events", """trigger: {schedule: {cron: "* * * * *", timeZone: Europe/Berlin}}"""));
        var waiting = await scene.Transformation("silver").UntilAsync(seen => seen["nextScheduleTime"] is not null, "it knows when its schedule comes");
        Assert.Null(waiting["lastRun"]);
        var due = Time(waiting["nextScheduleTime"]);

        var ran = await scene.Transformation("silver").UntilAsync(seen => seen["lastRun.trigger.kind"] == "Schedule", "its run has ended, a minute later");
        var (last, next) = (Time(ran["lastScheduleTime"]), Time(ran["nextScheduleTime"]));
        Assert.True(last >= due && next > last, ran.ToString());
        Assert.Equal("schedule=" + last.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ran["lastRun.trigger.key"]);
        Assert.Equal("Succeeded", ran["lastRun.result"]);
        Assert.InRange(Time(ran["lastRun.startTime"]), last, last.AddMinutes(1));
    }

    [Theory]
    [InlineData("0 0 30 2 *", "UTC", "LH1115")]
    [InlineData("0 4 * * *", "Mars/Olympus", "LH1116")]
    public async Task A_schedule_that_cannot_be_is_Stalled_and_mended_by_an_edit(string cron, string zone, string code)
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Transformation("silver", "silver.silver", "SELECT id FROM bronze.events", $$$"""trigger: {schedule: {cron: "{{{cron}}}", timeZone: {{{zone}}} } }"""));
        var stalled = await scene.Transformation("silver").BecomesAsync("Invalid");
        Assert.Equal(("False", "True"), (stalled.Holds(), stalled.Holds("Stalled")));
        Assert.Contains(code, stalled.Message(), StringComparison.Ordinal);
        Assert.Contains("spec.trigger.schedule", stalled.Message(), StringComparison.Ordinal);
        await scene.Transformation("silver").SpecAsync("""{"trigger": {"schedule": {"cron": "@yearly", "timeZone": "UTC"}}}""");
        await scene.Transformation("silver").UntilAsync(seen => seen.Holds("Stalled") == "False" && seen["nextScheduleTime"] is not null, "it waits for its time");
    }

    /// <summary>What nobody could start within its deadline is left out, and told.</summary>
    [Fact]
    public async Task A_run_that_was_missed_beyond_its_deadline_is_left_out_and_told()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(
            Documents.Lakehouse, Documents.Ingestion(),
            Documents.Silver(more: """
                suspend: true
                trigger: {schedule: {cron: "* * * * *", startingDeadlineSeconds: 10} }
                """));
        await scene.Ingestion("events").UntilAsync(seen => seen["tables.0.dataVersion"] is not null, "its table has a version");
        var begun = TimeProvider.System.GetUtcNow();
        await scene.EventuallyAsync(
            () => Task.FromResult(TimeProvider.System.GetUtcNow() is var now && now.Minute != begun.Minute && now.Second is > 12 and < 25), "a time that is too late for the minute's run, and too early for the next");
        await scene.Transformation("silver").SpecAsync("""{"suspend": false}""");
        var seen = await scene.Transformation("silver").UntilAsync(one => one["missedScheduleTime"] is not null, "it says what was left out");
        Assert.True(Time(seen["missedScheduleTime"]) > begun && Time(seen["nextScheduleTime"]) > Time(seen["missedScheduleTime"]), seen.ToString());
        Assert.Contains("left out", seen.Message(), StringComparison.Ordinal);
        Assert.Null(seen["lastRun"]);
        await scene.Transformation("silver").HasEventAsync("ScheduleMissed", "startingDeadlineSeconds");
    }

    private static DateTimeOffset Time(string? text) => DateTimeOffset.Parse(text!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime();
}
