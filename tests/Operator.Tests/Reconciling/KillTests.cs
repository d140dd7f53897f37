using System.Globalization;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>
/// The operator is killed between any two of its writes, reports and termination messages are lost, Pods are evicted, nodes go, users delete Jobs. All of it leads where the same work leads
/// without (O1), nothing is done twice, and in the end nothing is written any more (O7).
/// </summary>
public sealed class KillTests
{
    private sealed class KilledException : Exception;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    private static Scene Shop(bool drops = false)
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Cluster.Apply(ResourceKind.Transformation, "silver", Specs.Select("silver.orders", "bronze.orders", drops ? ",'deletionPolicy':'Delete'" : ""));
        scene.Cluster.Apply(ResourceKind.Transformation, "left", Specs.Select("gold.left_side", "silver.orders"));
        scene.Cluster.Apply(ResourceKind.Transformation, "right", Specs.Select("gold.right_side", "silver.orders"));
        scene.Cluster.Apply(ResourceKind.Transformation, "both", Specs.Select("gold.both", "gold.left_side JOIN gold.right_side"));
        scene.Cluster.Apply(ResourceKind.QualityCheck, "silver", Specs.Gate("silver.orders"));
        scene.Cluster.Apply(ResourceKind.QualityCheck, "both", Specs.Gate("gold.both", enforcement: "Report"));
        return scene;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_is_killed_wherever_the_end_is_the_same_and_nothing_is_done_twice(int seed)
    {
        var reference = Shop();
        reference.Settle();
        var random = new Random(seed);
        var scene = Shop();
        var deleted = new HashSet<string>(StringComparer.Ordinal);
        var chaos = new Chaos(scene, random, deleted);
        for (var i = 0; i < 80; i++)
            chaos.Step();
        scene.Dies = static _ => { };
        scene.Settle(200);

        Assert.Equal(End(reference), End(scene));
        Assert.Equal(reference.Lake.Commits.Order(StringComparer.Ordinal), scene.Lake.Commits.Order(StringComparer.Ordinal));
        Assert.Empty(scene.Cluster.Planned.Where(name => !deleted.Contains(name)).GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key));
        var writes = scene.Cluster.Writes.Count;
        for (var i = 0; i < 5; i++)
            scene.Look();
        Assert.Equal(writes, scene.Cluster.Writes.Count);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_is_killed_wherever_a_resource_with_tables_to_delete_is_gone_in_the_end_and_so_are_they(int seed)
    {
        var random = new Random(seed);
        var scene = Shop(drops: true);
        scene.Settle();
        Assert.Contains("silver.orders", scene.Lake.Tables.Keys);
        scene.Cluster.Delete(ResourceKind.Transformation, "silver");
        var chaos = new Chaos(scene, random, new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < 30; i++)
            chaos.Step();
        scene.Dies = static _ => { };
        scene.Settle(200);

        Assert.DoesNotContain(scene.Cluster.Resources.Keys, key => key == (ResourceKind.Transformation, "silver"));
        Assert.DoesNotContain("silver.orders", scene.Lake.Tables.Keys);
        Assert.Empty(scene.Cluster.Jobs);
    }

    private static IReadOnlyList<string> End(Scene scene) =>
    [
        .. scene.Cluster.Resources.Keys.Select(key => string.Create(
            CultureInfo.InvariantCulture, $"{key.Kind}/{key.Name} {scene.Ready(key.Kind, key.Name)} {scene.Condition(key.Kind, key.Name, "Reconciling").Status} {scene.Condition(key.Kind, key.Name, "Stalled").Status}")),
        .. scene.Cluster.Resources.Keys.Where(key => key.Kind == ResourceKind.Transformation).Select(key => string.Create(
            CultureInfo.InvariantCulture, $"{key.Name} {scene.Transformation(key.Name).Output!.Table}@{scene.Transformation(key.Name).Output!.DataVersion}")),
        .. scene.Cluster.Resources.Keys.Where(key => key.Kind == ResourceKind.QualityCheck).Select(key => $"{key.Name} {scene.Check(key.Name).Summary!.Ratio} {scene.Condition(ResourceKind.QualityCheck, key.Name, "Passed").Status}"),
        .. scene.Cluster.Deployments.Keys, .. scene.Cluster.Maps.Keys.Where(name => !scene.Cluster.Jobs.ContainsKey(name)), .. scene.Cluster.Jobs.Keys,
    ];

    private sealed class Chaos(Scene scene, Random random, HashSet<string> deleted)
    {
        private int interruptions;

        public void Step()
        {
            scene.Dies = _ =>
            {
                if (random.Next(6) == 0)
                    throw new KilledException();
            };
            try
            {
                scene.Look();
            }
            catch (KilledException)
            {
                scene.Restart();
            }

            Assert.All(scene.Cluster.Jobs.Values.GroupBy(job => job.Metadata.OwnerReferences![0].Uid), group => Assert.Single(group));
            scene.Kubelet.Begin();
            scene.Kubelet.Stream(report =>
            {
                if (random.Next(3) > 0)
                    scene.Take(report);
            });
            Trouble();
            scene.Pass(TimeSpan.FromSeconds(random.Next(4) == 0 ? 40 : 1));
        }

        private void Trouble()
        {
            var running = scene.Cluster.Jobs.Keys.Where(name => scene.Cluster.Jobs[name].Status is null && scene.Cluster.Pods.Values.Any(pod => pod.Metadata.OwnerReferences![0].Name == name)).ToList();
            var victim = running.Count > 0 ? running[random.Next(running.Count)] : null;
            switch (random.Next(10))
            {
                case 0 when victim is not null:
                    scene.Kubelet.End(victim, 137, podReason: "Evicted");
                    break;
                case 1 when victim is not null:
                    scene.Kubelet.Lose(victim);
                    break;
                case 2 when victim is not null:
                    deleted.Add(victim);
                    scene.Cluster.DeleteJob(victim);
                    break;
                case 3 when victim is not null && interruptions++ < 2:
                    scene.Kubelet.End(victim, (int)RunnerExit.Store);
                    break;
                case 4:
                    scene.Kubelet.Finish(static _ => { }, message: false);
                    break;
                case 5:
                    scene.Kubelet.Finish(static _ => { });
                    break;
                case 6:
                    // The report arrives, and the operator dies before it looks.
                    scene.Kubelet.Finish(scene.Take, message: random.Next(2) == 0);
                    scene.Restart();
                    break;
                default:
                    scene.Kubelet.Finish(scene.Take);
                    break;
            }
        }
    }
}
