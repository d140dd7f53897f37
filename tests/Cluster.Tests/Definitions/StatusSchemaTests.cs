using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Cluster.Tests.Definitions;

/// <summary>A status with every field set is kept whole: what the schema does not know would be dropped without a word.</summary>
public sealed class StatusSchemaTests(SharedNode node)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly Condition Ready = new(ConditionTypes.Ready, ConditionStatus.False, "RunFailed", "LH2003: there is no such column", Noon, 3);

    private static readonly GateStatus Gate = new("page-views-daily", "0123abcd");

    private static readonly LastRunStatus Last = new(
        "run-1", new TriggerStatus(TriggerKind.Schedule, "schedule=2026-01-15T12:00:00Z"), 2, "3", Noon, Noon.AddMilliseconds(1500), RunResult.Failed, RunnerExit.Sql,
        new ErrorStatus("LH2003", "there is no such column", "spec.sql", 3, 3, "did you mean path?"), [new InputStatus("bronze.page_views", "t1", 5, 4, 5)], [Gate], 10, 5);

    private static readonly PastRunStatus Past = new("run-1", TriggerKind.Request, 2, Noon, Noon, RunResult.Succeeded, 5, "LH2003");

    [Fact]
    public Task A_Lakehouses_status() => KeepsAsync(
        "lakehouse", "lake", new LakehouseStatus(3, [Ready], new StorageStatus(true, false, Noon), 12, "abc", Last, "a"), StatusJson.Default.LakehouseStatus);

    [Fact]
    public Task An_Ingestions_status() => KeepsAsync(
        "ingestion", "page-views",
        new IngestionStatus(3, [Ready], [new IngestedTableStatus("bronze.page_views", "t1", 5, 4, 100, 1, 7, 0.25, Noon, Noon)], 7, 0.25, 100, Noon, "redisStreams", Last, "a"),
        StatusJson.Default.IngestionStatus);

    [Fact]
    public Task A_Transformations_status() => KeepsAsync(
        "transformation", "page-views-daily",
        new TransformationStatus(
            3, [Ready], [new InputStatus("bronze.page_views", "t1", 5, 4)], new OutputStatus("gold.page_views_daily", "t2", 7, 7, 30, "s3://lake/gold/page_views_daily", Noon, "abc", [Gate]),
            Last, Noon, Noon.AddDays(1), "a", [Past], Noon),
        StatusJson.Default.TransformationStatus);

    [Fact]
    public Task A_QualityChecks_status() => KeepsAsync(
        "qualitycheck", "page-views-daily",
        new QualityCheckStatus(
            3, [Ready], 7, 7, "t2", "abc", new CheckSummaryStatus(5, 1, 1, "5/7"), Noon, [new CheckStatus("has-rows", "rowCount", CheckOutcome.Errored, "min 1", 0.5, "LH5003: it cannot be judged")],
            Last, Noon, Noon.AddMinutes(15), "a", [Past], Noon),
        StatusJson.Default.QualityCheckStatus);

    /// <summary>A status is refused as a whole; what it is cut to, a real API server takes.</summary>
    [Fact]
    public async Task A_status_that_nobody_could_have_meant_is_cut_to_what_is_taken()
    {
        var within = await node.Cluster.NamespaceAsync();
        _ = (await within.Kubectl.RunAsync("apply", "-f", Path.Combine(Repository.Root, "config", "samples", "ingestion.yaml"))).Succeeded;
        var text = string.Concat(Enumerable.Repeat("🙂ä\u001b", 5000)) + "\ud800";
        var status = new IngestionStatus(
            long.MaxValue, [.. Enumerable.Repeat(Ready with { Message = text + text + text, Reason = text }, 40)],
            [.. Enumerable.Range(0, 1000).Select(index => new IngestedTableStatus(index % 2 == 0 ? text : $"bronze.t{index}", index % 3 == 0 ? "" : text, long.MinValue, LagSeconds: double.MaxValue))],
            long.MaxValue, LastRun: Last with { Exit = (RunnerExit)99, Attempt = -5, Error = new ErrorStatus(text, text, "", Help: text) }, LastHandledRequest: text);
        var written = JsonNode.Parse(StatusBounds.Write(status, StatusJson.Default.IngestionStatus))!;
        var path = $"/apis/lakehouse.dev/v1alpha1/namespaces/{within.Name}/ingestions/page-views/status";

        // As the answer has it: the operator puts right what it did not write.
        var kept = (await (await node.ApiAsync()).PatchAsync(path, new JsonObject { ["status"] = written.DeepClone() }))!["status"];

        Assert.True(JsonNode.DeepEquals(written, kept));
        Assert.Equal(128, kept!["tables"]!.AsArray().Count);
    }

    private async Task KeepsAsync<T>(string kind, string name, T status, JsonTypeInfo<T> contract)
    {
        var within = await node.Cluster.NamespaceAsync();
        _ = (await within.Kubectl.RunAsync("apply", "-f", Path.Combine(Repository.Root, "config", "samples", kind + ".yaml"))).Succeeded;
        var api = await node.ApiAsync();
        var path = $"/apis/lakehouse.dev/v1alpha1/namespaces/{within.Name}/{kind}s/{name}/status";
        var written = JsonSerializer.SerializeToNode(status, contract)!;
        Assert.Equal(contract.Properties.Count, written.AsObject().Count);

        // The answer shows what was kept; an operator that serves the namespace puts right a status that is not its own.
        var kept = (await api.PatchAsync(path, new JsonObject { ["status"] = written.DeepClone() }))!["status"];
        Assert.True(JsonNode.DeepEquals(written, kept), $"{written.ToJsonString()}\n{kept?.ToJsonString()}");
    }
}
