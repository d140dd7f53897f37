using System.Net;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Processes;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Operators;

/// <summary>Of several operators one leads. Whoever follows finds everything as it was left, and makes nothing twice.</summary>
public sealed class ElectionTests(LoneCluster cluster)
{
    [Fact]
    public async Task A_standby_is_ready_refuses_reports_and_leads_when_the_leader_is_killed()
    {
        await using var pair = await PairAsync();
        var (scene, standby) = (pair.Scene, pair.Standby);
        var release = new TaskCompletionSource();
        scene.Transformation("silver").Next(Plays.Held(release.Task, Plays.WorkWithoutReport(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var pod = await scene.Transformation("silver").PodAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await standby.AskAsync("readyz"), await standby.AskAsync("healthz")));
        Assert.Equal(0, await LeadsAsync(standby));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await pod.ReportAsync(PretendLake.Of(pod.Plan!, Pipelines.Reports.RunResult.Succeeded), to: standby.ReportUrl));

        await scene.Operator.KillAsync();
        await scene.EventuallyAsync(async () => await LeadsAsync(standby) == 1, "the standby leads");
        Assert.Equal(HttpStatusCode.OK, await standby.AskAsync("readyz"));
        release.SetResult();
        Assert.Equal("0", (await scene.Transformation("silver").BecomesAsync("Succeeded"))["output.version"]);
        await scene.ApplyAsync(Documents.Silver("next"));
        await scene.Transformation("next").BecomesAsync("Succeeded");
        await pair.AllOnceAsync(["main", "silver", "next"]);
    }

    [Fact]
    public async Task A_leader_that_is_asked_to_end_lets_the_lease_go()
    {
        await using var pair = await PairAsync();
        var (scene, standby) = (pair.Scene, pair.Standby);
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Lakehouse().BecomesAsync("Ready");
        var asked = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await scene.Operator.StopAsync());
        await scene.EventuallyAsync(async () => await LeadsAsync(standby) == 1, "the standby leads");
        var lease = await scene.Api.GetAsync($"/apis/coordination.k8s.io/v1/namespaces/{OperatorAccount.Namespace}/leases/{scene.Namespace}");
        Assert.Equal("1", lease!["spec"]!["leaseTransitions"]?.ToString());
        TestContext.Current.SendDiagnosticMessage($"the lease was taken over after {TimeProvider.System.GetElapsedTime(asked).TotalSeconds:0.0} s");
        await scene.ApplyAsync(Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await pair.AllOnceAsync(["main", "silver"]);
    }

    /// <summary>It does not know that it slept; when it wakes it ends before it writes anything.</summary>
    [Fact]
    public async Task A_leader_that_slept_over_its_lease_ends_and_is_a_standby_when_it_is_begun_again()
    {
        await using var pair = await PairAsync();
        var (scene, standby) = (pair.Scene, pair.Standby);
        var release = new TaskCompletionSource();
        scene.Transformation("silver").Next(Plays.Held(release.Task, Plays.WorkWithoutReport(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").PodAsync();
        await scene.Operator.SignalAsync("STOP");
        await scene.EventuallyAsync(async () => await LeadsAsync(standby) == 1, "the standby leads");
        release.SetResult();
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.ApplyAsync(Documents.Silver("next"));
        await scene.Operator.SignalAsync("CONT");
        Assert.Equal(1, await scene.Operator.EndAsync());
        await scene.Transformation("next").BecomesAsync("Succeeded");
        await scene.Operator.BeginAsync();
        Assert.Equal((0, 1), (await LeadsAsync(scene.Operator), await LeadsAsync(standby)));
        await pair.AllOnceAsync(["main", "silver", "next"]);
    }

    private static async Task<double> LeadsAsync(OperatorProcess one) => await one.MetricAsync("leader_election_master_status") ?? 0;

    private async Task<Pair> PairAsync()
    {
        var account = await cluster.Node.OperatorKubeconfigAsync();
        var scene = await Scene.BeginAloneAsync(cluster, LeaseOfAsync);
        try
        {
            await scene.EventuallyAsync(async () => await LeadsAsync(scene.Operator) == 1, "the first leads");
            return new Pair(scene, await OperatorProcess.StartAsync(account, [scene.Namespace], ["--verbose", .. Lease(scene.Namespace)]));
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    private static IReadOnlyList<string> Lease(string name) => ["--leader-elect", "--lease-name", name];

    /// <summary>A lease of its own, and the right to it: as every release of the chart has one.</summary>
    private async Task<IReadOnlyList<string>> LeaseOfAsync(string name)
    {
        _ = (await new Kubectl(await cluster.Node.Cluster.KubeconfigAsync()).In(OperatorAccount.Namespace).ApplyAsync($$"""
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{name}} }, rules: [{apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [{{name}}], verbs: [get, update]}]}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{name}} }, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{name}} },
             subjects: [{kind: ServiceAccount, name: {{OperatorAccount.Name}}, namespace: {{OperatorAccount.Namespace}} }]}
            """)).Succeeded;
        return Lease(name);
    }

    private sealed record Pair(Scene Scene, OperatorProcess Standby) : IAsyncDisposable
    {
        /// <summary>Every resource had one Job, whoever led.</summary>
        public async Task AllOnceAsync(IReadOnlyList<string> resources)
        {
            await Scene.EventuallyAsync(async () => (await Scene.ListAsync("Job")).Count == 0, "the end of all Jobs");
            var made = Scene.Audit!.WritesIn(Scene.Namespace).Where(request => request is { Verb: "create", Resource: "jobs", Code: 201 }).Select(request => request.Name!).ToList();
            Assert.Equal(resources.Order(StringComparer.Ordinal), made.Select(name => name[..name.LastIndexOf('-')]).Order(StringComparer.Ordinal));
        }

        public async ValueTask DisposeAsync()
        {
            await Scene.DisposeAsync();
            await Standby.DisposeAsync();
        }
    }
}
