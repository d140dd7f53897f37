using System.Text;
using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Guarding;

/// <summary>A secret is in its Secret and nowhere else.</summary>
public sealed class CanaryTests(SharedNode node)
{
    private static readonly string[] Kinds = ["Lakehouse", "Ingestion", "Transformation", "QualityCheck", "Job", "Deployment", "NetworkPolicy", "ConfigMap", "Pod", "Event"];

    [Fact]
    public async Task The_value_of_a_Secret_is_in_no_object_Event_log_or_metric()
    {
        await using var scene = await Scene.BeginAsync(node);
        var canary = $"canary{Guid.NewGuid():N}";
        await scene.Api.PostAsync(scene.CollectionOf("Secret"), new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = "s3" },
            ["stringData"] = new JsonObject { ["accessKeyId"] = canary, ["secretAccessKey"] = canary },
        });
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        var run = await scene.Transformation("silver").PodAsync();
        var volume = run.Pod["spec"]!["volumes"]!.AsArray().Single(one => one!["secret"] is not null)!["secret"]!;
        Assert.Equal(("s3", true), ((string?)volume["secretName"], (bool?)volume["optional"]));
        await AssertNowhereAsync(scene, canary, Kinds);
    }

    /// <summary>Whoever writes a password into a URL has shown it to everybody who may read the resource; nobody else is shown it.</summary>
    [Fact]
    public async Task A_password_in_a_URL_is_refused_and_never_repeated()
    {
        await using var scene = await Scene.BeginAsync(node);
        var canary = $"canary{Guid.NewGuid():N}";
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion().Replace("redis://redis.shop", $"redis://user:{canary}@redis.shop", StringComparison.Ordinal));
        var seen = await scene.Ingestion("events").BecomesAsync("Invalid");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains("spec.source.redisStreams.url", seen.Message(), StringComparison.Ordinal);
        Assert.DoesNotContain(canary, seen.Value["status"]!.ToJsonString(), StringComparison.Ordinal);
        await scene.EventuallyAsync(async () => (await scene.Ingestion("events").EventsAsync()).Count > 0, "an Event");
        await AssertNowhereAsync(scene, canary, [.. Kinds.Except(["Ingestion"])]);
    }

    private static async Task AssertNowhereAsync(Scene scene, string canary, IReadOnlyList<string> kinds)
    {
        foreach (var forbidden in new[] { canary, Convert.ToBase64String(Encoding.UTF8.GetBytes(canary)) })
        {
            foreach (var kind in kinds)
                Assert.All(await scene.ListAsync(kind), one => Assert.DoesNotContain(forbidden, one.ToJsonString(), StringComparison.Ordinal));
            Assert.All(scene.Executor.Pods, pod => Assert.DoesNotContain(forbidden, pod.Pod.ToJsonString(), StringComparison.Ordinal));
            Assert.DoesNotContain(forbidden, string.Join('\n', scene.Operator.Log), StringComparison.Ordinal);
            Assert.DoesNotContain(forbidden, await scene.Operator.MetricsAsync(), StringComparison.Ordinal);
        }
    }
}
