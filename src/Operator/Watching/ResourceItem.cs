using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Watching;

/// <summary>One of the four kinds as the API server holds it: metadata and raw spec, so that a spec which nobody can read poisons no list. Typed later, by key.</summary>
/// <param name="Annotations">Those of <c>lakehouse.dev</c>; others never reach a decision.</param>
internal sealed record ResourceItem(
    ResourceId Id,
    string Uid,
    long Generation,
    string ResourceVersion,
    DateTimeOffset Created,
    DateTimeOffset? Deleting,
    IReadOnlyList<string> Finalizers,
    IReadOnlyDictionary<string, string> Annotations,
    PackedJson Spec,
    PackedJson? Status)
{
    public const string RequestedAt = "lakehouse.dev/requested-at";
    public const string TakeOver = "lakehouse.dev/take-over";

    public const string Adopt = "lakehouse.dev/adopt";

    private const string Prefix = "lakehouse.dev/";

    private static readonly Dictionary<string, string> NoAnnotations = new(StringComparer.Ordinal);

    /// <summary>It goes into trigger keys, annotations of Jobs and the status; one too long for these is told apart from others by its hash.</summary>
    public string? Request => Annotations.GetValueOrDefault(RequestedAt) is { } request
        ? request.Length <= LongestRequest ? request : $"{StatusBounds.Cut(request, LongestRequest / 2)}-{ChildNames.Hash(request)}"
        : null;

    private const int LongestRequest = 256;

    /// <summary>Annotations that order something, as part of what the resource says.</summary>
    public IReadOnlyDictionary<string, string> Orders =>
        Annotations.Where(static annotation => annotation.Key is Adopt or TakeOver).ToDictionary(StringComparer.Ordinal);

    /// <summary>Changes with everything that a run is made from: the spec's generation, and what annotations order, which do not count as one.</summary>
    public string Effective =>
        $"{Generation}{(Annotations.GetValueOrDefault(Adopt) == "true" ? "+adopt" : "")}{(Annotations.GetValueOrDefault(TakeOver) == "true" ? "+take-over" : "")}";

    /// <summary><c>spec.suspend</c>, also where the rest of the spec cannot be read.</summary>
    public bool IsSuspended
    {
        get
        {
            var reader = new Utf8JsonReader(Spec.ToUtf8());
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.ValueTextEquals("suspend"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.True;
            }

            return false;
        }
    }

    public ObjectKey Key => new(Id.Namespace, Id.Name);

    /// <summary>What it owns refers to it so.</summary>
    public OwnerReference Owner => new(Document.ApiVersion, Id.Kind.ToString(), Id.Name, Uid, Controller: true);

    /// <summary>Null where there is none, or one that is not ours to read.</summary>
    public T? ReadStatus<T>(JsonTypeInfo<T> type)
        where T : class => Status is { } status ? StatusJson.TryRead(status.ToUtf8(), type) : null;

    public static ResourceItem Of(ResourceKind kind, CustomResource resource)
    {
        var metadata = resource.Metadata;
        return new ResourceItem(
            new ResourceId(kind, metadata.Name ?? "", metadata.Namespace ?? "default"),
            metadata.Uid ?? "",
            metadata.Generation ?? 0,
            metadata.ResourceVersion ?? "",
            metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
            metadata.DeletionTimestamp,
            metadata.Finalizers ?? [],
            metadata.Annotations?.Keys.Any(static key => key.StartsWith(Prefix, StringComparison.Ordinal)) == true
                ? metadata.Annotations.Where(static annotation => annotation.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal)
                : NoAnnotations,
            PackedJson.Of((resource.Spec ?? RawJson.Empty).Utf8),
            resource.Status is { } status ? PackedJson.Of(status.Utf8) : null);
    }
}
