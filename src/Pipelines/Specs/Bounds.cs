namespace LakehouseOperator.Pipelines.Specs;

/// <summary>Least and greatest value of a number, both allowed. Checked by the parser, and part of the schema that Kubernetes gets.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberBoundsAttribute(double min, double max) : Attribute
{
    public double Min { get; } = min;

    public double Max { get; } = max;
}

/// <summary>Fewest and most items of a list, or entries of a map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemBoundsAttribute(int min, int max) : Attribute
{
    public int Min { get; } = min;

    public int Max { get; } = max;
}

/// <summary>Fewest and most characters of a text, or of each text of a list.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthBoundsAttribute(int min, int max) : Attribute
{
    public int Min { get; } = min;

    public int Max { get; } = max;
}

/// <summary>A union: exactly one of the record's members that are objects is set.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExactlyOneAttribute : Attribute;

/// <summary>Objects of Kubernetes' own, passed on as they are: only their being objects is judged.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VerbatimAttribute : Attribute;
