namespace LakehouseOperator.Cli.Samples.Shop;

internal enum ShopEntryKind
{
    Version,

    /// <summary>The same bytes as a version.</summary>
    Duplicate,

    Malformed,
}

/// <summary>One entry of a stream.</summary>
/// <param name="IsFirst">The first well-formed entry of its key.</param>
/// <param name="Field">The one field's name: <see cref="Json"/>, but for one that is malformed so.</param>
internal readonly record struct ShopEntry(ShopStream Stream, ShopEntryKind Kind, bool IsFirst, string Field, byte[] Payload)
{
    public const string Json = "data";
}

/// <summary>What a stream was given, and with it what the tables must hold: bronze <c>entries - malformed</c>, quarantine <c>malformed</c>, silver <c>distinct</c> rows.</summary>
/// <param name="Duplicates">Copies of other entries, byte for byte.</param>
/// <param name="Distinct">Keys.</param>
internal readonly record struct ShopCount(long Entries, long Malformed, long Duplicates, long Distinct)
{
    public ShopCount With(ShopEntry entry) => new(
        Entries + 1,
        Malformed + (entry.Kind is ShopEntryKind.Malformed ? 1 : 0),
        Duplicates + (entry.Kind is ShopEntryKind.Duplicate ? 1 : 0),
        Distinct + (entry.IsFirst ? 1 : 0));
}
