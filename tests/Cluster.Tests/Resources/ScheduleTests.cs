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
        await scene.ApplyAsync(Documents.Transformation("silver", "silver.silver", "SELECT id FROM bronze.events", """trigger: {schedule: {cron: "* * * * *", timeZone: Europe/Berlin}}"""));
        var waiting = await scene.Transformation("silver").UntilAsync(seen => seen["nextScheduleTime"] is not null, "it knows when its schedule comes");
        Assert.Null(waiting["lastRun"]);
        var due = Time(waiting["nextScheduleTime"]);

        await EndedAsync(scene);
        var ran = await scene.Transformation("silver").SeeAsync();
        var (last, next) = (Time(ran["lastScheduleTime"]), Time(ran["nextScheduleTime"]));
        Assert.True(last >= due && next > last, ran.ToString());
        Assert.Equal("schedule=" + last.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ran["lastRun.trigger.key"]);
        Assert.Equal("Succeeded", ran["lastRun.result"]);
        Assert.InRange(Time(ran["lastRun.startTime"]), last, last.AddSeconds(30));
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

    /// <summary>A minute may pass before it begins: longer than a scene's patience.</summary>
    private static async Task EndedAsync(Scene scene)
    {
        try
        {
            await EndAsync();
        }
        catch (TimeoutException)
        {
            await EndAsync();
        }

        Task EndAsync() => scene.Transformation("silver").UntilAsync(seen => seen["lastRun.trigger.kind"] == "Schedule", "its run has ended");
    }

    private static DateTimeOffset Time(string? text) => DateTimeOffset.Parse(text!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime();
}
