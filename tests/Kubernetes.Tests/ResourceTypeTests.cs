using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_path_names_group_version_namespace_and_name()
    {
        Assert.Equal("/api/v1/namespaces/shop/pods/a/log", ResourceTypes.Pods.ObjectPath(new ObjectKey("shop", "a"), "log"));
        Assert.Equal("/apis/batch/v1/jobs", ResourceTypes.Jobs.CollectionPath(null));
        Assert.Equal("/api/v1/nodes/n", ResourceTypes.Nodes.ObjectPath(new ObjectKey(null, "n")));
        Assert.Equal("/apis/lakehouse.dev/v1alpha1/namespaces/a%2Fb/ingestions/x", ResourceTypes.Custom("lakehouse.dev", "v1alpha1", "Ingestion", "ingestions").ObjectPath(new ObjectKey("a/b", "x")));
    }

    [Fact]
    public void No_path_leaves_the_namespace_or_the_name_out()
    {
        Assert.Throws<ArgumentException>(() => ResourceTypes.Pods.ObjectPath(new ObjectKey(null, "a")));
        Assert.Throws<ArgumentException>(() => ResourceTypes.Pods.ObjectPath(new ObjectKey("shop", "")));
        Assert.Throws<ArgumentException>(() => ResourceTypes.Nodes.ObjectPath(new ObjectKey("shop", "n")));
    }
}
