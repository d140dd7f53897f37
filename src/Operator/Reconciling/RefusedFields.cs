using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>From the field of a child that the API server finds invalid to the field of ours that it was made from: what pods are asked for is passed on as it was written.</summary>
internal static class RefusedFields
{
    private static readonly (string Part, string Field)[] Origins =
    [
        ("template.spec.affinity", "spec.runner.affinity"),
        ("template.spec.topologySpreadConstraints", "spec.runner.topologySpreadConstraints"),
        ("template.spec.tolerations", "spec.runner.tolerations"),
        ("template.spec.nodeSelector", "spec.runner.nodeSelector"),
        ("template.spec.priorityClassName", "spec.runner.priorityClassName"),
        ("template.spec.serviceAccountName", "spec.runner.serviceAccountName"),
        ("template.spec.imagePullSecrets", "spec.runner.imagePullSecrets"),
        (".resources", "spec.runner.resources"),
        ("template.metadata", "spec.runner.podMetadata"),
        ("template.labels", "spec.runner.podMetadata.labels"),
        ("template.annotations", "spec.runner.podMetadata.annotations"),
        ("spec.egress", "spec.networkPolicy.egress"),
        ("spec.policyTypes", "spec.networkPolicy"),
    ];

    /// <returns>Null where nothing of ours is behind it that is known.</returns>
    public static string? Of(IReadOnlyList<StatusCause> causes)
    {
        var fields = causes.Select(static cause => Origins.FirstOrDefault(origin => cause.Field?.Contains(origin.Part, StringComparison.Ordinal) == true).Field).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return fields.Count == 0 ? null : string.Join(", ", fields);
    }
}
