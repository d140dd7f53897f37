namespace LakehouseOperator.Pipelines;

/// <summary>The four kinds, in the order in which they are shown.</summary>
public enum ResourceKind
{
    Lakehouse,
    Ingestion,
    Transformation,
    QualityCheck,
}

/// <summary>Names a resource. Two kinds may share a name; one kind may not within a namespace.</summary>
public sealed record ResourceId(ResourceKind Kind, string Name, string Namespace = "default")
{
    /// <summary><c>Kind/name</c>, as kubectl would take it.</summary>
    public override string ToString() => $"{Kind}/{Name}";
}
