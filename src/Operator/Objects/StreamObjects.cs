using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Objects;

/// <summary>
/// A stream as a Deployment of one replica that is recreated and never doubled while it is rolled, and its plan, a ConfigMap named by the plan's hash: a changed plan is another
/// name, and so another template.
/// </summary>
internal static class StreamObjects
{
    /// <summary>A Pod that ends sooner than this after its start was never there: an image that crashes does not pass for one that reads.</summary>
    private const int SecondsUntilAvailable = 10;

    public static string NameOf(ResourceItem item) => ChildNames.Of(item.Id.Name, item.Uid);

    /// <summary>Of every pod that carries out this plan; they differ by their tokens.</summary>
    public static string RunIdOf(ResourceItem item, string planHash) => ChildNames.Hash(item.Uid, "stream", planHash);

    /// <param name="generation">Of what the resource says, and asks for; on the Deployment alone, so that it rolls no Pod.</param>
    public static Deployment DeploymentOf(ResourceItem item, RunPlan plan, string lakehouse, PodDemands demands, RunnerSetting setting, int replicas, string generation)
    {
        var selector = Selector(item);
        var labels = RunObjects.LabelsOf(item, lakehouse, "stream", plan.RunId);
        return new Deployment
        {
            Metadata = new ObjectMeta
            {
                Name = NameOf(item),
                Namespace = item.Id.Namespace,
                Labels = labels,
                Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Labels.Generation] = generation },
                OwnerReferences = [item.Owner],
            },
            Spec = new DeploymentSpec
            {
                Replicas = replicas,
                MinReadySeconds = SecondsUntilAvailable,
                RevisionHistoryLimit = 0,
                Strategy = new DeploymentStrategy { Type = "Recreate" },
                Selector = new LabelSelector { MatchLabels = selector },
                Template = RunObjects.Template(
                    demands, labels, RunnerPod.Of(plan, demands, setting, PlanNameOf(item, plan), endless: true),
                    new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.PlanHash] = plan.PlanHash }),
            },
        };
    }

    /// <summary>Of the template: another one makes the controller roll.</summary>
    public static string TemplateHashOf(Deployment deployment) => ChildNames.Hash(JsonSerializer.Serialize(deployment.Spec!.Template!, KubernetesJson.Default.PodTemplateSpec));

    /// <summary>With what it was made from; on the Deployment alone, so that it rolls no Pod.</summary>
    public static Deployment Marked(Deployment deployment, string source, string template) => deployment with
    {
        Metadata = deployment.Metadata with
        {
            Annotations = new SortedDictionary<string, string>(deployment.Metadata.Annotations!.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                [Labels.SourceHash] = source, [Labels.TemplateHash] = template,
            },
        },
    };

    public static ConfigMap PlanOf(ResourceItem item, RunPlan plan, string lakehouse) =>
        RunObjects.PlanMap(PlanNameOf(item, plan), item.Id.Namespace, RunObjects.LabelsOf(item, lakehouse, "stream", plan.RunId), plan, item.Owner);

    public static string PlanNameOf(ResourceItem item, RunPlan plan) => ChildNames.Of(item.Id.Name, item.Uid, plan.PlanHash);

    /// <summary>Immutable, so it holds nothing that could ever change.</summary>
    private static SortedDictionary<string, string> Selector(ResourceItem item) => new(StringComparer.Ordinal)
    {
        [Labels.ManagedBy] = Labels.Manager,
        [Labels.Kind] = item.Id.Kind.ToString(),
        [Labels.NameHash] = ChildNames.Hash(item.Id.Name),
        [Labels.Component] = "stream",
    };
}
