using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Tests.Objects;

public sealed class PodDemandsTests
{
    private const string Shared =
        "{'storage':{'s3':{'bucket':'lake'}},'runner':{'resources':{'limits':{'memory':'4Gi','cpu':'2'},'requests':{'memory':'1Gi','cpu':'500m'}},'nodeSelector':{'disk':'ssd'},"
        + "'tolerations':[{'key':'lake','operator':'Exists'}],'affinity':{'nodeAffinity':{}},'topologySpreadConstraints':[{'maxSkew':1}],'priorityClassName':'high',"
        + "'podMetadata':{'labels':{'team':'data'},'annotations':{'note':'x'}},'imagePullSecrets':[{'name':'pull'}],'serviceAccountName':'lake-runner'}}";

    [Fact]
    public void What_a_Lakehouse_says_holds_where_the_resource_says_nothing()
    {
        var demands = Plans.Demands(Shared);

        Assert.Equal((1L << 30, "2", "500m"), (demands.MemoryRequest!.Value, demands.CpuLimit, demands.CpuRequest));
        Assert.Equal("ssd", demands.NodeSelector!["disk"]);
        Assert.Equal("lake", Assert.Single(demands.Tolerations!).Key);
        Assert.Equal("{\"nodeAffinity\":{}}", demands.Affinity!.ToString());
        Assert.Equal("[{\"maxSkew\":1}]", demands.TopologySpreadConstraints!.ToString());
        Assert.Equal(("high", "lake-runner", "pull"), (demands.PriorityClassName, demands.ServiceAccountName, Assert.Single(demands.ImagePullSecrets!).Name));
    }

    [Fact]
    public void A_field_of_the_resources_own_replaces_the_Lakehouses_whole()
    {
        var own = new RunnerSpec(NodeSelector: new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "a" }, Tolerations: [], PriorityClassName: "low", Resources: new ResourcesSpec());
        var demands = Plans.Demands(Shared, own);

        Assert.Equal(["zone"], demands.NodeSelector!.Keys);
        Assert.Empty(demands.Tolerations!);
        Assert.Equal("low", demands.PriorityClassName);
        Assert.Null(demands.CpuLimit);
        Assert.Equal("lake-runner", demands.ServiceAccountName);
    }

    [Fact]
    public void Where_no_memory_is_declared_little_is_set_aside()
    {
        Assert.Equal(512L << 20, Plans.Demands().MemoryRequest);
        Assert.Null(Plans.Demands("{'storage':{'s3':{'bucket':'lake'}},'runner':{'resources':{'limits':{'memory':'4Gi'}}}}").MemoryRequest);
    }
}
