using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>One field that a document may have.</summary>
/// <param name="Path">Below <c>spec</c>; <c>[]</c> is each item of a list and <c>.*</c> each entry of a map.</param>
/// <param name="Default">As one would write it; null when leaving the field out means just that.</param>
/// <param name="ItemsDeclared">Whether the number of items is the field's own, not the bound of every list.</param>
/// <param name="Alternatives">The members of a union, one of which is set; empty for everything else.</param>
/// <param name="Description">Empty when nobody wrote one.</param>
internal sealed record ReferenceField(
    string Path, JsonTypeInfo Contract, bool Required, string? Default, FieldBounds Bounds, bool ItemsDeclared, IReadOnlyList<string> Alternatives, string Description);

/// <summary>Every field of the four kinds, out of the contract that the parser reads documents by.</summary>
internal static class ResourceReference
{
    /// <summary>Defaults that are applied where they are used, by record and field.</summary>
    private static readonly Dictionary<(Type Record, string Field), string> Applied = new()
    {
        [(typeof(CommitSpec), "maxInterval")] = Written(Defaults.CommitInterval),
        [(typeof(CommitSpec), "maxRows")] = Defaults.CommitRows.ToString(CultureInfo.InvariantCulture),
        [(typeof(CommitSpec), "maxBytes")] = new Quantity(Defaults.CommitBytes).ToString(),
        [(typeof(FilesSourceSpec), "pattern")] = Defaults.FilePattern,
        [(typeof(FilesSourceSpec), "settleFor")] = Written(Defaults.SettleFor),
        [(typeof(TablesSpec), "targetFileSize")] = new Quantity(Defaults.TargetFileSizeBytes).ToString(),
        [(typeof(TablesSpec), "logRetention")] = Written(Defaults.Retention),
        [(typeof(TablesSpec), "fileRetention")] = Written(Defaults.Retention),
        [(typeof(LakehouseRunnerSpec), "maxConcurrentRuns")] = Defaults.MaxConcurrentRuns.ToString(CultureInfo.InvariantCulture),
        [(typeof(ScratchSpec), "sizeLimit")] = new Quantity(Defaults.ScratchBytes).ToString(),
        [(typeof(OnChangeSpec), "minInterval")] = "0s",
        [(typeof(OnChangeSpec), "maxWait")] = Written(Defaults.MaxWait),
        [(typeof(ExecutionSpec), "activeDeadlineSeconds")] = Defaults.Deadline.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        [(typeof(ExecutionSpec), "retries")] = Defaults.Retries.ToString(CultureInfo.InvariantCulture),
    };

    public static IReadOnlyList<(ResourceKind Kind, JsonTypeInfo Contract)> Kinds { get; } =
    [
        (ResourceKind.Lakehouse, SpecJson.Default.LakehouseSpec),
        (ResourceKind.Ingestion, SpecJson.Default.IngestionSpec),
        (ResourceKind.Transformation, SpecJson.Default.TransformationSpec),
        (ResourceKind.QualityCheck, SpecJson.Default.QualityCheckSpec),
    ];

    /// <summary>In the order of the records, an object before its members.</summary>
    public static IEnumerable<ReferenceField> FieldsOf(JsonTypeInfo contract, string prefix = "")
    {
        foreach (var property in contract.Properties)
        {
            var own = contract.Options.GetTypeInfo(property.PropertyType);
            var (item, suffix) = ItemOf(own);
            var path = prefix + property.Name;
            yield return new ReferenceField(
                path,
                own,
                property.AssociatedParameter is { HasDefaultValue: false },
                Default(contract.Type, property),
                FieldBounds.Of(property),
                property.AttributeProvider?.IsDefined(typeof(ItemBoundsAttribute), inherit: false) == true,
                AlternativesOf(item),
                DescriptionOf(property, item));
            if (item.Kind != JsonTypeInfoKind.Object)
                continue;
            foreach (var member in FieldsOf(item, path + suffix + "."))
                yield return member;
        }
    }

    public static string DescriptionOf(Type record) =>
        record.GetCustomAttribute<DescriptionAttribute>(inherit: false)?.Description ?? "";

    /// <summary>The field's own words, else those of the record that it holds.</summary>
    public static string DescriptionOf(JsonPropertyInfo property, JsonTypeInfo item) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute own, ..] ? own.Description : DescriptionOf(item.Type);

    /// <summary>What is inside the lists and maps of a contract, and how that is written in a path.</summary>
    public static (JsonTypeInfo Item, string Suffix) ItemOf(JsonTypeInfo contract)
    {
        var suffix = "";
        while (contract.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary)
        {
            suffix += contract.Kind == JsonTypeInfoKind.Enumerable ? "[]" : ".*";
            contract = contract.Options.GetTypeInfo(contract.ElementType!);
        }

        return (contract, suffix);
    }

    /// <summary>Members of a union; empty of everything else.</summary>
    public static string[] AlternativesOf(JsonTypeInfo contract) => contract.Type.IsDefined(typeof(ExactlyOneAttribute), inherit: false)
        ? [.. contract.Properties.Where(p => contract.Options.GetTypeInfo(p.PropertyType).Kind == JsonTypeInfoKind.Object).Select(p => p.Name)]
        : [];

    private static string? Default(Type record, JsonPropertyInfo property)
    {
        if (Applied.TryGetValue((record, property.Name), out var applied))
            return applied;
        return property.AssociatedParameter is { HasDefaultValue: true, DefaultValue: { } value }
            ? value is bool truth ? (truth ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)
            : null;
    }

    private static string Written(TimeSpan value) => value switch
    {
        _ when value.TotalHours >= 2 && value.Ticks % TimeSpan.TicksPerHour == 0 => $"{value.TotalHours:0}h",
        _ when value.TotalMinutes >= 2 && value.Ticks % TimeSpan.TicksPerMinute == 0 => $"{value.TotalMinutes:0}m",
        _ => $"{value.TotalSeconds:0.###}s",
    };
}
