using System.Text.Json;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>A JSON value as nodes, for documents that come from the API server and not from a file. They have fields but no places of their own.</summary>
internal static class JsonNodes
{
    /// <param name="name">What stands for a file's name in places.</param>
    public static Node Read(JsonElement element, string name) => Read(element, new Origin(new SourceText(name, ""), 1, 1));

    private static Node Read(JsonElement element, Origin origin) => element.ValueKind switch
    {
        JsonValueKind.Object => new MappingNode(origin, [.. element.EnumerateObject().DistinctBy(static member => member.Name, StringComparer.Ordinal).Select(member => new Member(member.Name, member.Name, origin, Read(member.Value, origin)))]),
        JsonValueKind.Array => new SequenceNode(origin, [.. element.EnumerateArray().Select(item => Read(item, origin))]),
        JsonValueKind.String => Scalar(origin, ScalarKind.String, element.GetString()!),
        JsonValueKind.Number => Scalar(origin, element.TryGetInt64(out _) || element.TryGetUInt64(out _) ? ScalarKind.Integer : ScalarKind.Float, element.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => Scalar(origin, ScalarKind.Bool, element.GetRawText()),
        _ => Scalar(origin, ScalarKind.Null, "null"),
    };

    private static ScalarNode Scalar(Origin origin, ScalarKind kind, string text) => new(origin, kind, text, text, ScalarLayout.DoubleQuoted, 1, 1);
}
