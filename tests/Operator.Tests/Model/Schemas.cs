using System.Globalization;
using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Schemas;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>The definitions that are applied to a cluster, as an API server reads them.</summary>
internal static class Schemas
{
    private static readonly Dictionary<ResourceKind, JsonObject> Statuses = Enum.GetValues<ResourceKind>().ToDictionary(kind => kind, Load);

    /// <summary>What the API server would refuse in a status.</summary>
    public static IReadOnlyList<string> Faults(ResourceKind kind, ReadOnlySpan<byte> status) => StructuralSchema.Faults(JsonNode.Parse(status), Statuses[kind]);

    private static JsonObject Load(ResourceKind kind)
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "config", "crd", $"{kind.ToString().ToLowerInvariant()}s.lakehouse.dev.yaml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        return Json(yaml.Documents[0].RootNode)!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["status"]!.AsObject();
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(one => KeyValuePair.Create(((YamlScalarNode)one.Key).Value!, Json(one.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } truth => JsonValue.Create(truth.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } plain when double.TryParse(plain.Value, CultureInfo.InvariantCulture, out _) => JsonNode.Parse(plain.Value!),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new NotSupportedException(node.NodeType.ToString()),
    };
}
