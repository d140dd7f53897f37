using System.Buffers;
using System.Text.Json;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables;

/// <summary>
/// The mark <c>_lakehouse/owner.json</c> in a layer's location: which Lakehouse (namespace and name) keeps its tables there. Two of them in one
/// place would each take the other's tables for its own.
/// </summary>
public static class LayerOwner
{
    private const string Key = "_lakehouse/owner.json";
    private const string Member = "lakehouse";

    /// <summary>Marks the location as this Lakehouse's; nothing where it is already.</summary>
    /// <param name="lakehouse"><c>namespace/name</c>.</param>
    /// <param name="takeOver">Take it from another.</param>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.LocationOwned"/>.</exception>
    public static async Task ClaimAsync(IObjectStore layer, string lakehouse, bool takeOver, CancellationToken cancellationToken)
    {
        if (await layer.PutIfAbsentAsync(Key, Write(lakehouse), cancellationToken) == PutOutcome.Created)
            return;
        var owner = await ReadAsync(layer, cancellationToken);
        if (owner == lakehouse)
            return;
        if (owner is not null && !takeOver)
        {
            throw new DiagnosticException(
                TableCodes.LocationOwned,
                $"{layer.Location} belongs to the Lakehouse {owner}",
                "choose another location, or take this one: annotation lakehouse.dev/take-over: \"true\"");
        }

        await layer.PutAsync(Key, Write(lakehouse), cancellationToken);
    }

    /// <summary>Null where there is no mark, or none that can be read.</summary>
    public static async Task<string?> ReadAsync(IObjectStore layer, CancellationToken cancellationToken)
    {
        var content = await layer.GetAsync(Key, cancellationToken);
        if (content is null)
            return null;
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(Member, out var owner) && owner.ValueKind == JsonValueKind.String
                ? owner.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> Write(string lakehouse)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(Member, lakehouse);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
