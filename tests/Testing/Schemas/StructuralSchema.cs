using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Testing.Schemas;

/// <summary>
/// What an API server would say of a value, by the parts of OpenAPI v3 that our definitions use: types, formats, required and unknown members, lengths in code points, counts, ranges and enums.
/// </summary>
public static class StructuralSchema
{
    /// <returns>Every fault, with its path; empty where the API server takes the value.</returns>
    public static IReadOnlyList<string> Faults(JsonNode? value, JsonObject schema)
    {
        var faults = new List<string>();
        Judge(value, schema, "", faults);
        return faults;
    }

    private static void Judge(JsonNode? value, JsonObject schema, string path, List<string> faults)
    {
        if (schema["x-kubernetes-preserve-unknown-fields"] is not null || schema["x-kubernetes-int-or-string"] is not null)
            return;
        var type = (string)schema["type"]!;
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        var fits = type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && long.TryParse(value!.ToJsonString(), CultureInfo.InvariantCulture, out var whole) && ((string?)schema["format"] != "int32" || whole == (int)whole),
            _ => throw new NotSupportedException($"{path}: type {type}"),
        };
        if (!fits)
            faults.Add($"{path} is {kind} and not {type}");
        else if (value is JsonObject members)
            JudgeMembers(members, schema, path, faults);
        else if (value is JsonArray items)
            JudgeItems(items, schema, path, faults);
        else if (type == "string")
            JudgeText(value!.GetValue<string>(), schema, path, faults);
        else if (type is "number" or "integer")
            JudgeNumber(double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture), schema, path, faults);
    }

    private static void JudgeMembers(JsonObject members, JsonObject schema, string path, List<string> faults)
    {
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            if (!members.ContainsKey((string)required!))
                faults.Add($"{path}.{required} is missing");
        }

        foreach (var (name, member) in members)
        {
            if (schema["properties"]?[name] is JsonObject known)
                Judge(member, known, $"{path}.{name}", faults);
            else if (schema["additionalProperties"] is JsonObject values)
                Judge(member, values, $"{path}.{name}", faults);
            else
                faults.Add($"{path}.{name} is unknown and would be dropped");
        }

        if ((int?)schema["maxProperties"] is { } most && members.Count > most)
            faults.Add($"{path} has {members.Count} members, more than {most}");
    }

    private static void JudgeItems(JsonArray items, JsonObject schema, string path, List<string> faults)
    {
        if (items.Count > ((int?)schema["maxItems"] ?? int.MaxValue) || items.Count < ((int?)schema["minItems"] ?? 0))
            faults.Add($"{path} has {items.Count} items");
        for (var i = 0; i < items.Count; i++)
            Judge(items[i], schema["items"]!.AsObject(), $"{path}[{i}]", faults);
    }

    private static void JudgeText(string text, JsonObject schema, string path, List<string> faults)
    {
        var length = text.EnumerateRunes().Count();
        if (length > ((int?)schema["maxLength"] ?? int.MaxValue) || length < ((int?)schema["minLength"] ?? 0))
            faults.Add($"{path} has {length} characters");
        if (schema["enum"] is JsonArray names && names.All(name => (string?)name != text))
            faults.Add($"{path} is \"{text}\", which is none of its words");
        if ((string?)schema["format"] == "date-time" && !DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            faults.Add($"{path} is no time: {text}");
    }

    private static void JudgeNumber(double number, JsonObject schema, string path, List<string> faults)
    {
        if (number < ((double?)schema["minimum"] ?? double.NegativeInfinity) || number > ((double?)schema["maximum"] ?? double.PositiveInfinity))
            faults.Add($"{path} is {number.ToString(CultureInfo.InvariantCulture)}");
    }
}
