using System.Diagnostics;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>The operator in the cluster, by its chart and its images, as a user installs it.</summary>
public sealed class Installation
{
    public const string Namespace = "lakehouse-system";

    private readonly Kubectl kubectl;
    private readonly string rendered;

    private Installation(Kubectl kubectl, string rendered)
    {
        this.kubectl = kubectl;
        this.rendered = rendered;
    }

    /// <summary>With its custom resources; it is available once this was awaited, and its pods keep the rules.</summary>
    /// <param name="settings">As Helm's <c>--set</c>: <c>watchNamespaces=[shop]</c>.</param>
    public static async Task<Installation> InstallAsync(Kubectl kubectl, params IReadOnlyList<string> settings)
    {
        var chart = Path.Combine(Repository.Root, "charts", "lakehouse-operator");
        var (code, rendered, error) = await ProgramAsync(
            Path.Combine(Repository.Root, "tests", "cluster", "render.sh"), ["--namespace", Namespace, "--include-crds", .. settings.SelectMany(setting => new[] { "--set", setting }), chart]);
        Assert.True(code == 0, error);
        _ = (await kubectl.ApplyAsync($"---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {Namespace} }} }}\n{rendered}")).Succeeded;
        var installation = new Installation(kubectl, rendered);
        await installation.IsAvailableAsync();
        Assert.NotEqual(0, await RestrictedPods.HoldAsync(kubectl.In(Namespace)));
        return installation;
    }

    /// <summary>Ends the operator's pod as a power failure would, and waits for the next.</summary>
    public async Task KillAsync()
    {
        _ = (await kubectl.In(Namespace).RunAsync("delete", "pods", "-l", "app.kubernetes.io/name=lakehouse-operator", "--force", "--grace-period=0")).Succeeded;
        await IsAvailableAsync();
    }

    public async Task IsAvailableAsync()
    {
        var rolled = await kubectl.In(Namespace).RunAsync("rollout", "status", "deployment/lakehouse-operator", "--timeout=180s");
        Assert.True(rolled.ExitCode == 0, $"{rolled}\n{await LogAsync(kubectl)}\n{(await kubectl.In(Namespace).RunAsync("describe", "pods")).Output}");
    }

    /// <summary>What the operator wrote.</summary>
    /// <param name="lines">The newest so many; all of them where negative.</param>
    public static async Task<string> LogAsync(Kubectl kubectl, int lines = 300) =>
        (await kubectl.In(Namespace).RunAsync("logs", "deployment/lakehouse-operator", "-c", "operator", $"--tail={lines}")).Output;

    /// <summary>Everything that was installed goes, its definitions and its Lease too; what is left of it is an error.</summary>
    public async Task UninstallAsync()
    {
        _ = (await kubectl.RunAsync(["delete", "--ignore-not-found", "--timeout=180s", "-f", "-"], rendered)).Succeeded;
        _ = (await kubectl.RunAsync("delete", "namespace", Namespace, "--timeout=180s")).Succeeded;
        var left = (await kubectl.RunAsync("get", "clusterroles,clusterrolebindings,roles,rolebindings,crds", "--all-namespaces", "-o", "name")).Succeeded;
        Assert.DoesNotContain("lakehouse", left, StringComparison.Ordinal);
    }

    public static async Task<(int Code, string Output, string Error)> ProgramAsync(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
