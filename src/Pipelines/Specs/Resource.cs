namespace LakehouseOperator.Pipelines.Specs;

/// <summary>What we read of <c>metadata</c>; everything else there is the cluster's.</summary>
public sealed record Metadata(
    string Name,
    string? Namespace = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    [property: LengthBounds(0, 262_144)] IReadOnlyDictionary<string, string>? Annotations = null);

/// <summary>One of the four kinds, strictly parsed. Defaults that are constants are in the records; the others are applied where they are used.</summary>
public abstract record Resource(Metadata Metadata)
{
    public abstract ResourceKind Kind { get; }

    public ResourceId Id => new(Kind, Metadata.Name, Metadata.Namespace ?? "default");
}

public sealed record LakehouseResource(Metadata Metadata, LakehouseSpec Spec) : Resource(Metadata)
{
    public override ResourceKind Kind => ResourceKind.Lakehouse;
}

public sealed record IngestionResource(Metadata Metadata, IngestionSpec Spec) : Resource(Metadata)
{
    public override ResourceKind Kind => ResourceKind.Ingestion;
}

public sealed record TransformationResource(Metadata Metadata, TransformationSpec Spec) : Resource(Metadata)
{
    public override ResourceKind Kind => ResourceKind.Transformation;
}

public sealed record QualityCheckResource(Metadata Metadata, QualityCheckSpec Spec) : Resource(Metadata)
{
    public override ResourceKind Kind => ResourceKind.QualityCheck;
}
