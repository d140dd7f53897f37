using System.Globalization;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>A resource as the API server showed it.</summary>
public sealed class Seen(JsonObject value)
{
    public JsonObject Value { get; } = value;

    public string Uid => (string)Value["metadata"]!["uid"]!;

    public long Generation => (long)Value["metadata"]!["generation"]!;

    public JsonNode? Condition(string type) => (Value["status"]?["conditions"]?.AsArray() ?? []).FirstOrDefault(condition => (string?)condition!["type"] == type);

    /// <summary>True, False or Unknown; null: there is no such condition yet.</summary>
    public string? Holds(string type = "Ready") => (string?)Condition(type)?["status"];

    public string? Reason(string type = "Ready") => (string?)Condition(type)?["reason"];

    public string Message(string type = "Ready") => (string?)Condition(type)?["message"] ?? "";

    /// <summary>A value of the status as text: <c>lastRun.error.code</c>, <c>history.0.result</c>; null: it is absent.</summary>
    public string? this[string path]
    {
        get
        {
            var node = Value["status"];
            foreach (var part in path.Split('.'))
            {
                node = node switch
                {
                    JsonArray array when int.TryParse(part, CultureInfo.InvariantCulture, out var index) => index < array.Count ? array[index] : null,
                    JsonObject one => one[part],
                    _ => null,
                };
            }

            return node?.ToString();
        }
    }

    public int Count(string path) => (Value["status"]?[path]?.AsArray().Count).GetValueOrDefault();

    public override string ToString() => Value.ToJsonString();
}
