using System.Diagnostics;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Definitions;

/// <summary>The chart as an API server takes it, and what its account may do.</summary>
public sealed class ChartTests(SharedNode node)
{
    [Fact]
    public async Task Served_everywhere_the_operator_may_do_its_work_and_not_read_secrets()
    {
        var within = await node.Cluster.NamespaceAsync();
        var name = within.Name + "-lake";
        _ = (await within.Kubectl.ApplyAsync(await RenderAsync("--name", name, "--namespace", within.Name))).Succeeded;
        var account = $"system:serviceaccount:{within.Name}:{name}-lakehouse-operator";
        foreach (var (verb, resource, other, may) in new[]
        {
            ("create", "jobs.batch", true, true), ("patch", "transformations.lakehouse.dev", true, true), ("create", "tokenreviews.authentication.k8s.io", true, true),
            ("create", "leases.coordination.k8s.io", false, true), ("create", "leases.coordination.k8s.io", true, false), ("get", "secrets", false, false), ("list", "secrets", true, false),
            ("update", $"leases.coordination.k8s.io/{name}-lakehouse-operator", false, true), ("get", $"leases.coordination.k8s.io/{name}-lakehouse-operator", false, true),
            ("update", "leases.coordination.k8s.io/another", false, false), ("get", "leases.coordination.k8s.io/another", false, false),
            ("delete", "pods", true, false), ("create", "pods", true, false), ("create", "clusterrolebindings.rbac.authorization.k8s.io", true, false), ("delete", "transformations.lakehouse.dev", true, false),
        })
        {
            var at = other ? within.Kubectl.In("default") : within.Kubectl;
            if (may)
                await MayAsync(at, verb, resource, account);
            else
                Assert.True(await AskAsync(at, verb, resource, account) == "no", $"{verb} {resource} {(other ? "elsewhere" : "at home")}");
        }
    }

    [Fact]
    public async Task Serving_named_namespaces_it_may_do_nothing_elsewhere()
    {
        var (home, served) = (await node.Cluster.NamespaceAsync(), await node.Cluster.NamespaceAsync());
        var name = home.Name + "-lake";
        var everywhere = await node.Cluster.KubectlAsync();
        _ = (await everywhere.ApplyAsync(await RenderAsync("--name", name, "--namespace", home.Name, "--set", $"watchNamespaces=[{served.Name}]"))).Succeeded;
        var account = $"system:serviceaccount:{home.Name}:{name}-lakehouse-operator";
        await MayAsync(served.Kubectl, "create", "jobs.batch", account);
        Assert.Equal("no", (await home.Kubectl.RunAsync("auth", "can-i", "create", "jobs.batch", "--as", account)).Output.Trim());
        Assert.Equal("no", (await home.Kubectl.RunAsync("auth", "can-i", "list", "lakehouses.lakehouse.dev", "--as", account)).Output.Trim());
    }

    /// <summary>Whoever may edit a namespace may declare what is to be run in it; whoever may view it sees that.</summary>
    [Fact]
    public async Task People_may_what_the_clusters_roles_say()
    {
        var within = await node.Cluster.NamespaceAsync();
        _ = (await within.Kubectl.ApplyAsync(await RenderAsync("--name", within.Name, "--namespace", within.Name))).Succeeded;
        foreach (var role in new[] { "edit", "view" })
            _ = (await within.Kubectl.RunAsync("create", "rolebinding", role, "--clusterrole", role, "--user", role + "-" + within.Name)).Succeeded;
        foreach (var (role, verb, may) in new[] { ("edit", "create", true), ("view", "get", true), ("view", "create", false) })
        {
            var user = role + "-" + within.Name;
            if (may)
                await MayAsync(within.Kubectl, verb, "transformations.lakehouse.dev", user);
            else
                Assert.Equal("no", await AskAsync(within.Kubectl, verb, "transformations.lakehouse.dev", user));
        }
    }

    /// <summary>The API server's authorizer hears of roles a little later than whoever wrote them, and of aggregated ones later still.</summary>
    private static Task MayAsync(Kubectl at, string verb, string resource, string who) =>
        Until.TrueAsync(async () => await AskAsync(at, verb, resource, who) == "yes", $"{who} may {verb} {resource}");

    private static async Task<string> AskAsync(Kubectl at, string verb, string resource, string who) =>
        (await at.RunAsync("auth", "can-i", verb, resource, "--as", who)).Output.Trim();

    [Fact]
    public async Task Everything_that_can_be_switched_on_is_taken()
    {
        var within = await node.Cluster.NamespaceAsync();
        var rendered = await RenderAsync(
            "--name", within.Name, "--namespace", within.Name, "--set", "networkPolicy.enabled=true", "--set", "podDisruptionBudget.enabled=true", "--set", "replicaCount=2", "--set", "verbose=true",
            "--set", "tolerations=[{key: a, operator: Exists}]", "--set", "nodeSelector={kubernetes.io/os: linux}", "--set", "podLabels={team: data}", "--set", "podAnnotations={a: b}",
            "--set", "imagePullSecrets=[{name: registry}]", "--set", "priorityClassName=system-cluster-critical", "--set", "image.tag='1.0'");
        _ = (await within.Kubectl.ApplyAsync(rendered)).Succeeded;
        Assert.Contains("kind: ServiceMonitor", await RenderAsync("--namespace", within.Name, "--set", "metrics.serviceMonitor.enabled=true"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replicas=2")]
    [InlineData("watchNamespaces=all")]
    [InlineData("watchNamespaces=[Team_A]")]
    [InlineData("image.pullPolicy=Sometimes")]
    [InlineData("reports.port=80")]
    public async Task Values_that_do_not_fit_are_refused(string set) =>
        Assert.Contains("values.schema.json", (await Assert.ThrowsAsync<InvalidOperationException>(() => RenderAsync("--set", set))).Message, StringComparison.Ordinal);

    internal static async Task<string> RenderAsync(params string[] arguments)
    {
        var chart = Path.Combine(Repository.Root, "charts", "lakehouse-operator");
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "tests", "cluster", "render.sh"), [.. arguments, chart])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException(await error);
    }
}
