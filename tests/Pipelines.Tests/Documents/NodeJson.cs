using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Tests.Documents;

/// <summary>Nodes as JSON, for comparison.</summary>
internal static class NodeJson
{
    public static JsonNode? Of(Node node) => node switch
    {
        MappingNode mapping => new JsonObject(mapping.Members.Select(m => KeyValuePair.Create(m.Key, Of(m.Value)))),
        SequenceNode sequence => new JsonArray([.. sequence.Items.Select(Of)]),
        ScalarNode { Kind: ScalarKind.String } scalar => JsonValue.Create(scalar.Text),
        ScalarNode scalar => JsonNode.Parse(scalar.Text),
        _ => throw new ArgumentException("no such node", nameof(node)),
    };

    /// <summary>Equal as JSON; numbers as doubles, as kubectl prints those beyond 2^63.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) => (a, b) switch
    {
        (null, null) => true,
        (JsonObject x, JsonObject y) => x.Count == y.Count && x.All(p => y.ContainsKey(p.Key) && Same(p.Value, y[p.Key])),
        (JsonArray x, JsonArray y) => x.Count == y.Count && x.Zip(y).All(p => Same(p.First, p.Second)),
        (JsonValue x, JsonValue y) when x.GetValueKind() == System.Text.Json.JsonValueKind.Number && y.GetValueKind() == System.Text.Json.JsonValueKind.Number =>
            double.Parse(x.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture).Equals(double.Parse(y.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)),
        (JsonValue x, JsonValue y) => x.GetValueKind() == y.GetValueKind() && x.ToString() == y.ToString(),
        _ => false,
    };
}
