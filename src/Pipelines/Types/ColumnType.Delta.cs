using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>Delta's spelling (protocol, "Schema Serialization Format").</summary>
public abstract partial record ColumnType
{
    /// <summary>False for a type that Delta has and we do not, or that nobody knows; the refusal names it.</summary>
    public static bool TryFromDelta(JsonElement json, [NotNullWhen(true)] out ColumnType? type, [NotNullWhen(false)] out TypeRefusal? refusal)
    {
        type = null;
        refusal = null;
        try
        {
            type = DeltaTypes.Read(json);
            return true;
        }
        catch (DeltaTypeException e)
        {
            refusal = e.Refusal;
            return false;
        }
    }

    /// <summary>Writes the type as one JSON value.</summary>
    public void WriteDelta(Utf8JsonWriter json) => DeltaTypes.Write(json, this);
}

public sealed partial record TableSchema
{
    /// <summary>Reads <c>metaData.schemaString</c>.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static bool TryFromDelta(
        string schemaString, IReadOnlyList<string> partitionColumns, [NotNullWhen(true)] out TableSchema? schema, [NotNullWhen(false)] out TypeRefusal? refusal)
    {
        schema = null;
        using var document = JsonDocument.Parse(schemaString);
        if (!ColumnType.TryFromDelta(document.RootElement, out var type, out refusal))
            return false;
        if (type is not ColumnType.Struct columns)
        {
            refusal = new TypeRefusal($"the schema is {type.Sql} and not a struct", "the table's log is damaged");
            return false;
        }

        schema = new TableSchema(columns.Fields, partitionColumns);
        return true;
    }

    /// <summary>As <c>metaData.schemaString</c> holds it.</summary>
    public string ToDelta()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            new ColumnType.Struct(Columns).WriteDelta(json);
        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}

/// <param name="path">Names of the fields that lead to the type, outermost first.</param>
internal sealed class DeltaTypeException(TypeRefusal reason, params IReadOnlyList<string> path) : Exception(reason.Message)
{
    public TypeRefusal Refusal => path.Count == 0 ? reason : reason with { Message = $"column \"{string.Join('.', path)}\": {reason.Message}" };

    public DeltaTypeException Below(string field) => new(reason, [field, .. path]);
}

internal static class DeltaTypes
{
    public static ColumnType Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => ReadName(json.GetString()!),
        JsonValueKind.Object => ReadObject(json),
        _ => throw Refuse($"{json.ValueKind} stands where a type should", "the table's log is damaged"),
    };

    public static void Write(Utf8JsonWriter json, ColumnType type)
    {
        switch (type)
        {
            case ColumnType.Primitive primitive:
                json.WriteStringValue(Name(primitive.Kind));
                break;
            case ColumnType.Decimal number:
                json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"decimal({number.Precision},{number.Scale})"));
                break;
            case ColumnType.Array array:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WritePropertyName("elementType");
                Write(json, array.Element);
                json.WriteBoolean("containsNull", array.ContainsNull);
                json.WriteEndObject();
                break;
            case ColumnType.Map map:
                json.WriteStartObject();
                json.WriteString("type", "map");
                json.WritePropertyName("keyType");
                Write(json, map.Key);
                json.WritePropertyName("valueType");
                Write(json, map.Value);
                json.WriteBoolean("valueContainsNull", map.ValueContainsNull);
                json.WriteEndObject();
                break;
            case ColumnType.Struct fields:
                WriteStruct(json, fields);
                break;
        }
    }

    private static void WriteStruct(Utf8JsonWriter json, ColumnType.Struct type)
    {
        json.WriteStartObject();
        json.WriteString("type", "struct");
        json.WriteStartArray("fields");
        foreach (var field in type.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WritePropertyName("type");
            Write(json, field.Type);
            json.WriteBoolean("nullable", field.Nullable);
            json.WritePropertyName("metadata");
            json.WriteRawValue(field.Metadata ?? "{}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ColumnType ReadObject(JsonElement json)
    {
        var kind = Member(json, "type", JsonValueKind.String).GetString()!;
        return kind switch
        {
            "struct" => new ColumnType.Struct([.. Member(json, "fields", JsonValueKind.Array).EnumerateArray().Select(ReadField)]),
            "array" => new ColumnType.Array(Read(Member(json, "elementType")), Flag(json, "containsNull")),
            "map" => new ColumnType.Map(Read(Member(json, "keyType")), Read(Member(json, "valueType")), Flag(json, "valueContainsNull")),
            _ => throw Unsupported(kind),
        };
    }

    private static TableColumn ReadField(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Refuse($"{json.ValueKind} stands where a field should", "the table's log is damaged");
        var name = Member(json, "name", JsonValueKind.String).GetString()!;
        try
        {
            var type = Read(Member(json, "type"));
            var metadata = json.TryGetProperty("metadata", out var value) && value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any() ? value.GetRawText() : null;
            return new TableColumn(name, type, Flag(json, "nullable")) { Metadata = metadata };
        }
        catch (DeltaTypeException e)
        {
            throw e.Below(name);
        }
    }

    private static ColumnType ReadName(string name)
    {
        foreach (var kind in Enum.GetValues<PrimitiveKind>())
        {
            if (Name(kind) == name)
                return new ColumnType.Primitive(kind);
        }

        if (name == "decimal")
            return new ColumnType.Decimal(10, 0);
        if (!name.StartsWith("decimal(", StringComparison.Ordinal) || name[^1] != ')')
            throw Unsupported(name);
        var numbers = name["decimal(".Length..^1].Split(',', StringSplitOptions.TrimEntries);
        if (numbers.Length == 2
            && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var scale)
            && precision is >= 1 and <= 38 && scale <= precision)
        {
            return new ColumnType.Decimal(precision, scale);
        }

        throw Unsupported(name);
    }

    private static string Name(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => "boolean",
        PrimitiveKind.Byte => "byte",
        PrimitiveKind.Short => "short",
        PrimitiveKind.Integer => "integer",
        PrimitiveKind.Long => "long",
        PrimitiveKind.Float => "float",
        PrimitiveKind.Double => "double",
        PrimitiveKind.String => "string",
        PrimitiveKind.Binary => "binary",
        PrimitiveKind.Date => "date",
        PrimitiveKind.Timestamp => "timestamp",
        _ => throw new InvalidOperationException($"{kind} has no Delta name"),
    };

    private static JsonElement Member(JsonElement json, string name, JsonValueKind? kind = null) =>
        json.TryGetProperty(name, out var value) && (kind is null || value.ValueKind == kind)
            ? value
            : throw Refuse($"a type in the schema has no proper \"{name}\"", "the table's log is damaged");

    /// <summary>Absent means true: what may hold NULL must never be taken for what may not.</summary>
    private static bool Flag(JsonElement json, string name) => !json.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.False;

    private static DeltaTypeException Unsupported(string name) =>
        Refuse($"type \"{name}\" is not supported", "another engine wrote it; rewrite the column as one of Delta's basic types there");

    private static DeltaTypeException Refuse(string message, string help) => new(new TypeRefusal(message, help));
}
