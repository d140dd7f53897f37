using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

/// <summary>
/// A status as JSON that its schema takes, whatever went into it. The API server refuses a status as a whole for one text too long, and would refuse it again at every try, so that it lied for ever: what does not fit
/// is cut, and what cannot be cut is left out. It walks the same contract that the schema is made from, so that the two cannot drift apart.
/// </summary>
public static class StatusBounds
{
    /// <param name="status">Its numbers are finite.</param>
    public static byte[] Write<T>(T status, JsonTypeInfo<T> contract)
        where T : class
    {
        var node = JsonSerializer.SerializeToNode(status, contract)!;
        return Encoding.UTF8.GetBytes((Object(node.AsObject(), contract) ?? []).ToJsonString());
    }

    /// <returns>Null where it does not fit and cannot be made to.</returns>
    private static JsonNode? Value(JsonNode? node, JsonTypeInfo contract, FieldBounds bounds) => (node, contract.Kind) switch
    {
        (JsonObject members, JsonTypeInfoKind.Object) => Object(members, contract),
        (JsonArray items, JsonTypeInfoKind.Enumerable) => List(items, contract, bounds),
        (JsonValue value, JsonTypeInfoKind.None) => Scalar(value, Nullable.GetUnderlyingType(contract.Type) ?? contract.Type, bounds),
        (null, _) => null,
        _ => throw new NotSupportedException($"no bounds for {contract.Type}"),
    };

    private static JsonObject? Object(JsonObject members, JsonTypeInfo contract)
    {
        foreach (var property in contract.Properties)
        {
            var had = members[property.Name];
            var kept = had is null ? null : Value(had, contract.Options.GetTypeInfo(property.PropertyType), FieldBounds.Of(property));
            if (kept is null && property.AssociatedParameter is { HasDefaultValue: false })
                return null;
            if (kept is null)
                members.Remove(property.Name);
            else if (!ReferenceEquals(kept, had))
                members[property.Name] = kept;
        }

        return members;
    }

    private static JsonArray List(JsonArray items, JsonTypeInfo contract, FieldBounds bounds)
    {
        var element = contract.Options.GetTypeInfo(contract.ElementType!);
        var most = bounds.Items?.Max ?? FieldBounds.DefaultItems;
        for (var i = 0; i < items.Count;)
        {
            var kept = i < most ? Value(items[i], element, bounds.OfItem) : null;
            if (kept is null)
            {
                items.RemoveAt(i);
                continue;
            }

            if (!ReferenceEquals(kept, items[i]))
                items[i] = kept;
            i++;
        }

        return items;
    }

    private static JsonValue? Scalar(JsonValue value, Type type, FieldBounds bounds)
    {
        if (type.IsEnum)
            return value.TryGetValue<string>(out var name) && Array.IndexOf(Enum.GetNames(type), name) >= 0 ? value : null; // One that has no name is written as a number.
        if (type == typeof(string))
            return Text(value, bounds.Length);
        if (bounds.Number is not { } number || !value.TryGetValue<double>(out var given) || (given >= number.Min && given <= number.Max))
            return value;
        var nearest = Math.Clamp(given, number.Min, number.Max);
        return type == typeof(double) ? JsonValue.Create(nearest) : JsonValue.Create((long)nearest);
    }

    /// <summary>The schema counts code points, of which a text has no more than UTF-16 units.</summary>
    private static JsonValue? Text(JsonValue value, LengthBoundsAttribute? length)
    {
        var text = value.GetValue<string>();
        if (text.Length < (length?.Min ?? 0))
            return null;
        var most = length?.Max ?? FieldBounds.DefaultLength;
        return text.Length <= most ? value : JsonValue.Create(Cut(text, most));
    }

    /// <summary>At most so many UTF-16 units, never between the two halves of a character, with a mark of what is missing.</summary>
    /// <param name="most">At least 2.</param>
    public static string Cut(string text, int most) => text.Length <= most
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
