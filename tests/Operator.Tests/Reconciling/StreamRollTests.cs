using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>An operator with other settings, such as another image of the runner, and the streams that run already.</summary>
public sealed class StreamRollTests
{
    private const ResourceKind Igs = ResourceKind.Ingestion;
    private const string New = "registry/runner:2";

    private static Scene Running(int streams)
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        for (var i = 0; i < streams; i++)
            scene.Cluster.Apply(Igs, Name(i), Specs.Stream($"bronze.t{i}"));
        scene.Settle();
        Assert.Equal(streams, scene.Cluster.Deployments.Count);
        return scene;
    }

    private static string Name(int i) => $"stream-{i:00}";

    /// <summary>Another process, of another version.</summary>
    private static void Upgrade(Scene scene, string image = New)
    {
        scene.Runner = scene.Runner with { Image = image };
        scene.Restart();
    }

    private static Deployment Of(Scene scene, int i) => scene.Cluster.Deployments.Values.Single(one => one.Metadata.OwnerReferences![0].Name == Name(i));

    private static string? Image(Deployment one) => one.Spec!.Template!.Spec!.Containers![0].Image;

    private static int With(Scene scene, string image) => scene.Cluster.Deployments.Values.Count(one => Image(one) == image);

    /// <summary>Looks until nothing more is written, while the cluster does what it does.</summary>
    private static void Rest(Scene scene)
    {
        for (var i = 0; i < 50; i++)
        {
            scene.Look();
            scene.Kubelet.Stream(scene.Take);
            scene.Pass(TimeSpan.FromSeconds(30));
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(10, 1)]
    [InlineData(25, 2)]
    public void At_most_a_tenth_of_the_streams_is_away_at_a_time_and_all_are_rolled_in_the_end(int streams, int atOnce)
    {
        var scene = Running(streams);
        var away = new HashSet<string>(StringComparer.Ordinal);
        scene.Kubelet.Comes = one => Image(one) != New || !away.Contains(one.Metadata.Name!);
        Upgrade(scene);
        var most = 0;
        for (var look = 0; look < 4 * streams && With(scene, New) < streams; look++)
        {
            var before = scene.Cluster.Deployments.Values.Where(one => Image(one) != New).Select(one => one.Metadata.Name!).ToList();
            scene.Look();
            away.UnionWith(before.Where(name => Image(scene.Cluster.Deployments[name]) == New));
            most = Math.Max(most, away.Count);

            // Nor while the controller has not yet looked at what was applied, and when the operator dies in the middle.
            scene.Look();
            scene.Kubelet.Stream(scene.Take);
            if (look % 3 == 0)
                scene.Restart();
            scene.Look();
            Assert.Equal(away.Count, scene.Cluster.Deployments.Values.Count(one => Image(one) == New && one.Status!.AvailableReplicas != 1));
            away.Remove(away.Order(StringComparer.Ordinal).First());
            scene.Kubelet.Stream(scene.Take);
            scene.Pass(TimeSpan.FromSeconds(5));
        }

        Assert.Equal((streams, atOnce), (With(scene, New), most));
        away.Clear();
        scene.Settle();
        Assert.All(Enumerable.Range(0, streams), i => Assert.Equal("True/Streaming", scene.Ready(Igs, Name(i))));
    }

    [Fact]
    public void An_image_that_does_not_come_up_stops_at_the_first_tenth_and_the_way_back_is_free()
    {
        var scene = Running(20);
        scene.Kubelet.Comes = one => Image(one) != New;
        Upgrade(scene);
        Rest(scene);
        Assert.Equal((2, 18), (With(scene, New), With(scene, "registry/runner:1")));

        Upgrade(scene, "registry/runner:3");
        Rest(scene);
        Assert.Equal(20, With(scene, "registry/runner:3"));
    }

    [Fact]
    public void What_people_change_acts_at_once_also_while_others_wait_for_their_turn()
    {
        var scene = Running(5);
        scene.Kubelet.Comes = one => Image(one) != New;
        Upgrade(scene);
        Rest(scene);
        Assert.Equal(1, With(scene, New));
        var waiting = Enumerable.Range(0, 5).Where(i => Image(Of(scene, i)) != New).ToList();

        scene.Cluster.Apply(Igs, Name(waiting[0]), Specs.Stream($"bronze.t{waiting[0]}", url: "redis://another:6379/0"));
        scene.Cluster.Apply(Igs, Name(waiting[1]), Specs.Stream($"bronze.t{waiting[1]}", ",'suspend':true"));
        scene.Cluster.Apply(Igs, Name(waiting[2]), Specs.Stream($"bronze.t{waiting[2]}"), ("lakehouse.dev/requested-at", "now"));
        scene.Cluster.Apply(Igs, "stream-new", Specs.Stream("bronze.new"));
        scene.Look();
        scene.Look();

        Assert.Equal((New, 0, New), (Image(Of(scene, waiting[0])), Of(scene, waiting[1]).Spec!.Replicas, Image(Of(scene, waiting[2]))));
        Assert.Contains(scene.Cluster.Deployments.Values, one => one.Metadata.OwnerReferences![0].Name == "stream-new");
        Assert.NotEqual(New, Image(Of(scene, waiting[3])));
        scene.Cluster.Apply(Igs, Name(waiting[1]), Specs.Stream($"bronze.t{waiting[1]}"));
        scene.Look();
        Assert.Equal(1, Of(scene, waiting[1]).Spec!.Replicas);
    }

    [Fact]
    public void A_stream_that_was_down_before_is_rolled_at_once_and_keeps_nobody_waiting()
    {
        var scene = Running(3);
        var broken = Of(scene, 0).Metadata.Name;
        scene.Kubelet.Comes = one => one.Metadata.Name != broken;
        scene.Kubelet.Stream(scene.Take);
        Upgrade(scene);
        scene.Look();
        Assert.Equal(New, Image(Of(scene, 0)));
        Rest(scene);

        Assert.Equal(3, With(scene, New));
    }

    [Fact]
    public void The_same_settings_roll_nothing_and_the_mark_stays()
    {
        var scene = Running(4);
        Upgrade(scene);
        Rest(scene);
        var before = scene.Cluster.Deployments.Values.Select(one => (one.Metadata.Generation, one.Metadata.Annotations!["lakehouse.dev/template-hash"])).ToList();
        scene.Restart();
        Rest(scene);

        Assert.Equal(before, scene.Cluster.Deployments.Values.Select(one => (one.Metadata.Generation, one.Metadata.Annotations!["lakehouse.dev/template-hash"])));
    }

    [Fact]
    public void Who_edits_a_Deployment_that_waits_for_its_turn_does_not_bring_it_forward_and_a_deleted_one_is_made_at_once()
    {
        var scene = Running(4);
        scene.Kubelet.Comes = one => Image(one) != New;
        Upgrade(scene);
        Rest(scene);
        var waiting = Enumerable.Range(0, 4).Where(i => Image(Of(scene, i)) != New).ToList();
        var edited = Of(scene, waiting[0]);
        scene.Cluster.Deployments[edited.Metadata.Name!] = edited with { Metadata = edited.Metadata with { Generation = edited.Metadata.Generation + 1 } };
        scene.Cluster.Deployments.Remove(Of(scene, waiting[1]).Metadata.Name!);
        scene.Cluster.Collect();
        scene.Kubelet.Stream(scene.Take);
        Rest(scene);

        Assert.NotEqual(New, Image(Of(scene, waiting[0])));
        Assert.Equal(New, Image(Of(scene, waiting[1])));
    }
}
