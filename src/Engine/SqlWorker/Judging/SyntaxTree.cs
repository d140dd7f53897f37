using System.Text.Json;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>DuckDB's syntax tree of a text, as <c>json_serialize_sql</c> gives it.</summary>
internal static class SyntaxTree
{
    /// <summary>Deeper than any tree that DuckDB's own bound on nested expressions lets through.</summary>
    public const int MaxDepth = 8192;

    public static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    private const string LocationName = "query_location";

    public static string? Text(this JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool IsTrue(this JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>Byte offset into the text that was parsed; null where DuckDB keeps none.</summary>
    public static long? Location(this JsonElement node) =>
        node.TryGetProperty(LocationName, out var value) && value.TryGetInt64(out var location) ? location : null;

    /// <summary>Equal but for positions, and for what <paramref name="isSame"/> takes as equal by itself.</summary>
    public static bool SameAs(this JsonElement left, JsonElement right, Func<JsonElement, JsonElement, bool>? isSame = null)
    {
        if (left.ValueKind != right.ValueKind)
            return false;
        switch (left.ValueKind)
        {
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength()
                    && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => pair.First.SameAs(pair.Second, isSame));
            case JsonValueKind.Object:
                return isSame?.Invoke(left, right) == true || SameMembers(left, right, isSame);
            default:
                return JsonElement.DeepEquals(left, right);
        }
    }

    private static bool SameMembers(JsonElement left, JsonElement right, Func<JsonElement, JsonElement, bool>? isSame)
    {
        var count = 0;
        foreach (var member in left.EnumerateObject())
        {
            count++;
            if (!right.TryGetProperty(member.Name, out var other))
                return false;
            if (member.Name != LocationName && !member.Value.SameAs(other, isSame))
                return false;
        }

        return right.EnumerateObject().Count() == count;
    }
}
