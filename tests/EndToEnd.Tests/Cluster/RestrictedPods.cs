using System.Text.Json.Nodes;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>
/// The rules of the Pod Security standard <c>restricted</c>, on pods as the API server has them; 1.20 cannot enforce them by itself. And what we hold our pods to beyond: a root that
/// is not written to, and no token that was not asked for.
/// </summary>
public static class RestrictedPods
{
    private static readonly string[] Volumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>Every pod of the namespace keeps the rules; how many there are.</summary>
    public static async Task<int> HoldAsync(Kubectl kubectl)
    {
        var pods = JsonNode.Parse((await kubectl.RunAsync("get", "pods", "-o", "json")).Succeeded)!["items"]!.AsArray();
        Assert.Empty(pods.SelectMany(pod => Violations(pod!)));
        return pods.Count;
    }

    /// <summary>What a pod does that it may not.</summary>
    public static IEnumerable<string> Violations(JsonNode pod)
    {
        var (spec, name) = (pod["spec"]!, (string)pod["metadata"]!["name"]!);
        var containers = new[] { "initContainers", "containers", "ephemeralContainers" }.SelectMany(member => spec[member]?.AsArray() ?? []).Select(container => container!);
        return OfPod(pod, spec).Concat(containers.SelectMany(container => OfContainer(spec, container))).Select(what => $"{name}: {what}");
    }

    private static IEnumerable<string> OfPod(JsonNode pod, JsonNode spec)
    {
        foreach (var shared in new[] { "hostNetwork", "hostPID", "hostIPC" })
        {
            if (spec[shared] is { } given && (bool)given)
                yield return $"spec.{shared}";
        }

        foreach (var volume in spec["volumes"]?.AsArray() ?? [])
        {
            if (volume!.AsObject().Select(member => member.Key).FirstOrDefault(key => key != "name" && !Volumes.Contains(key)) is { } kind)
                yield return $"a volume of kind {kind}";
        }

        if (spec["automountServiceAccountToken"] is not { } mounted || (bool)mounted)
            yield return "a token of the API server is mounted unasked";
        if (pod["metadata"]!["annotations"]?.AsObject().Any(entry => entry.Key.StartsWith("container.apparmor", StringComparison.Ordinal) && (string?)entry.Value == "unconfined") == true)
            yield return "AppArmor is off";
        foreach (var what in OfContext("spec.securityContext", spec["securityContext"]))
            yield return what;
        if (spec["securityContext"]?["sysctls"] is not null)
            yield return "spec.securityContext.sysctls";
    }

    private static IEnumerable<string> OfContainer(JsonNode spec, JsonNode container)
    {
        var (own, shared, name) = (container["securityContext"], spec["securityContext"], (string)container["name"]!);
        if (own?["privileged"] is { } privileged && (bool)privileged)
            yield return $"{name} is privileged";
        if (own?["allowPrivilegeEscalation"] is not { } escalation || (bool)escalation)
            yield return $"{name} may gain privileges";
        if (own?["capabilities"]?["drop"]?.AsArray().Any(dropped => (string?)dropped == "ALL") != true)
            yield return $"{name} keeps capabilities";
        if (own?["capabilities"]?["add"] is not null)
            yield return $"{name} adds capabilities";
        if ((own?["runAsNonRoot"] ?? shared?["runAsNonRoot"]) is not { } unprivileged || !(bool)unprivileged)
            yield return $"{name} may be root";
        if ((string?)(own?["seccompProfile"] ?? shared?["seccompProfile"])?["type"] != "RuntimeDefault")
            yield return $"{name} has no seccompProfile RuntimeDefault";
        if (own?["procMount"] is { } proc && (string?)proc != "Default")
            yield return $"{name} sees more of /proc";
        if (own?["readOnlyRootFilesystem"] is not { } fixedRoot || !(bool)fixedRoot)
            yield return $"{name} may write to its root";
        if (container["ports"]?.AsArray().Any(port => port!["hostPort"] is not null) == true)
            yield return $"{name} takes a port of the node";
        foreach (var what in OfContext(name, own))
            yield return what;
    }

    private static IEnumerable<string> OfContext(string where, JsonNode? context)
    {
        if (context?["runAsUser"] is { } user && (long)user == 0)
            yield return $"{where} is root";
        if (context?["seLinuxOptions"] is not null)
            yield return $"{where} changes its SELinux label";
        if (context?["windowsOptions"]?["hostProcess"] is not null)
            yield return $"{where} is a process of the host";
    }
}
