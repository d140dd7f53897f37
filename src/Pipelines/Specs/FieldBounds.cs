using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>The bounds that a property declares by its attributes.</summary>
internal sealed record FieldBounds(NumberBoundsAttribute? Number, ItemBoundsAttribute? Items, LengthBoundsAttribute? Length, bool Verbatim = false)
{
    /// <summary>Texts without bounds of their own; every string has a greatest length.</summary>
    public const int DefaultLength = 4096;

    public const int DefaultItems = 1000;

    public static FieldBounds None { get; } = new(null, null, null);

    /// <summary>What holds for the items of a list or map with these bounds.</summary>
    public FieldBounds OfItem => this with { Items = null };

    public static FieldBounds Of(JsonPropertyInfo property) => new(
        Find<NumberBoundsAttribute>(property), Find<ItemBoundsAttribute>(property) ?? new ItemBoundsAttribute(0, DefaultItems), Find<LengthBoundsAttribute>(property),
        Find<VerbatimAttribute>(property) is not null);

    private static T? Find<T>(JsonPropertyInfo property)
        where T : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: false) is [T attribute, ..] ? attribute : null;
}
