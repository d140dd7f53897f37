using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>
/// One text per meaning: members in ordinal order of their names, no white space, numbers as they were written. What two processes of
/// different versions hash must not hang on the order in which either declares its members.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Lower-case hex of SHA-256 over the canonical text.</summary>
    /// <param name="without">Members of the outermost object that do not count.</param>
    public static string Sha256(JsonElement element, params IReadOnlyCollection<string> without)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, element, without);
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, IReadOnlyCollection<string> without)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                var members = element.EnumerateObject().Where(member => !without.Contains(member.Name, StringComparer.Ordinal));
                foreach (var member in members.OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, []);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item, []);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
