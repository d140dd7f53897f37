using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Guarding;

/// <summary>Every pod that the operator asks for passes the restricted Pod Security standard, and holds no more than it needs.</summary>
public sealed class PodSecurityTests(SharedNode node)
{
    private static readonly string[] Volumes = ["configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim", "csi", "downwardAPI", "ephemeral"];

    [Fact]
    public async Task Pods_of_every_kind_are_restricted()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Check("gate", "silver.silver", "Gate"), Documents.Check("rows", "bronze.events"));
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
        Assert.Equal(4, scene.Executor.Pods.Count);
        Assert.All(scene.Executor.Pods, pod => Assert.Empty(Violations(pod.Pod["spec"]!.AsObject())));
    }

    /// <summary>User SQL sees no secret, no token and no plan, and may not write what it reads.</summary>
    [Fact]
    public async Task The_SQL_worker_holds_nothing()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var spec = (await scene.Transformation("silver").PodAsync()).Pod["spec"]!;
        var worker = spec["containers"]!.AsArray().Single(container => (string?)container!["name"] == "sql-worker")!;
        var mounts = worker["volumeMounts"]!.AsArray().ToDictionary(mount => (string)mount!["name"]!, mount => (bool?)mount!["readOnly"] ?? false, StringComparer.Ordinal);
        Assert.Equal(["inputs", "outputs", "socket", "work"], mounts.Keys.Order(StringComparer.Ordinal));
        Assert.True(mounts["inputs"]);
        Assert.All(spec["volumes"]!.AsArray().Where(volume => mounts.ContainsKey((string)volume!["name"]!)), volume => Assert.NotNull(volume!["emptyDir"]));
        Assert.False((bool?)spec["automountServiceAccountToken"]);
        Assert.DoesNotContain(spec["containers"]!.AsArray().SelectMany(container => container!["env"]?.AsArray() ?? []), variable => variable!["valueFrom"]?["secretKeyRef"] is not null);
    }

    private static IEnumerable<string> Violations(JsonObject spec) =>
    [
        .. new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(flag => (bool?)spec[flag] == true),
        .. spec["volumes"]!.AsArray().Where(volume => !Volumes.Any(kind => volume![kind] is not null)).Select(volume => $"volume {volume}"),
        .. spec["containers"]!.AsArray().SelectMany(container => Violations(spec["securityContext"], container!)),
    ];

    private static IEnumerable<string> Violations(JsonNode? pod, JsonNode container)
    {
        var own = container["securityContext"];
        if ((bool?)own?["allowPrivilegeEscalation"] != false)
            yield return $"{container["name"]}: allowPrivilegeEscalation";
        if ((bool?)own?["privileged"] == true || own?["capabilities"]?["add"] is not null || (string?)own?["capabilities"]?["drop"]?[0] != "ALL")
            yield return $"{container["name"]}: capabilities";
        if ((bool?)(own?["runAsNonRoot"] ?? pod?["runAsNonRoot"]) != true || (long?)(own?["runAsUser"] ?? pod?["runAsUser"]) is null or 0)
            yield return $"{container["name"]}: root";
        if ((string?)(own?["seccompProfile"] ?? pod?["seccompProfile"])?["type"] != "RuntimeDefault")
            yield return $"{container["name"]}: seccomp";
        if ((bool?)own?["readOnlyRootFilesystem"] != true)
            yield return $"{container["name"]}: root file system";
        if (container["ports"]?.AsArray().Any(port => port!["hostPort"] is not null) == true)
            yield return $"{container["name"]}: host port";
        if (container["resources"]?["limits"]?["memory"] is null)
            yield return $"{container["name"]}: memory is not bounded";
    }
}
