using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Operator.Tests.Objects;

public sealed class LakehousePolicyTests
{
    private static readonly ResourceItem Item = Plans.Item(ResourceKind.Lakehouse, "main", Specs.Lakehouse);

    [Fact]
    public void Pods_reach_name_service_and_everything_but_link_local_and_nobody_reaches_them()
    {
        var spec = LakehousePolicy.Of(Item, Plans.Lakehouse().Spec).Spec!;

        Assert.Equal(["Ingress", "Egress"], spec.PolicyTypes);
        Assert.Equal("[]", spec.Ingress!.ToString());
        Assert.Equal(
            """[{"ports":[{"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"}]},{"to":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["169.254.0.0/16"]}},{"ipBlock":{"cidr":"::/0","except":["fe80::/10"]}}]}]""",
            spec.Egress!.ToString());
    }

    [Fact]
    public void What_the_Lakehouse_adds_comes_verbatim_and_changes_the_hash_but_not_the_name()
    {
        var more = Plans.Lakehouse("{'storage':{'s3':{'bucket':'lake'}},'networkPolicy':{'egress':[{'to':[{'ipBlock':{'cidr':'169.254.169.254/32'}}]}]}}").Spec;
        var (before, after) = (LakehousePolicy.Of(Item, Plans.Lakehouse().Spec), LakehousePolicy.Of(Item, more));

        Assert.EndsWith(",{\"to\":[{\"ipBlock\":{\"cidr\":\"169.254.169.254/32\"}}]}]", after.Spec!.Egress!.ToString(), StringComparison.Ordinal);
        Assert.Equal(before.Metadata.Name, after.Metadata.Name);
        Assert.NotEqual(before.Metadata.Annotations![Labels.PlanHash], after.Metadata.Annotations![Labels.PlanHash]);
    }

    [Fact]
    public void It_selects_the_pods_of_its_own_Lakehouse_alone()
    {
        var selector = LakehousePolicy.Of(Item, Plans.Lakehouse().Spec).Spec!.PodSelector!.MatchLabels!.ToHashSet();
        var item = Plans.Item(ResourceKind.Transformation, "silver", "{}");

        Assert.Subset(RunObjects.LabelsOf(item, "main", "run", "r").ToHashSet(), selector);
        Assert.False(selector.IsSubsetOf(RunObjects.LabelsOf(item, "other", "run", "r").ToHashSet()));
        Assert.Equal(Item.Uid, LakehousePolicy.Of(Item, Plans.Lakehouse().Spec).Metadata.OwnerReferences![0].Uid);
    }
}
