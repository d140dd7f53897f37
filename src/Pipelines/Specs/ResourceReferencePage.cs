using System.Globalization;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>The page <c>docs/reference/resources.md</c>, made from <see cref="ResourceReference"/>.</summary>
public static class ResourceReferencePage
{
    private const string Introduction = """
        # Resources

        Generated from the code; the tests compare. Every document has

        | field | |
        |---|---|
        | `apiVersion` | `lakehouse.dev/v1alpha1` |
        | `kind` | one of the four below |
        | `metadata.name` | at most 253 lower-case letters, digits, `-` and `.`; kind and name are the identity |
        | `metadata.namespace` | at most 63 lower-case letters, digits and `-`; default `default` |
        | `metadata.labels`, `metadata.annotations` | maps of text; `lakehouse.dev/adopt: "true"` takes a table that another resource wrote |
        | `spec` | as follows |

        Paths are below `spec`. `x[]` is each item of the list x, `x.*` each entry of the map x. An object that may be left out and has required members
        needs them once it is written. A duration is written as in Go (`250ms`, `60s`, `1h30m`; days are `24h`), a size as in Kubernetes (`500M`, `256Mi`,
        or a number of bytes). A field that is not here is an error. Texts have at most 4,096 characters and lists at most 1,000 items where nothing else is said.

        """;

    public static string Render()
    {
        var page = new StringBuilder(Introduction);
        foreach (var (kind, contract) in ResourceReference.Kinds)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {kind}\n\n{ResourceReference.DescriptionOf(contract.Type)}\n\n");
            page.Append("| field | type | default | bounds | description |\n|---|---|---|---|---|\n");
            foreach (var field in ResourceReference.FieldsOf(contract))
                page.Append(CultureInfo.InvariantCulture, $"| `{field.Path}` | {(field.Bounds.Verbatim ? VerbatimOf(field.Contract) : TypeOf(field.Contract))} | {Default(field)} | {Bounds(field)} | {Cell(field.Description)} |\n");
        }

        return page.ToString();
    }

    private static string Default(ReferenceField field) => field switch
    {
        { Required: true } => "**required**",
        { Default: "" } => "`\"\"`",
        { Default: { } value } => $"`{value}`",
        _ => "",
    };

    private static string TypeOf(JsonTypeInfo contract) => contract.Kind switch
    {
        JsonTypeInfoKind.Object => "object",
        JsonTypeInfoKind.Enumerable => $"list of {TypeOf(contract.Options.GetTypeInfo(contract.ElementType!))}",
        JsonTypeInfoKind.Dictionary => $"map of {TypeOf(contract.Options.GetTypeInfo(contract.ElementType!))}",
        _ => ScalarOf(Nullable.GetUnderlyingType(contract.Type) ?? contract.Type),
    };

    private static string VerbatimOf(JsonTypeInfo contract) => contract.Kind == JsonTypeInfoKind.Enumerable ? "list of object" : "object";

    private static string ScalarOf(Type type) => type switch
    {
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "boolean",
        _ when type == typeof(int) || type == typeof(long) => "integer",
        _ when type == typeof(double) => "number",
        _ when type == typeof(Duration) => "duration",
        _ when type == typeof(Quantity) => "size",
        _ when type == typeof(CpuQuantity) => "cores",
        _ when type.IsEnum => string.Join(" or ", Enum.GetNames(type).Select(name => $"`{name}`")),
        _ => "any scalar",
    };

    private static string Bounds(ReferenceField field)
    {
        var bounds = new List<string>();
        if (field.Bounds.Number is { } number)
            bounds.Add($"{Number(number.Min)} to {Number(number.Max)}");
        if (field.ItemsDeclared && field.Bounds.Items is { } items)
            bounds.Add($"{Number(items.Min)} to {Number(items.Max)} {(field.Contract.Kind == JsonTypeInfoKind.Dictionary ? "entries" : "items")}");
        if (field.Bounds.Length is { } length)
            bounds.Add(length.Min == 1 && length.Max == 1 ? "1 character" : $"{Number(length.Min)} to {Number(length.Max)} characters");
        if (field.Alternatives.Count > 0)
            bounds.Add($"{(field.Alternatives.Count > 1 ? "exactly one of " : "")}{string.Join(", ", field.Alternatives.Select(name => $"`{name}`"))}");
        return string.Join("; ", bounds);
    }

    private static string Number(double value) => value >= 1e15 ? value.ToString("0e0", CultureInfo.InvariantCulture) : value.ToString("#,0.###", CultureInfo.InvariantCulture);

    /// <summary>Prose that holds patterns, names and places, none of them Markdown.</summary>
    private static string Cell(string text)
    {
        var cell = new StringBuilder(text.Length + 8);
        foreach (var c in text)
            cell.Append(c is '|' or '*' or '_' or '<' or '[' ? "\\" : "").Append(c);
        return cell.ToString();
    }
}
