using System.Net;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>What the operator tells of itself and of the resources, under the names that every controller has.</summary>
public sealed class TelemetryTests(SharedNode node)
{
    [Fact]
    public async Task Metrics_have_the_names_that_controllers_have_and_tell_of_the_resources()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("rows", "silver.silver"));
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.True(await scene.Operator.MetricAsync("controller_runtime_reconcile_total", "controller=\"namespace\"") > 0);
        Assert.True(await scene.Operator.MetricAsync("controller_runtime_reconcile_time_seconds_count") > 0);
        Assert.True(await scene.Operator.MetricAsync("workqueue_adds_total") > 0);
        Assert.NotNull(await scene.Operator.MetricAsync("workqueue_depth"));
        Assert.True(await scene.Operator.MetricAsync("workqueue_queue_duration_seconds_count") > 0);
        Assert.True(await scene.Operator.MetricAsync("rest_client_requests_total", "method=\"POST\"") > 0);
        var here = $"namespace=\"{scene.Namespace}\"";
        await scene.EventuallyAsync(async () => await scene.Operator.MetricAsync("lakehouse_resource_ready", here) == 4, "all four are ready");
        Assert.Equal(110, await scene.Operator.MetricAsync("lakehouse_table_rows", here));
        Assert.Equal(0, await scene.Operator.MetricAsync("lakehouse_ingestion_lag_records", here));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await scene.Operator.AskAsync("healthz"), await scene.Operator.AskAsync("readyz")));

        // What is gone is told of no more.
        await scene.Ingestion("events").DeleteAsync();
        await scene.Ingestion("events").GoneAsync();
        await scene.EventuallyAsync(async () => await scene.Operator.MetricAsync("lakehouse_ingestion_lag_records", here) is null, "its lag is told no more");
    }

    /// <summary>Whoever looks at the log sees whose resource a line is about.</summary>
    [Fact]
    public async Task Every_change_of_state_is_an_Event_and_a_line_of_the_log_with_its_namespace()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").HasEventAsync("RunSucceeded", "10 rows");
        await scene.Transformation("silver").HasEventAsync("Succeeded");
        await scene.Ingestion("events").HasEventAsync("Streaming");
        await scene.Lakehouse().HasEventAsync("Ready");
        await scene.EventuallyAsync(
            () => Task.FromResult(scene.Operator.Log.Any(line => line.Contains($"{scene.Namespace} Transformation/silver: Succeeded", StringComparison.Ordinal))), "a line of the log");
    }
}
