namespace LakehouseOperator.Kubernetes.Objects;

/// <summary>metav1.ObjectMeta, without what nobody here reads (managedFields above all, so that an object read can be applied).</summary>
public sealed record ObjectMeta
{
    public static readonly ObjectMeta Empty = new();

    public string? Name { get; init; }

    public string? GenerateName { get; init; }

    public string? Namespace { get; init; }

    public string? Uid { get; init; }

    /// <summary>Opaque to the API's contract; grows with every write of any object of the type.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts changes of the spec; absent for kinds that have none.</summary>
    public long? Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set once somebody asked for the deletion; the object goes when its last finalizer does.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public long? DeletionGracePeriodSeconds { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyList<string>? Finalizers { get; init; }

    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }
}

/// <summary>metav1.OwnerReference. The garbage collector deletes an object when all of its owners are gone; owners live in the same namespace, or in none.</summary>
public sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid, bool? Controller = null, bool? BlockOwnerDeletion = null);
