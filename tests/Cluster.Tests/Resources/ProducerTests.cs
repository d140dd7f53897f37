using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>When a run waits for others, and for whom it never does.</summary>
public sealed class ProducerTests(SharedNode node)
{
    private static readonly string[] Diamond =
    [
        Documents.Transformation("left", "silver.left_side", "SELECT id FROM bronze.events"),
        Documents.Transformation("right", "silver.right_side", "SELECT id FROM bronze.events"),
    ];

    private const string Bottom = "SELECT l.id FROM silver.left_side AS l JOIN silver.right_side AS r USING (id)";

    /// <summary>The right side never takes the new version up, and holds nobody for it.</summary>
    [Theory]
    [InlineData("suspended", """{"suspend": true}""", "Suspended")]
    [InlineData("scheduled", """{"trigger": {"schedule": {"cron": "0 0 1 1 *"}}}""", "Succeeded")]
    [InlineData("stalled", """{"sql": "SELECT nothing FROM bronze.events"}""", "SqlInvalid")]
    public async Task A_producer_that_owes_no_run_holds_nobody(string how, string patch, string reason)
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync([Documents.Lakehouse, Documents.Ingestion(), .. Diamond, Documents.Transformation("bottom", "gold.bottom", Bottom)]);
        await scene.Transformation("bottom").BecomesAsync("Succeeded");
        await scene.Transformation("right").SpecAsync(patch);
        await scene.Transformation("right").BecomesAsync(reason);
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var seen = await scene.Transformation("bottom").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", $"the bottom goes on without the {how} side");
        Assert.Equal(["0", "1"], new[] { seen["inputs.0.version"], seen["inputs.1.version"] }.Order(StringComparer.Ordinal));
        Assert.Equal(1, scene.Transformation("right").Pods);
    }

    [Fact]
    public async Task A_producer_that_has_failed_for_good_holds_nobody()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync([Documents.Lakehouse, Documents.Ingestion(), .. Diamond, Documents.Transformation("bottom", "gold.bottom", Bottom)]);
        await scene.Transformation("bottom").BecomesAsync("Succeeded");
        scene.Transformation("right").Next(Plays.Fail(RunnerExit.Sql, Codes.Id("ExecutionFailed"), "division by zero", "spec.sql"));
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("right").BecomesAsync("SqlInvalid");
        await scene.Transformation("bottom").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the bottom goes on without the failed side");
        var right = await scene.Transformation("right").SeeAsync();
        Assert.Equal(("False", "0"), (right.Holds(), right["output.version"]));
    }

    [Fact]
    public async Task A_wait_for_others_ends_after_maxWait()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync([Documents.Lakehouse, Documents.Ingestion(), .. Diamond, Documents.Transformation("bottom", "gold.bottom", Bottom, "trigger: {onChange: {maxWait: 3s}}")]);
        await scene.Transformation("bottom").BecomesAsync("Succeeded");
        var release = new TaskCompletionSource();
        scene.Transformation("right").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("bottom").UntilAsync(one => one.Reason() == "WaitingForUpstream" && one.Message().Contains("right", StringComparison.Ordinal), "it says whom it waits for");
        await scene.Transformation("bottom").UntilAsync(one => one["output.version"] == "1", "it goes on while the other side still runs");
        Assert.Equal("Running", (await scene.Transformation("right").SeeAsync()).Reason());
        release.SetResult();
        await scene.Transformation("bottom").UntilAsync(one => one["output.version"] == "2" && one.Reason() == "Succeeded", "the other side makes it due again");
    }

    [Fact]
    public async Task Between_two_runs_is_minInterval_and_a_request_does_not_wait_for_it()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(more: "trigger: {onChange: {minInterval: 1h}}"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        var waits = await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Pending" && one.Message().Contains("minInterval", StringComparison.Ordinal), "it keeps its interval");
        Assert.Equal(("True", "0"), (waits.Holds(), waits["output.version"]));
        await scene.Transformation("silver").RequestAsync("now");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one["lastHandledRequest"] == "now", "the request is not late");
    }

    /// <summary>A pinned version does not change, so that its table's news is none.</summary>
    [Fact]
    public async Task A_read_of_a_pinned_version_makes_nothing_due()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Transformation("pinned", "silver.pinned", "\"SELECT id FROM bronze.events AT (VERSION => 0)\""), Documents.Silver());
        var seen = await scene.Transformation("pinned").BecomesAsync("Succeeded");
        Assert.Equal("0", seen["inputs.0.pinnedVersion"]);
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.CommitAsync(await scene.Ingestion("events").PodAsync(), "bronze.events");
        await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "the other one follows");
        Assert.Equal("Succeeded", (await scene.Transformation("pinned").SeeAsync()).Reason());
        Assert.Equal(1, scene.Transformation("pinned").Pods);
    }

    /// <summary>A table that was dropped and made anew is another one, also where its versions are the same numbers.</summary>
    [Fact]
    public async Task A_table_that_is_made_anew_makes_its_readers_due()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(more: "deletionPolicy: Delete"), Documents.Silver());
        var before = await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Ingestion("events").DeleteAsync();
        await scene.Ingestion("events").GoneAsync();
        var waits = await scene.Transformation("silver").BecomesAsync("WaitingForUpstream");
        Assert.Equal("0", waits["output.version"]);
        await scene.ApplyAsync(Documents.Ingestion());
        var seen = await scene.Transformation("silver").UntilAsync(one => one["output.version"] == "1" && one.Reason() == "Succeeded", "it reads the new one");
        Assert.NotEqual(before["inputs.0.tableId"], seen["inputs.0.tableId"]);
        Assert.Equal("0", seen["inputs.0.version"]);
    }
}
