namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>The built-in types that we create or read.</summary>
public static class ResourceTypes
{
    public static ResourceType<ConfigMap> ConfigMaps { get; } = new("", "v1", "ConfigMap", "configmaps", true, KubernetesJson.Default.ConfigMap);

    public static ResourceType<Pod> Pods { get; } = new("", "v1", "Pod", "pods", true, KubernetesJson.Default.Pod);

    public static ResourceType<Job> Jobs { get; } = new("batch", "v1", "Job", "jobs", true, KubernetesJson.Default.Job);

    public static ResourceType<Deployment> Deployments { get; } = new("apps", "v1", "Deployment", "deployments", true, KubernetesJson.Default.Deployment);

    public static ResourceType<ServiceAccount> ServiceAccounts { get; } = new("", "v1", "ServiceAccount", "serviceaccounts", true, KubernetesJson.Default.ServiceAccount);

    public static ResourceType<NetworkPolicy> NetworkPolicies { get; } =
        new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true, KubernetesJson.Default.NetworkPolicy);

    public static ResourceType<Event> Events { get; } = new("", "v1", "Event", "events", true, KubernetesJson.Default.Event);

    public static ResourceType<Lease> Leases { get; } = new("coordination.k8s.io", "v1", "Lease", "leases", true, KubernetesJson.Default.Lease);

    public static ResourceType<TokenReview> TokenReviews { get; } = new("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", false, KubernetesJson.Default.TokenReview);

    public static ResourceType<Namespace> Namespaces { get; } = new("", "v1", "Namespace", "namespaces", false, KubernetesJson.Default.Namespace);

    public static ResourceType<Node> Nodes { get; } = new("", "v1", "Node", "nodes", false, KubernetesJson.Default.Node);

    public static ResourceType<PersistentVolumeClaim> PersistentVolumeClaims { get; } =
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true, KubernetesJson.Default.PersistentVolumeClaim);

    public static ResourceType<CustomResourceDefinition> CustomResourceDefinitions { get; } =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false, KubernetesJson.Default.CustomResourceDefinition);

    /// <summary>A type that a CustomResourceDefinition declares.</summary>
    public static ResourceType<CustomResource> Custom(string group, string version, string kind, string plural, bool namespaced = true) =>
        new(group, version, kind, plural, namespaced, KubernetesJson.Default.CustomResource);
}
