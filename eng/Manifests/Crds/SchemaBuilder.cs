using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Manifests.Crds;

/// <summary>
/// A structural schema (<c>apiextensions.k8s.io/v1</c>, as Kubernetes 1.20 takes it) out of the contract that the parser reads documents by: the same members,
/// bounds, unions and defaults, so that what the API server takes and what the parser takes cannot drift apart.
/// </summary>
internal static class SchemaBuilder
{
    private const int ScalarLength = 64;

    /// <summary>Go's durations without a sign (<see cref="Duration"/>).</summary>
    private const string DurationPattern = @"^(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$";

    /// <summary>Quantities of bytes without the fractions m, u and n (<see cref="Quantity"/>).</summary>
    private const string QuantityPattern = @"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[kMGTPE]|[eE][+-]?[0-9]{1,3})?$";

    private const string CpuPattern = @"^([0-9]+(\.[0-9]*)?|\.[0-9]+)m?$";

    public static JsonObject Build(JsonTypeInfo contract) => Object(contract, ResourceReference.DescriptionOf(contract.Type));

    private static JsonObject Object(JsonTypeInfo contract, string description)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in contract.Properties)
        {
            properties[property.Name] = Property(contract, property);
            if (property.AssociatedParameter is { HasDefaultValue: false })
                required.Add(property.Name);
        }

        var alternatives = ResourceReference.AlternativesOf(contract);
        if (alternatives is [var only])
            required.Add(only);
        var schema = new JsonObject { ["description"] = description, ["type"] = "object" };
        if (required.Count > 0)
            schema["required"] = required;
        if (alternatives.Length > 1)
            schema["oneOf"] = new JsonArray([.. alternatives.Select(name => new JsonObject { ["required"] = new JsonArray(name) })]);
        if (properties.Count > 0)
            schema["properties"] = properties;
        return schema;
    }

    private static JsonObject Property(JsonTypeInfo parent, JsonPropertyInfo property)
    {
        var contract = parent.Options.GetTypeInfo(property.PropertyType);
        var schema = Value(contract, FieldBounds.Of(property), ResourceReference.DescriptionOf(property, ResourceReference.ItemOf(contract).Item));
        if (property.AssociatedParameter is { HasDefaultValue: true, DefaultValue: { } value })
            schema["default"] = Default(value);
        return schema;
    }

    private static JsonNode Default(object value) => value switch
    {
        bool truth => truth,
        int number => number,
        long number => number,
        Enum name => name.ToString(),
        string text => text,
        _ => throw new NotSupportedException($"a default of {value.GetType()}"),
    };

    private static JsonObject Value(JsonTypeInfo contract, FieldBounds bounds, string? description)
    {
        var schema = contract.Kind switch
        {
            JsonTypeInfoKind.Object => Object(contract, ""),
            JsonTypeInfoKind.Enumerable => List(contract, bounds),
            JsonTypeInfoKind.Dictionary => Map(contract, bounds),
            _ => Scalar(Nullable.GetUnderlyingType(contract.Type) ?? contract.Type, bounds),
        };
        if (string.IsNullOrEmpty(description))
            schema.Remove("description");
        else if (!schema.TryAdd("description", description))
            schema["description"] = description;
        return schema;
    }

    private static JsonObject List(JsonTypeInfo contract, FieldBounds bounds)
    {
        var schema = new JsonObject { ["type"] = "array" };
        if (bounds.Items is { } items)
        {
            if (items.Min > 0)
                schema["minItems"] = items.Min;
            schema["maxItems"] = items.Max;
        }

        schema["items"] = Value(contract.Options.GetTypeInfo(contract.ElementType!), bounds.OfItem, null);
        return schema;
    }

    private static JsonObject Map(JsonTypeInfo contract, FieldBounds bounds)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (bounds.Items is { } items)
            schema["maxProperties"] = items.Max;
        schema["additionalProperties"] = Value(contract.Options.GetTypeInfo(contract.ElementType!), bounds.OfItem, null);
        return schema;
    }

    private static JsonObject Scalar(Type type, FieldBounds bounds) => type switch
    {
        _ when bounds.Verbatim => new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true },
        _ when type == typeof(JsonElement) => new JsonObject { ["x-kubernetes-preserve-unknown-fields"] = true },
        _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
        _ when type == typeof(int) => Number("integer", "int32", bounds),
        _ when type == typeof(long) => Number("integer", "int64", bounds),
        _ when type == typeof(double) => Number("number", null, bounds),
        _ when type == typeof(Duration) => Text(DurationPattern),
        _ when type == typeof(Quantity) => IntOrString(QuantityPattern),
        _ when type == typeof(CpuQuantity) => IntOrString(CpuPattern),
        _ when type == typeof(DateTimeOffset) => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        _ when type.IsEnum => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => JsonValue.Create(name))]) },
        _ when type == typeof(string) => Text(bounds.Length),
        _ => throw new NotSupportedException($"no schema for {type}"),
    };

    private static JsonObject Text(LengthBoundsAttribute? length)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (length is { Min: > 0 })
            schema["minLength"] = length.Min;
        schema["maxLength"] = length?.Max ?? FieldBounds.DefaultLength;
        return schema;
    }

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["maxLength"] = ScalarLength, ["pattern"] = pattern };

    private static JsonObject IntOrString(string pattern) => new()
    {
        ["x-kubernetes-int-or-string"] = true,
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
        ["maxLength"] = ScalarLength,
        ["pattern"] = pattern,
    };

    private static JsonObject Number(string type, string? format, FieldBounds bounds)
    {
        var schema = new JsonObject { ["type"] = type };
        if (format is not null)
            schema["format"] = format;
        if (bounds.Number is { } number)
        {
            schema["minimum"] = Bound(number.Min);
            schema["maximum"] = Bound(number.Max);
        }

        return schema;
    }

    private static JsonNode Bound(double bound) => double.IsInteger(bound) && Math.Abs(bound) <= 1e18 ? (long)bound : bound;
}
