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
        var text = Write(status, contract, int.MaxValue);
        return text.Length <= MostBytes ? text : Write(status, contract, Brief);
    }

    /// <summary>etcd takes requests of 1.5 MiB.</summary>
    private const int MostBytes = 1_400_000;

    /// <summary>What words for people are cut to where all of them together are too many.</summary>
    private const int Brief = 128;

    /// <summary>Texts of such bounds are words for people; shorter ones are names, and a longer one is a run's trigger key, by which it is known.</summary>
    private const int LeastWords = 1024;
    private const int MostWords = 32_768;

    private static byte[] Write<T>(T status, JsonTypeInfo<T> contract, int words)
        where T : class
    {
        var node = JsonSerializer.SerializeToNode(status, contract)!;
        return Encoding.UTF8.GetBytes((Object(node.AsObject(), contract, words) ?? []).ToJsonString());
    }

    /// <returns>Null where it does not fit and cannot be made to.</returns>
    private static JsonNode? Value(JsonNode? node, JsonTypeInfo contract, FieldBounds bounds, int words) => (node, contract.Kind) switch
    {
        (JsonObject members, JsonTypeInfoKind.Object) => Object(members, contract, words),
        (JsonArray items, JsonTypeInfoKind.Enumerable) => List(items, contract, bounds, words),
        (JsonValue value, JsonTypeInfoKind.None) => Scalar(value, Nullable.GetUnderlyingType(contract.Type) ?? contract.Type, bounds, words),
        (null, _) => null,
        _ => throw new NotSupportedException($"no bounds for {contract.Type}"),
    };

    private static JsonObject? Object(JsonObject members, JsonTypeInfo contract, int words)
    {
        foreach (var property in contract.Properties)
        {
            var had = members[property.Name];
            var kept = had is null ? null : Value(had, contract.Options.GetTypeInfo(property.PropertyType), FieldBounds.Of(property), words);
            if (kept is null && property.AssociatedParameter is { HasDefaultValue: false })
                return null;
            if (kept is null)
                members.Remove(property.Name);
            else if (!ReferenceEquals(kept, had))
                members[property.Name] = kept;
        }

        return members;
    }

    private static JsonArray List(JsonArray items, JsonTypeInfo contract, FieldBounds bounds, int words)
    {
        var element = contract.Options.GetTypeInfo(contract.ElementType!);
        var most = bounds.Items?.Max ?? FieldBounds.DefaultItems;
        for (var i = 0; i < items.Count;)
        {
            var kept = i < most ? Value(items[i], element, bounds.OfItem, words) : null;
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

    private static JsonValue? Scalar(JsonValue value, Type type, FieldBounds bounds, int words)
    {
        if (type.IsEnum)
            return value.TryGetValue<string>(out var name) && Array.IndexOf(Enum.GetNames(type), name) >= 0 ? value : null; // One that has no name is written as a number.
        if (type == typeof(string))
            return Text(value, bounds.Length, words);
        if (bounds.Number is not { } number || !value.TryGetValue<double>(out var given) || (given >= number.Min && given <= number.Max))
            return value;
        var nearest = Math.Clamp(given, number.Min, number.Max);
        return type == typeof(double) ? JsonValue.Create(nearest) : JsonValue.Create((long)nearest);
    }

    /// <summary>The schema counts code points, of which a text has no more than UTF-16 units.</summary>
    private static JsonValue? Text(JsonValue value, LengthBoundsAttribute? length, int words)
    {
        var text = value.GetValue<string>();
        if (text.Length < (length?.Min ?? 0))
            return null;
        var most = length?.Max ?? FieldBounds.DefaultLength;
        if (most is >= LeastWords and <= MostWords)
            most = Math.Min(most, words);
        return text.Length <= most ? value : JsonValue.Create(Cut(text, most));
    }

    /// <summary>At most so many UTF-16 units, never between the two halves of a character, with a mark of what is missing.</summary>
    /// <param name="most">At least 2.</param>
    public static string Cut(string text, int most) => text.Length <= most
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
