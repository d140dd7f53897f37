namespace LakehouseOperator.Manifests.Rbac;

/// <summary>Verbs on resources of one API group.</summary>
/// <param name="Reason">What the operator does with them; written beside the rule.</param>
internal sealed record RbacRule(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs, string Reason)
{
    /// <summary>Only objects of these names; empty: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}

/// <summary>
/// All that the operator may do, once: <c>config/rbac</c> and the chart are made from it. No verb on secrets, no wildcard; what is not used is not here.
/// </summary>
internal static class OperatorRules
{
    private static readonly string[] Kinds = ["lakehouses", "ingestions", "transformations", "qualitychecks"];

    /// <summary>In every watched namespace.</summary>
    public static IReadOnlyList<RbacRule> Namespaced { get; } =
    [
        new("lakehouse.dev", Kinds, ["list", "watch"], "what is declared"),
        new("lakehouse.dev", ["ingestions", "transformations"], ["patch"], "finalizers, of those that own tables"),
        new("lakehouse.dev", [.. Kinds.Select(kind => kind + "/status")], ["patch"], "what is told"),
        new("batch", ["jobs"], ["get", "list", "watch", "create", "delete"], "runs"),
        new("apps", ["deployments"], ["get", "list", "watch", "create", "patch", "delete"], "streams"),
        new("networking.k8s.io", ["networkpolicies"], ["get", "list", "watch", "create", "patch"], "what pods may reach; they go with their Lakehouse"),
        new("", ["configmaps"], ["get", "list", "watch", "create", "delete"], "plans of runs"),
        new("", ["pods"], ["get", "list", "watch"], "how runs end"),
        new("", ["events"], ["create"], "what people are told"),
    ];

    /// <summary>For the whole cluster, whatever is watched.</summary>
    public static IReadOnlyList<RbacRule> ClusterWide { get; } =
    [
        new("authentication.k8s.io", ["tokenreviews"], ["create"], "who posts a report"),
    ];

    /// <summary>In the operator's own namespace.</summary>
    /// <param name="lease">Its name, or the template of it.</param>
    public static IReadOnlyList<RbacRule> LeaderElection(string lease) =>
    [
        new("coordination.k8s.io", ["leases"], ["get", "update"], "one of several operators acts") { Names = [lease] },
        new("coordination.k8s.io", ["leases"], ["create"], "what is not there yet cannot be granted by name"),
    ];

    /// <summary>Added to the cluster's roles for people. Secrets of the namespace can be used through these kinds, so that reading alone is for viewers.</summary>
    public static IReadOnlyList<RbacRule> Edit { get; } =
    [
        new("lakehouse.dev", Kinds, ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"], "admin and edit"),
    ];

    public static IReadOnlyList<RbacRule> View { get; } =
    [
        new("lakehouse.dev", Kinds, ["get", "list", "watch"], "view"),
        new("lakehouse.dev", [.. Kinds.Select(kind => kind + "/status")], ["get"], "view"),
    ];
}
