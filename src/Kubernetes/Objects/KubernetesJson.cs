using System.Text.Json.Serialization;

namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>
/// How the API's JSON is read and written: camelCase, absent for null, unknown members passed over. Properties have <c>init</c> accessors, whose initialisers are lost under
/// source-generated JSON: what must not be null says so in the accessor.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = MaxDepth,
    Converters = [typeof(TimeConverter), typeof(IntOrStringConverter)])]
[JsonSerializable(typeof(CustomResource))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(NetworkPolicy))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(TokenReview))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(Namespace))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(CustomResourceDefinition))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ServerVersion))]
public sealed partial class KubernetesJson : JsonSerializerContext
{
    /// <summary>How deep JSON of the API may nest; schemas of definitions go past the default of 64.</summary>
    public const int MaxDepth = 512;
}

/// <summary>As <see cref="KubernetesJson"/>, for what never leaves this library.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = KubernetesJson.MaxDepth,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(PartialObject))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(DeleteOptionsBody))]
internal sealed partial class WireJson : JsonSerializerContext;
