using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>One document as one of the four kinds.</summary>
internal static class ResourceReader
{
    private static readonly string[] TopLevel = ["apiVersion", "kind", "metadata", "spec", "status"];

    /// <summary>Members of <c>metadata</c> that are the cluster's; a document that was read from it has them.</summary>
    private static readonly HashSet<string> ClusterMetadata =
    [
        "annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generateName", "generation", "labels",
        "managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid",
    ];

    /// <summary>The resource, or null after reporting everything that is wrong with it.</summary>
    public static Resource? Read(Document document, List<Diagnostic> diagnostics)
    {
        var reader = new SpecReader(document.Id, diagnostics);
        var root = document.Root;
        var before = diagnostics.Count;
        JudgeTopLevel(document, diagnostics);
        var metadata = reader.Read(root["metadata"], root, "metadata", SpecJson.Default.Metadata, ClusterMetadata);
        JudgeName(document, diagnostics);

        // The spec is read beside bad metadata too, so that one look shows every error.
        var any = metadata ?? new Metadata(document.Id.Name);
        Resource? resource = document.Id.Kind switch
        {
            ResourceKind.Lakehouse => Spec(SpecJson.Default.LakehouseSpec) is { } spec ? new LakehouseResource(any, spec) : null,
            ResourceKind.Ingestion => Spec(SpecJson.Default.IngestionSpec) is { } spec ? new IngestionResource(any, spec) : null,
            ResourceKind.Transformation => Spec(SpecJson.Default.TransformationSpec) is { } spec ? new TransformationResource(any, spec) : null,
            ResourceKind.QualityCheck => Spec(SpecJson.Default.QualityCheckSpec) is { } spec ? new QualityCheckResource(any, spec) : null,
            _ => null,
        };
        return document.Flawed || diagnostics.Skip(before).Any(d => d.Severity == DiagnosticSeverity.Error) ? null : resource;

        T? Spec<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> contract)
            where T : class => reader.Read(root["spec"], root, "spec", contract);
    }

    private static void JudgeTopLevel(Document document, List<Diagnostic> diagnostics)
    {
        foreach (var member in document.Root.Members.Where(m => !TopLevel.Contains(m.Key, StringComparer.Ordinal)))
        {
            diagnostics.Add(new Diagnostic(
                DocumentCodes.UnknownField, DiagnosticSeverity.Error, $"unknown field \"{member.RawKey}\"", document.Id, FieldPath.Member("", member.RawKey), member.Origin.Place,
                Spelling.Suggest(member.RawKey, TopLevel.Where(n => document.Root[n] is null), "allowed")));
        }
    }

    private static void JudgeName(Document document, List<Diagnostic> diagnostics)
    {
        Judge("metadata.name", document.Id.Name, KubernetesNames.IsSubdomain(document.Id.Name), $"a name has at most {KubernetesNames.SubdomainLength} lower-case letters, digits, - and ., and begins and ends with a letter or digit");
        Judge("metadata.namespace", document.Id.Namespace, KubernetesNames.IsLabel(document.Id.Namespace), $"a namespace has at most {KubernetesNames.LabelLength} lower-case letters, digits and -, and begins and ends with a letter or digit");

        void Judge(string field, string name, bool valid, string help)
        {
            if (!valid)
                diagnostics.Add(new Diagnostic(DocumentCodes.InvalidName, DiagnosticSeverity.Error, $"\"{(name.Length > 80 ? name[..80] + "…" : name)}\" is no name for Kubernetes", document.Id, field, document.PlaceOf(field), help));
        }
    }
}

/// <summary>RFC 1123 names as Kubernetes takes them.</summary>
public static class KubernetesNames
{
    public const int LabelLength = 63;
    public const int SubdomainLength = 253;

    public static bool IsLabel(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > LabelLength || name[0] == '-' || name[^1] == '-')
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        return true;
    }

    /// <summary>Labels joined by dots; the whole is bounded, its labels are not.</summary>
    public static bool IsSubdomain(string name)
    {
        if (name.Length is 0 or > SubdomainLength)
            return false;
        foreach (var part in name.Split('.'))
        {
            if (part.Length == 0 || part[0] == '-' || part[^1] == '-' || part.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
                return false;
        }

        return true;
    }
}
