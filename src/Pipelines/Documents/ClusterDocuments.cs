using System.Globalization;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>
/// Objects as an API server holds them, as documents: what validates a file validates them. There is no text to point into, so that places name
/// the object alone and diagnostics are told by their field.
/// </summary>
public static class ClusterDocuments
{
    /// <param name="annotations">Of ours alone; others are the cluster's.</param>
    /// <param name="spec">A JSON value; whatever it is, it is judged and not thrown at.</param>
    public static Document Read(ResourceId id, IReadOnlyDictionary<string, string>? annotations, JsonElement spec)
    {
        var origin = new Origin(new SourceText(id.ToString(), ""), 1, 1);
        var metadata = new List<Member> { Text("name", id.Name), Text("namespace", id.Namespace) };
        if (annotations is { Count: > 0 })
            metadata.Add(Of("annotations", new MappingNode(origin, [.. annotations.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => Text(entry.Key, entry.Value))])));
        return new Document(id, new MappingNode(origin,
        [
            Text("apiVersion", Document.ApiVersion),
            Text("kind", id.Kind.ToString()),
            Of("metadata", new MappingNode(origin, metadata)),
            Of("spec", Convert(spec, origin)),
        ]));

        Member Of(string key, Node value) => new(key, key, origin, value);

        Member Text(string key, string value) => Of(key, Scalar(origin, ScalarKind.String, value));
    }

    private static Node Convert(JsonElement element, Origin origin) => element.ValueKind switch
    {
        // An API server keeps the last of two equal keys, as it does of what it is sent.
        JsonValueKind.Object => new MappingNode(
            origin,
            [.. element.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).Select(same => new Member(same.Key, same.Key, origin, Convert(same.Last().Value, origin)))]),
        JsonValueKind.Array => new SequenceNode(origin, [.. element.EnumerateArray().Select(item => Convert(item, origin))]),
        JsonValueKind.String => Scalar(origin, ScalarKind.String, element.GetString()!),
        JsonValueKind.Number => Scalar(origin, IsWhole(element) ? ScalarKind.Integer : ScalarKind.Float, element.GetRawText()),
        JsonValueKind.True => Scalar(origin, ScalarKind.Bool, "true"),
        JsonValueKind.False => Scalar(origin, ScalarKind.Bool, "false"),
        _ => Scalar(origin, ScalarKind.Null, "null"),
    };

    private static bool IsWhole(JsonElement number) =>
        number.TryGetInt64(out _) || ulong.TryParse(number.GetRawText(), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static ScalarNode Scalar(Origin origin, ScalarKind kind, string text) => new(origin, kind, text, text, ScalarLayout.DoubleQuoted, 1, 1);
}
