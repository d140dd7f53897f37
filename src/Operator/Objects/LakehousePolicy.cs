using System.Text;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Specs;
using NetworkPolicySpec = LakehouseOperator.Kubernetes.Objects.NetworkPolicySpec;

namespace LakehouseOperator.Operator.Objects;

/// <summary>
/// What pods of a Lakehouse may reach: name service, and every address that is not link-local, where clouds hand out identities; what the Lakehouse adds comes verbatim. Nobody reaches them.
/// </summary>
internal static class LakehousePolicy
{
    private const string Own =
        """{"ports":[{"port":53,"protocol":"UDP"},{"port":53,"protocol":"TCP"}]},{"to":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["169.254.0.0/16"]}},{"ipBlock":{"cidr":"::/0","except":["fe80::/10"]}}]}""";

    public static string NameOf(ResourceItem lakehouse) => ChildNames.Of(lakehouse.Id.Name, lakehouse.Uid);

    public static NetworkPolicy Of(ResourceItem lakehouse, LakehouseSpec spec)
    {
        var egress = new StringBuilder("[").Append(Own);
        foreach (var rule in spec.NetworkPolicy?.Egress ?? [])
            egress.Append(',').Append(rule.GetRawText());
        var rules = egress.Append(']').ToString();
        return new NetworkPolicy
        {
            Metadata = new ObjectMeta
            {
                Name = NameOf(lakehouse),
                Namespace = lakehouse.Id.Namespace,
                Labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    [Labels.Name] = "lakehouse-runner",
                    [Labels.PartOf] = "lakehouse",
                    [Labels.ManagedBy] = Labels.Manager,
                    [Labels.Kind] = lakehouse.Id.Kind.ToString(),
                    [Labels.NameHash] = ChildNames.Hash(lakehouse.Id.Name),
                },
                Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Labels.PlanHash] = ChildNames.Hash(rules) },
                OwnerReferences = [lakehouse.Owner],
            },
            Spec = new NetworkPolicySpec
            {
                PodSelector = new LabelSelector
                {
                    MatchLabels = new SortedDictionary<string, string>(StringComparer.Ordinal)
                    {
                        [Labels.ManagedBy] = Labels.Manager,
                        [Labels.Lakehouse] = ChildNames.Hash(lakehouse.Id.Name),
                    },
                },
                PolicyTypes = ["Ingress", "Egress"],
                Ingress = RawJson.Parse("[]"),
                Egress = RawJson.Parse(rules),
            },
        };
    }
}
