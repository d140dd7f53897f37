namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>A value of the YAML that kubeconfigs are written in.</summary>
internal abstract record YamlNode
{
    public sealed record Scalar(string? Value) : YamlNode;

    public sealed record Sequence(IReadOnlyList<YamlNode> Items) : YamlNode;

    public sealed record Mapping(IReadOnlyDictionary<string, YamlNode> Members) : YamlNode;

    /// <summary>The value of a member; null where it is absent, null or no scalar.</summary>
    public string? Text(string name) => (Member(name) as Scalar)?.Value;

    public YamlNode? Member(string name) => this is Mapping mapping ? mapping.Members.GetValueOrDefault(name) : null;

    /// <summary>The items of a member that is a sequence.</summary>
    public IReadOnlyList<YamlNode> List(string name) => Member(name) is Sequence sequence ? sequence.Items : [];
}
