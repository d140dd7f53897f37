using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>Where objects of a kind are found in the API.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Plural">As in the path, in lower case.</param>
/// <param name="Namespaced">Whether objects live in a namespace.</param>
public abstract record ResourceType(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary><c>v1</c>, <c>batch/v1</c>.</summary>
    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of all objects of the type, in one namespace where one is given.</summary>
    public string CollectionPath(string? ns)
    {
        var root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        return Namespaced && ns is not null ? $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}" : $"{root}/{Plural}";
    }

    /// <exception cref="ArgumentException">A namespace is missing or too many, or the name is empty: the path would be another resource's.</exception>
    public string ObjectPath(ObjectKey key, string? subresource = null)
    {
        if (string.IsNullOrEmpty(key.Name))
            throw new ArgumentException($"an object of {Plural} is addressed without a name", nameof(key));
        var path = $"{CreatePath(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <exception cref="ArgumentException">A namespace is missing or too many.</exception>
    public string CreatePath(string? ns)
    {
        if (Namespaced == string.IsNullOrEmpty(ns))
            throw new ArgumentException(Namespaced ? $"{Plural} live in a namespace, and none is given" : $"{Plural} live in no namespace, and '{ns}' is given", nameof(ns));
        return CollectionPath(ns);
    }

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>As <see cref="ResourceType"/>, with what its objects look like.</summary>
/// <param name="Json">Source-generated.</param>
public sealed record ResourceType<T>(string Group, string Version, string Kind, string Plural, bool Namespaced, JsonTypeInfo<T> Json)
    : ResourceType(Group, Version, Kind, Plural, Namespaced)
    where T : class, IKubernetesObject
{
    public override string ToString() => base.ToString();
}
