using System.Diagnostics;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>The operator in the cluster, by its chart and its images, as a user installs it.</summary>
public static class Installation
{
    public const string Namespace = "lakehouse-system";

    /// <summary>With its custom resources; it is available once this was awaited.</summary>
    public static async Task InstallAsync(Kubectl kubectl)
    {
        var chart = Path.Combine(Repository.Root, "charts", "lakehouse-operator");
        var (code, rendered, error) = await ProgramAsync(
            Path.Combine(Repository.Root, "tests", "cluster", "render.sh"), "--namespace", Namespace, "--include-crds", chart);
        Assert.True(code == 0, error);
        _ = (await kubectl.ApplyAsync($"---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {Namespace} }} }}\n{rendered}")).Succeeded;
        var rolled = await kubectl.In(Namespace).RunAsync("rollout", "status", "deployment/lakehouse-operator", "--timeout=120s");
        Assert.True(rolled.ExitCode == 0, $"{rolled}\n{await LogAsync(kubectl)}\n{(await kubectl.In(Namespace).RunAsync("describe", "pods")).Output}");
    }

    /// <summary>Ends the operator's pod as a power failure would, and waits for the next.</summary>
    public static async Task KillAsync(Kubectl kubectl)
    {
        var within = kubectl.In(Namespace);
        _ = (await within.RunAsync("delete", "pods", "--all", "--force", "--grace-period=0")).Succeeded;
        _ = (await within.RunAsync("rollout", "status", "deployment/lakehouse-operator", "--timeout=120s")).Succeeded;
    }

    /// <summary>Resident memory of the operator's process, in KiB: all, and what no file stands behind.</summary>
    public static async Task<string> MemoryAsync(Node node) => await node.ExecAsync(
        "sh", "-c", "for one in /proc/[0-9]*; do grep -qs '^Name:.lakehouse-opera' $one/status && awk '/^(VmRSS|RssAnon):/ { printf \"%s %s kB \", $1, $2 }' $one/status; done; true");

    /// <summary>What the operator wrote.</summary>
    public static async Task<string> LogAsync(Kubectl kubectl) =>
        (await kubectl.In(Namespace).RunAsync("logs", "deployment/lakehouse-operator", "-c", "operator", "--tail=200")).Output;

    public static async Task<(int Code, string Output, string Error)> ProgramAsync(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
