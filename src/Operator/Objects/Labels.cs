namespace LakehouseOperator.Operator.Objects;

/// <summary>Labels and annotations of what the operator creates, in one place; selectors of Deployments and policies are made of these and never change.</summary>
internal static class Labels
{
    public const string Manager = "lakehouse-operator";

    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Name = "app.kubernetes.io/name";
    public const string PartOf = "app.kubernetes.io/part-of";
    public const string Component = "app.kubernetes.io/component";

    public const string Kind = "lakehouse.dev/kind";

    /// <summary>Of the resource's name, which may be longer than a label.</summary>
    public const string NameHash = "lakehouse.dev/name-hash";

    /// <summary>Hash of the Lakehouse's name; what its NetworkPolicy selects by.</summary>
    public const string Lakehouse = "lakehouse.dev/lakehouse";

    public const string RunId = "lakehouse.dev/run-id";

    public const string Attempt = "lakehouse.dev/attempt";
    public const string Disruptions = "lakehouse.dev/disruptions";
    public const string TriggerKind = "lakehouse.dev/trigger-kind";
    public const string TriggerKey = "lakehouse.dev/trigger-key";
    public const string Generation = "lakehouse.dev/generation";
    public const string Request = "lakehouse.dev/requested-at";
    public const string ScheduledFor = "lakehouse.dev/scheduled-for";
    /// <summary>Hash of what an operator's and a Lakehouse's settings were when it was made.</summary>
    public const string MadeWith = "lakehouse.dev/made-with";

    public const string PlanHash = "lakehouse.dev/plan-hash";

    /// <summary>Of what people say that a Deployment is made from.</summary>
    public const string SourceHash = "lakehouse.dev/source-hash";

    /// <summary>Of the Pod template that was applied.</summary>
    public const string TemplateHash = "lakehouse.dev/template-hash";

    /// <summary>What the operator lists and watches of Jobs, Pods, Deployments and ConfigMaps.</summary>
    public const string Selector = ManagedBy + "=" + Manager;
}
