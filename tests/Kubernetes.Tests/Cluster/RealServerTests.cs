using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Election;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Kubernetes.Watching;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Tests.Cluster;

/// <summary>The library against a real kube-apiserver: what the scripted servers take for granted.</summary>
public sealed class RealServerTests(SharedCluster cluster)
{
    [Fact]
    public async Task What_is_created_is_read_applied_patched_and_deleted_only_as_itself()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            var key = new ObjectKey(ns, "a");
            Assert.Null(await client.GetAsync(ResourceTypes.ConfigMaps, key, default));
            var created = await client.CreateAsync(ResourceTypes.ConfigMaps, Map(key, "1"), default);
            Assert.NotNull(created.Metadata.Uid);
            Assert.True((await Assert.ThrowsAsync<ConflictException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Map(key, "1"), default))).IsAlreadyExists);

            var applied = await client.ApplyAsync(ResourceTypes.ConfigMaps, Map(key, "2") with { Metadata = new ObjectMeta { Name = "a", Namespace = ns, Uid = created.Metadata.Uid } }, true, default);
            Assert.Equal("2", applied.Data!["k"]);
            await Assert.ThrowsAsync<ConflictException>(
                () => client.ApplyAsync(ResourceTypes.ConfigMaps, Map(key, "3") with { Metadata = new ObjectMeta { Name = "a", Namespace = ns, Uid = "another" } }, true, default));
            await Assert.ThrowsAsync<ConflictException>(
                () => client.ApplyAsync(ResourceTypes.ConfigMaps, Map(key, "3") with { Metadata = new ObjectMeta { Name = "absent", Namespace = ns, Uid = "another" } }, true, default));
            await Assert.ThrowsAsync<ConflictException>(() => client.ReplaceAsync(ResourceTypes.ConfigMaps, created with { Data = null }, default));
            var patched = await client.MergePatchAsync(ResourceTypes.ConfigMaps, key, RawJson.Parse("""{"data":{"k":null,"j":"1"}}"""), default, resourceVersion: applied.Metadata.ResourceVersion);
            Assert.Equal(["j"], patched.Data!.Keys);
            await Assert.ThrowsAsync<ConflictException>(
                () => client.MergePatchAsync(ResourceTypes.ConfigMaps, key, RawJson.Parse("""{"data":{"x":"y"}}"""), default, resourceVersion: applied.Metadata.ResourceVersion));

            await Assert.ThrowsAsync<ConflictException>(() => client.DeleteAsync(ResourceTypes.ConfigMaps, key, new DeleteOptions { Uid = "another" }, default));
            Assert.True(await client.DeleteAsync(ResourceTypes.ConfigMaps, key, new DeleteOptions { Uid = created.Metadata.Uid }, default));
            Assert.False(await client.DeleteAsync(ResourceTypes.ConfigMaps, key, DeleteOptions.None, default));
        }
    }

    [Fact]
    public async Task What_the_server_finds_invalid_is_refused_with_the_field()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            var e = await Assert.ThrowsAsync<RefusedException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Map(new ObjectKey(ns, "Not A Name"), "1"), default));
            Assert.Equal(("Invalid", "metadata.name"), (e.Reason, e.Causes[0].Field));
            Assert.False((await Assert.ThrowsAsync<NotFoundException>(
                () => client.GetAsync(ResourceTypes.Custom("nobody.test", "v1", "Nothing", "nothings"), new ObjectKey(ns, "a"), default))).IsObject);
        }
    }

    [Fact]
    public async Task Every_object_that_we_build_is_taken_as_it_is_and_its_status_is_applied()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            var job = await client.CreateAsync(ResourceTypes.Jobs, Samples.Job(ns), default);
            Assert.Equal(("emptyDir", 1654), (job.Spec!.Template!.Spec!.Volumes![0].EmptyDir is null ? "" : "emptyDir", job.Spec.Template.Spec.SecurityContext!.RunAsUser));
            Assert.Equal(3600, job.Spec.Template.Spec.Volumes[1].Projected!.Sources![0].ServiceAccountToken!.ExpirationSeconds);
            var deployed = await client.ApplyAsync(ResourceTypes.Deployments, Samples.Deployment(ns), true, default);
            Assert.Equal("Recreate", deployed.Spec!.Strategy!.Type);
            await client.ApplyAsync(ResourceTypes.NetworkPolicies, Samples.Policy(ns), true, default);
            await client.CreateAsync(ResourceTypes.Events, Samples.Event(ns, job), default);

            // The namespace's service account comes some time after it, and until then its pods are refused.
            Pod pod = null!;
            await Until.TrueAsync(
                async () =>
                {
                    try
                    {
                        pod = await client.CreateAsync(ResourceTypes.Pods, Samples.Pod(ns), default);
                        return true;
                    }
                    catch (RefusedException)
                    {
                        return false;
                    }
                },
                "the pod is taken");
            var status = new PodStatus { Phase = "Running", Conditions = [new Condition { Type = "Ready", Status = "True", LastTransitionTime = DateTimeOffset.UnixEpoch }] };
            var told = await client.ApplyStatusAsync(ResourceTypes.Pods, pod with { Status = status }, true, default);
            Assert.Equal("Running", told.Status!.Phase);
        }
    }

    [Fact]
    public async Task A_store_follows_the_server_through_pages_changes_and_deletes()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            for (var i = 0; i < 5; i++)
                await client.CreateAsync(ResourceTypes.ConfigMaps, Map(new ObjectKey(ns, $"m{i}"), "1"), default);
            var page = await client.ListPageAsync(ResourceTypes.ConfigMaps, ns, new ListOptions { Limit = 2, LabelSelector = "tested=yes" }, null, default);
            Assert.Equal((2, true), (page.Items.Count, page.Continue is not null));
            Assert.Equal("v1", page.Items[0].Value!.ApiVersion);

            using var stopping = new CancellationTokenSource();
            var options = new InformerOptions { Namespaces = [ns], LabelSelector = "tested=yes" };
            var informer = new Informer<ConfigMap, string>(
                client, ResourceTypes.ConfigMaps, options, static map => map.Data!["k"], TimeProvider.System, new Random(1), NullLogger.Instance);
            var running = informer.RunAsync(stopping.Token);
            await informer.WaitForSyncAsync(default);
            Assert.Equal(5, informer.Store.Count);
            var key = new ObjectKey(ns, "m0");
            var changed = await client.ApplyAsync(ResourceTypes.ConfigMaps, Map(key, "2"), true, default);
            await Until.TrueAsync(() => informer.Store.HasSeen(key, changed.Metadata.ResourceVersion!), "the change is seen");
            Assert.True(informer.Store.TryGet(key, out var value) && value == "2");
            await client.DeleteAsync(ResourceTypes.ConfigMaps, key, DeleteOptions.None, default);
            await Until.TrueAsync(() => informer.Store.HasLost(key, changed.Metadata.Uid!), "the deletion is seen");
            await stopping.CancelAsync();
            await running;
        }
    }

    [Fact]
    public async Task A_watch_ends_by_the_servers_hand_with_what_happened_before()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            var page = await client.ListPageAsync(ResourceTypes.ConfigMaps, ns, ListOptions.All, null, default);
            await client.CreateAsync(ResourceTypes.ConfigMaps, Map(new ObjectKey(ns, "a"), "1"), default);
            var told = new List<WatchEvent<ConfigMap>>();
            await foreach (var line in client.WatchAsync(ResourceTypes.ConfigMaps, ns, page.ResourceVersion, new WatchOptions { Timeout = TimeSpan.FromSeconds(3) }, default))
                told.Add(line);
            Assert.Contains(told, static line => line.Kind == WatchEventKind.Added && line.Item!.Key.Name == "a");
        }
    }

    [Fact]
    public async Task A_token_for_us_is_known_as_its_service_accounts_and_pods_and_nobody_elses()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            await client.CreateAsync(ResourceTypes.ServiceAccounts, new ServiceAccount { Metadata = new ObjectMeta { Name = "runner", Namespace = ns } }, default);
            var pod = await client.CreateAsync(ResourceTypes.Pods, Samples.Pod(ns, "runner"), default);
            var token = await client.CreateTokenAsync(
                new ObjectKey(ns, "runner"), new TokenOptions(["lakehouse-operator"], 600, new BoundPod(pod.Metadata.Name!, pod.Metadata.Uid!)), default);
            var ours = await ReviewAsync(client, token.Token!, "lakehouse-operator");
            Assert.Equal((true, $"system:serviceaccount:{ns}:runner"), (ours.Authenticated, ours.User!.Username));
            Assert.Equal([pod.Metadata.Uid!], ours.User.Extra!["authentication.kubernetes.io/pod-uid"]);
            Assert.NotEqual(true, (await ReviewAsync(client, token.Token!, "somebody-else")).Authenticated);
            Assert.NotEqual(true, (await ReviewAsync(client, "forged", "lakehouse-operator")).Authenticated);
        }
    }

    [Fact]
    public async Task Of_two_contenders_one_leads_and_the_other_follows_when_it_ends()
    {
        var (client, ns) = await BeginAsync();
        using (client)
        {
            using var first = new CancellationTokenSource();
            using var second = new CancellationTokenSource();
            var times = new LeaseTimes(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2));
            LeaderElection Contend(string identity, int seed) => new(client, new ObjectKey(ns, "leader"), identity, times, TimeProvider.System, new Random(seed), NullLogger.Instance);
            var (a, b) = (Contend("a", 1), Contend("b", 2));
            var leading = a.RunAsync(static token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token), first.Token);
            await Until.TrueAsync(() => a.IsLeading, "a leads");
            var following = b.RunAsync(static token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token), second.Token);
            await Until.TrueAsync(() => b.Leader == "a" && b.IsReady, "b follows");
            await first.CancelAsync();
            await leading;
            await Until.TrueAsync(() => b.IsLeading, "b leads");
            Assert.Equal(1, (await client.GetAsync(ResourceTypes.Leases, new ObjectKey(ns, "leader"), default))!.Spec!.LeaseTransitions);
            await second.CancelAsync();
            await following;
        }
    }

    [Fact]
    public async Task The_server_says_which_version_it_is()
    {
        var (client, _) = await BeginAsync();
        using (client)
            Assert.Equal("1", (await client.GetServerVersionAsync(default)).Major);
    }

    private static ConfigMap Map(ObjectKey key, string value) => new()
    {
        Metadata = new ObjectMeta { Name = key.Name, Namespace = key.Namespace, Labels = new Dictionary<string, string> { ["tested"] = "yes" } },
        Data = new Dictionary<string, string> { ["k"] = value },
    };

    private static async Task<TokenReviewStatus> ReviewAsync(KubernetesClient client, string token, string audience) =>
        (await client.CreateAsync(ResourceTypes.TokenReviews, new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [audience] } }, default)).Status!;

    private async Task<(KubernetesClient Client, string Namespace)> BeginAsync()
    {
        var ns = await cluster.NamespaceAsync();
        var connection = ClusterConnection.Load(ns.Kubeconfig);
        return (new KubernetesClient(connection, TimeProvider.System, new ClientOptions { FieldManager = "lakehouse-operator" }), ns.Name);
    }
}
