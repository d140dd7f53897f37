using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Manifests.Crds;

/// <summary>One CustomResourceDefinition.</summary>
internal static class CrdDocument
{
    private const string Version = "v1alpha1";

    public static string NameOf(CustomResourceKind kind) => $"{kind.Plural}.{Document.Group}";

    public static JsonObject Build(CustomResourceKind kind)
    {
        var name = kind.Kind.ToString();
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = NameOf(kind) },
            ["spec"] = new JsonObject
            {
                ["group"] = Document.Group,
                ["names"] = new JsonObject
                {
                    ["kind"] = name,
                    ["listKind"] = name + "List",
                    ["plural"] = kind.Plural,
                    ["singular"] = name.ToLowerInvariant(),
                    ["shortNames"] = new JsonArray(kind.ShortName),
                    ["categories"] = new JsonArray("lake"),
                },
                ["scope"] = "Namespaced",
                ["versions"] = new JsonArray(new JsonObject
                {
                    ["name"] = Version,
                    ["served"] = true,
                    ["storage"] = true,
                    ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                    ["additionalPrinterColumns"] = new JsonArray([.. kind.Columns.Select(Column)]),
                    ["schema"] = new JsonObject { ["openAPIV3Schema"] = Schema(kind) },
                }),
            },
        };
    }

    private static JsonObject Column(PrinterColumn column)
    {
        var document = new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["description"] = column.Description, ["jsonPath"] = column.JsonPath };
        if (column.Wide)
            document["priority"] = 1;
        return document;
    }

    private static JsonObject Schema(CustomResourceKind kind)
    {
        var spec = SchemaBuilder.Build(kind.Spec);
        return new JsonObject
        {
            ["description"] = spec["description"]!.DeepClone(),
            ["type"] = "object",
            ["required"] = new JsonArray("spec"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = $"{Document.ApiVersion}." },
                ["kind"] = new JsonObject { ["type"] = "string", ["description"] = $"{kind.Kind}." },
                ["metadata"] = new JsonObject { ["type"] = "object" },
                ["spec"] = spec,
                ["status"] = SchemaBuilder.Build(kind.Status),
            },
        };
    }
}
