using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>Sorts roots into our resources, secrets and what is ignored, and merges what comes again.</summary>
internal sealed class DocumentIntake(List<Diagnostic> diagnostics)
{
    private readonly List<(string ApiVersion, string Kind, string Namespace, string Name)> order = [];
    private readonly Dictionary<(string ApiVersion, string Kind, string Namespace, string Name), (MappingNode Root, bool Flawed)> roots = [];

    /// <param name="flawed">Its text has errors.</param>
    public void Take(Node root, bool flawed)
    {
        if (root is not MappingNode mapping)
        {
            Error(DocumentCodes.NotAResource, root, null, $"expected a Kubernetes object, found {root.Described}", null);
            return;
        }

        var apiVersion = Text(mapping, "apiVersion");
        var kind = Text(mapping, "kind");
        if (apiVersion is null || kind is null)
        {
            if (Complain(mapping, "apiVersion", apiVersion) | Complain(mapping, "kind", kind))
                return;
        }
        else if (IsList(apiVersion, kind))
        {
            TakeItems(mapping, flawed);
        }
        else if (Judge(mapping, apiVersion, kind))
        {
            TakeNamed(mapping, apiVersion, kind, flawed);
        }
    }

    public DocumentSet Finish()
    {
        var documents = new List<Document>();
        var secrets = new SecretSet();
        foreach (var key in order)
        {
            if (key.ApiVersion == Document.ApiVersion)
                documents.Add(new Document(new ResourceId(Enum.Parse<ResourceKind>(key.Kind), key.Name, key.Namespace), roots[key].Root, roots[key].Flawed));
            else
                secrets.Add(key.Namespace, key.Name, roots[key].Root, diagnostics);
        }

        return new DocumentSet(documents, secrets, diagnostics);
    }

    private void TakeItems(MappingNode list, bool flawed)
    {
        if (list["items"] is not SequenceNode items)
        {
            Error(DocumentCodes.MissingField, list, "items", "a List needs items", null);
            return;
        }

        foreach (var item in items.Items)
            Take(item, flawed);
    }

    private static bool IsList(string apiVersion, string kind) =>
        (apiVersion == "v1" && kind == "List")
        || (apiVersion == Document.ApiVersion && kind.EndsWith("List", StringComparison.Ordinal) && Enum.GetNames<ResourceKind>().Contains(kind[..^4], StringComparer.Ordinal));

    /// <summary>Whether the document is ours or a Secret; notes or errors where it is not.</summary>
    private bool Judge(MappingNode root, string apiVersion, string kind)
    {
        if (apiVersion == "v1" && kind == "Secret")
            return true;
        var group = apiVersion.Split('/')[0];
        var kinds = Enum.GetNames<ResourceKind>();
        if (!string.Equals(group, Document.Group, StringComparison.Ordinal))
        {
            // lakehouse.de/v1alpha1 with one of our kinds is a slip, a kind of its own in another group is not.
            if (kinds.Contains(kind, StringComparer.Ordinal) && Spelling.Distance(group, Document.Group) <= 2)
                Error(DocumentCodes.UnsupportedVersion, root["apiVersion"]!, "apiVersion", $"there is no apiVersion \"{apiVersion}\"", $"did you mean \"{Document.ApiVersion}\"?");
            else
                diagnostics.Add(new Diagnostic(DocumentCodes.Ignored, DiagnosticSeverity.Note, $"{kind} of {apiVersion} is ignored", Place: root.Origin.Place));
            return false;
        }

        if (apiVersion != Document.ApiVersion)
        {
            Error(DocumentCodes.UnsupportedVersion, root["apiVersion"]!, "apiVersion", $"apiVersion \"{apiVersion}\" is not supported", $"use {Document.ApiVersion}");
            return false;
        }

        if (kinds.Contains(kind, StringComparer.Ordinal))
            return true;
        Error(DocumentCodes.UnknownKind, root["kind"]!, "kind", $"{Document.Group} has no kind \"{kind}\"", Spelling.Suggest(kind, kinds, "kinds"));
        return false;
    }

    private void TakeNamed(MappingNode root, string apiVersion, string kind, bool flawed)
    {
        var metadata = root["metadata"] as MappingNode;
        var name = metadata is null ? null : Text(metadata, "name");
        if (name is null)
        {
            var near = metadata?["name"] ?? metadata ?? root["metadata"] ?? root;
            var typo = metadata?.Members.Select(m => m.Key).FirstOrDefault(k => Spelling.Distance(k, "name") <= 2 && k is not ("name" or "namespace"));
            Error(
                DocumentCodes.NotAResource, near, "metadata.name",
                metadata?["name"] is ScalarNode scalar ? $"expected a string, found {scalar.Described} {scalar.Raw}" : $"this {kind} has no metadata.name",
                metadata?["name"] is ScalarNode ? "put it in quotes" : typo is null ? "name it: metadata: {name: …}" : $"\"{typo}\" should be \"name\"");
            return;
        }

        var key = (apiVersion, kind, Text(metadata!, "namespace") ?? "default", name);
        if (!roots.TryGetValue(key, out var earlier))
        {
            order.Add(key);
            roots.Add(key, (root, flawed));
            return;
        }

        if (earlier.Root.Origin.Source == root.Origin.Source)
        {
            diagnostics.Add(new Diagnostic(
                DocumentCodes.ComesAgain, DiagnosticSeverity.Warning, $"{kind}/{name} comes again in this file and is merged over line {earlier.Root.Origin.Line}", Place: root.Origin.Place,
                Help: "give it another name, or keep one of them"));
        }

        roots[key] = ((MappingNode)MergePatch.Apply(earlier.Root, root), earlier.Flawed || flawed);
    }

    private bool Complain(MappingNode root, string field, string? found)
    {
        if (found is not null)
            return false;
        var node = root[field];
        var typo = root.Members.Select(m => m.Key).FirstOrDefault(k => Spelling.Distance(k, field) <= 2);
        if (node is null)
            Error(DocumentCodes.NotAResource, root, field, $"this document has no {field}", typo is null ? $"ours begin with apiVersion: {Document.ApiVersion}" : $"\"{typo}\" should be \"{field}\"");
        else
            Error(DocumentCodes.NotAResource, node, field, $"expected a string, found {node.Described}", null);
        return true;
    }

    private static string? Text(MappingNode mapping, string field) =>
        mapping[field] is ScalarNode { Kind: ScalarKind.String, Text.Length: > 0 } scalar ? scalar.Text : null;

    private void Error(ErrorCode code, Node node, string? field, string message, string? help) =>
        diagnostics.Add(new Diagnostic(code, DiagnosticSeverity.Error, message, Field: field, Place: node.Origin.Place, Help: help));
}
