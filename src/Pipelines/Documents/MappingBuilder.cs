using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>
/// An object while its members come in. Keys become strings as sigs.k8s.io/yaml makes them; a key that comes twice is refused. Merge keys are
/// applied where they stand, as go-yaml v2 does: they override members above them, and later members override them.
/// </summary>
internal sealed class MappingBuilder(Origin origin, List<Diagnostic> diagnostics)
{
    private readonly List<Member> members = [];
    private readonly Dictionary<string, int> positions = new(StringComparer.Ordinal);
    private readonly HashSet<string> merged = new(StringComparer.Ordinal);

    public void Add(Origin at, Node key, Node value)
    {
        if (!TryName(key, out var name, out var complaint))
        {
            Report(DocumentCodes.NotJson, DiagnosticSeverity.Error, at, complaint, "quote the key");
            return;
        }

        var member = new Member(name, ((ScalarNode)key).Raw, at, value);
        if (!positions.TryGetValue(name, out var position))
        {
            Append(member);
        }
        else if (merged.Remove(name))
        {
            members[position] = member;
        }
        else
        {
            var first = members[position];
            var spelled = first.RawKey == member.RawKey ? "" : $" (YAML 1.1 reads both {first.RawKey} and {member.RawKey} as {name})";
            Report(DocumentCodes.DuplicateKey, DiagnosticSeverity.Error, at, $"the key \"{member.RawKey}\" is here twice{spelled}; the first is in line {first.Origin.Line}", "remove one of them");
        }
    }

    public void Merge(Origin at, Node value)
    {
        // In a list of mappings the earlier one wins.
        IEnumerable<Node> sources = value is SequenceNode list ? list.Items.Reverse() : [value];
        foreach (var source in sources)
        {
            if (source is not MappingNode mapping)
            {
                Report(DocumentCodes.Syntax, DiagnosticSeverity.Error, at, "a merge key takes an object or a list of objects", null);
                return;
            }

            foreach (var member in mapping.Members)
                MergeMember(at, member);
        }
    }

    public MappingNode Build() => new(origin, members);

    private void MergeMember(Origin at, Member member)
    {
        if (!positions.TryGetValue(member.Key, out var position))
        {
            Append(member);
            merged.Add(member.Key);
            return;
        }

        if (!merged.Contains(member.Key))
        {
            Report(
                DocumentCodes.MergeOverrides, DiagnosticSeverity.Warning, at, $"this merge key overrides \"{member.Key}\" above it, because kubectl reads it so", "put << first");
        }

        members[position] = member;
    }

    private void Append(Member member)
    {
        positions.Add(member.Key, members.Count);
        members.Add(member);
    }

    private static bool TryName(Node key, out string name, out string complaint)
    {
        name = "";
        complaint = "";
        switch (key)
        {
            case ScalarNode { Kind: ScalarKind.Null }:
                complaint = "nothing is no key";
                return false;
            case ScalarNode { Kind: ScalarKind.Float } scalar:
                complaint = $"the number {scalar.Raw} is no key";
                return false;
            case ScalarNode { Kind: ScalarKind.Integer } scalar when !scalar.TryGetInt64(out _):
                complaint = $"the number {scalar.Raw} is no key";
                return false;
            case ScalarNode scalar:
                name = scalar.Text;
                return true;
            default:
                complaint = $"{key.Described} is no key";
                return false;
        }
    }

    private void Report(ErrorCode code, DiagnosticSeverity severity, Origin at, string message, string? help) =>
        diagnostics.Add(new Diagnostic(code, severity, message, Place: at.Place, Help: help));
}
