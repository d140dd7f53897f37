using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Folders in a cluster: below the mount of the Lakehouse's volume, or nowhere.</summary>
public sealed class LocationTests
{
    private const string OnVolume = "{'storage':{'volume':{'persistentVolumeClaim':{'claimName':'lake'}}}}";

    private readonly Scene scene = new();

    private static string Files(string location) =>
        $"{{'lakehouseRef':{{'name':'main'}},'source':{{'files':{{'location':'{location}','format':{{'csv':{{}}}}}}}},'tables':[{{'name':'bronze.drops','columns':[{{'name':'a','type':'VARCHAR'}}]}}]}}";

    private static string Layer(string lakehouse, string location, string layer = "gold") => lakehouse[..^1] + $",'layers':{{'{layer}':{{'location':'{location}'}}}}}}";

    private void IsRefused(ResourceKind kind, string name, string code, string field)
    {
        var ready = scene.Condition(kind, name);
        Assert.Equal((ConditionStatus.False, "Invalid"), (ready.Status, ready.Reason));
        Assert.Equal(ConditionStatus.True, scene.Condition(kind, name, ConditionTypes.Stalled).Status);
        Assert.StartsWith($"{code}: {field}: ", ready.Message, StringComparison.Ordinal);
        Assert.Contains("; ", ready.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///lake/drops")]
    [InlineData("file:///lake/drops/")]
    [InlineData("file:///lake/a b/ü.d")]
    public void A_folder_of_the_volume_is_read(string location)
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", OnVolume);
        scene.Cluster.Apply(ResourceKind.Ingestion, "drops", Files(location));
        scene.Settle();

        Assert.Equal("True/Streaming", scene.Ready(ResourceKind.Ingestion, "drops"));
        Assert.Contains(scene.Cluster.Deployments.Values.Single().Spec!.Template!.Spec!.Containers![0].VolumeMounts!, mount => mount is { Name: "lake", MountPath: "/lake" });
    }

    [Theory]
    [InlineData("file:///etc/lakehouse/secrets")]
    [InlineData("file:///lake")]
    [InlineData("file:///lake/")]
    [InlineData("file:///lake/../etc")]
    [InlineData("file:///lake/a/./b")]
    [InlineData("file:///lake//etc")]
    [InlineData("file:///lake/a//")]
    [InlineData("file:///lake/%2e%2e/etc")]
    [InlineData("file:///lake/a?x")]
    [InlineData("file:///lake/a#x")]
    [InlineData("file:///lake/..\\\\etc")]
    [InlineData("file:///lakes/a")]
    [InlineData("file:////lake/a")]
    [InlineData("/lake/a")]
    [InlineData("lake/a")]
    [InlineData("../a")]
    public void Any_other_place_is_refused_with_field_and_fix(string location)
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", OnVolume);
        scene.Cluster.Apply(ResourceKind.Ingestion, "drops", Files(location));
        scene.Settle();

        IsRefused(ResourceKind.Ingestion, "drops", "LH8014", "spec.source.files.location");
        Assert.Empty(scene.Cluster.Deployments);
    }

    /// <summary>Refused anywhere, on a laptop too.</summary>
    [Theory]
    [InlineData("FILE:///lake/a")]
    [InlineData("File:///lake/a")]
    [InlineData("file://host/lake/a")]
    [InlineData("file://localhost/lake/a")]
    [InlineData("http://drops/lake/a")]
    public void What_is_no_folder_of_a_machine_is_none_of_a_volume(string location)
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", OnVolume);
        scene.Cluster.Apply(ResourceKind.Ingestion, "drops", Files(location));
        scene.Settle();

        Assert.Equal("False/Invalid", scene.Ready(ResourceKind.Ingestion, "drops"));
        Assert.Contains("spec.source.files.location", scene.Condition(ResourceKind.Ingestion, "drops").Message, StringComparison.Ordinal);
        Assert.Empty(scene.Cluster.Deployments);
    }

    [Fact]
    public void Without_a_volume_there_is_no_folder_to_read()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(ResourceKind.Ingestion, "drops", Files("file:///lake/drops"));
        scene.Settle();

        IsRefused(ResourceKind.Ingestion, "drops", "LH8001", "spec.source.files.location");
        Assert.Contains("Lakehouse/main declares none", scene.Condition(ResourceKind.Ingestion, "drops").Message, StringComparison.Ordinal);
        Assert.Equal("True/Ready", scene.Ready(ResourceKind.Lakehouse, "main"));
    }

    [Theory]
    [InlineData("file:///lake/marts", "gold")]
    [InlineData("file:///lake/raw", "raw")]
    public void A_layer_may_have_a_folder_of_its_own_on_the_volume(string location, string layer)
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Layer(OnVolume, location, layer));
        scene.Settle();
        Assert.Equal("True/Ready", scene.Ready(ResourceKind.Lakehouse, "main"));
    }

    [Theory]
    [InlineData("file:///etc/gold", "LH8014")]
    [InlineData("file:///lake", "LH8014")]
    [InlineData("file:///lake/a#b", "LH8014")]
    [InlineData("file:///lake/bronze", "LH1")]
    [InlineData("file:///lake/silver/sub", "LH1")]
    [InlineData("file:///lake/../gold", "LH1")]
    [InlineData("FILE:///lake/gold", "LH1")]
    public void A_layer_that_lies_elsewhere_or_in_another_one_is_refused(string location, string code)
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Layer(OnVolume, location));
        scene.Settle();

        var message = scene.Condition(ResourceKind.Lakehouse, "main").Message;
        Assert.StartsWith(code, message, StringComparison.Ordinal);
        Assert.Contains(": spec.layers.gold.location: ", message, StringComparison.Ordinal);
        Assert.Equal("False/Invalid", scene.Ready(ResourceKind.Lakehouse, "main"));
        Assert.Equal(ConditionStatus.True, scene.Condition(ResourceKind.Lakehouse, "main", ConditionTypes.Stalled).Status);
        Assert.Empty(scene.Cluster.Jobs);
    }

    [Fact]
    public void A_layer_on_a_volume_that_is_not_declared_is_refused()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Layer(Specs.Lakehouse, "file:///lake/gold"));
        scene.Settle();
        IsRefused(ResourceKind.Lakehouse, "main", "LH8001", "spec.layers.gold.location");
    }

    [Fact]
    public void A_Lakehouse_without_storage_is_refused()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", "{}");
        scene.Settle();
        IsRefused(ResourceKind.Lakehouse, "main", "LH8001", "spec.storage");
    }

    [Fact]
    public void An_edit_that_leads_elsewhere_leaves_the_stream_that_reads()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", OnVolume);
        scene.Cluster.Apply(ResourceKind.Ingestion, "drops", Files("file:///lake/drops"));
        scene.Settle();
        var reads = scene.Cluster.Deployments.Single().Value.Spec;
        scene.Cluster.Apply(ResourceKind.Ingestion, "drops", Files("file:///etc"));
        scene.Settle();

        IsRefused(ResourceKind.Ingestion, "drops", "LH8014", "spec.source.files.location");
        Assert.Same(reads, scene.Cluster.Deployments.Single().Value.Spec);
    }
}
