namespace LakehouseOperator.Pipelines.Documents;

/// <summary>JSON merge patch (RFC 7396) on nodes: every node of the result keeps the place in which the winning document wrote it.</summary>
public static class MergePatch
{
    /// <summary>The target with the patch over it.</summary>
    public static Node Apply(Node? target, Node patch)
    {
        if (patch is not MappingNode changes)
            return patch;
        var current = target as MappingNode;
        var members = new List<Member>(current?.Members ?? []);
        var positions = members.Select((member, position) => (member.Key, position)).ToDictionary(p => p.Key, p => p.position, StringComparer.Ordinal);
        var removed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in changes.Members)
        {
            var known = positions.TryGetValue(change.Key, out var position);
            if (change.Value is ScalarNode { Kind: ScalarKind.Null })
            {
                removed.Add(change.Key);
            }
            else if (known)
            {
                members[position] = change with { Value = Apply(members[position].Value, change.Value) };
            }
            else
            {
                members.Add(change with { Value = Apply(null, change.Value) });
            }
        }

        members.RemoveAll(member => removed.Contains(member.Key));
        return new MappingNode(current is null ? changes.Origin : current.Origin, members);
    }
}
