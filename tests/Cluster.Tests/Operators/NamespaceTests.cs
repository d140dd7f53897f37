using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LakehouseOperator.Cluster.Tests.Definitions;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>An operator that serves named namespaces, with the chart's rights in these alone, some of which come and go.</summary>
public sealed partial class NamespaceTests(LoneCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task One_that_is_not_there_keeps_nobody_waiting_and_is_served_once_it_is_and_one_that_goes_leaves_the_others_served()
    {
        var (node, api) = (cluster.Node, await cluster.Node.ApiAsync());
        var (home, early) = (await node.Cluster.NamespaceAsync(), await node.Cluster.NamespaceAsync());
        var (kubectl, late, name) = (await node.Cluster.KubectlAsync(), home.Name + "-late", home.Name + "-lake");
        var rights = Rights().Split(await ChartTests.RenderAsync("--name", name, "--namespace", home.Name, "--set", $"watchNamespaces=[{early.Name}, {late}]"))
            .Where(static document => Right().IsMatch(document)).ToList();
        async Task GrantAsync()
        {
            // What is for a namespace that is not there is refused, and nothing else.
            foreach (var right in rights)
                _ = await kubectl.ApplyAsync(right);
        }

        await GrantAsync();
        var account = await OperatorAccount.KubeconfigOfAsync(kubectl, api, home.Name, name + "-lakehouse-operator");
        await using var served = await OperatorProcess.StartAsync(account, [early.Name, late], "--leader-elect", "--lease-name", name + "-lakehouse-operator");
        await Until.TrueAsync(() => served.Log.Any(line => line.Contains("list jobs.batch", StringComparison.Ordinal) && line.Contains(late, StringComparison.Ordinal)), "it says what it may not");
        await ServedAsync(kubectl, api, early.Name);

        _ = (await kubectl.RunAsync("create", "namespace", late)).Succeeded;
        await GrantAsync();
        await ServedAsync(kubectl, api, late);

        // Watches that are open live on; a process that begins finds the namespace gone, and rights with it.
        _ = (await kubectl.RunAsync("delete", "namespace", early.Name, "--wait=true", "--timeout=120s")).Succeeded;
        Assert.Equal(HttpStatusCode.OK, await served.AskAsync("readyz"));
        Assert.Equal(0, await served.StopAsync());
        await served.BeginAsync();
        Assert.Equal(HttpStatusCode.OK, await served.AskAsync("healthz"));
        _ = (await kubectl.In(late).RunAsync("delete", "lakehouse", "main", "--wait=true")).Succeeded;
        await ServedAsync(kubectl, api, late);
        _ = (await kubectl.RunAsync("delete", "namespace", late, "--wait=false")).Succeeded;
    }

    /// <summary>A Lakehouse is probed by a Job of its own.</summary>
    private static async Task ServedAsync(Kubectl kubectl, ClusterApi api, string ns)
    {
        _ = (await kubectl.In(ns).ApplyAsync(Documents.Lakehouse)).Succeeded;
        var uid = (string)(await api.GetAsync($"/apis/lakehouse.dev/v1alpha1/namespaces/{ns}/lakehouses/main"))!["metadata"]!["uid"]!;
        var since = TimeProvider.System.GetTimestamp();
        while (!(await api.GetAsync($"/apis/batch/v1/namespaces/{ns}/jobs"))!["items"]!.AsArray().Any(job => Owner(job!) == uid))
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
                Assert.Fail($"{ns} is not served");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static string? Owner(JsonNode job) => (string?)job["metadata"]!["ownerReferences"]?[0]?["uid"];

    [GeneratedRegex("^---$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rights();

    [GeneratedRegex("^kind: (ServiceAccount|Role|RoleBinding|ClusterRole|ClusterRoleBinding)$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Right();
}
