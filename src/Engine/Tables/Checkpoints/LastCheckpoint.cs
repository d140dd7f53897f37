using System.Text.Json;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>
/// <c>_last_checkpoint</c> (Delta protocol, "Last Checkpoint File"): a hint where to begin listing. It may be missing, old or broken, and
/// nothing is concluded from it but that.
/// </summary>
internal static class LastCheckpoint
{
    public static async Task<long?> ReadAsync(IObjectStore table, CancellationToken cancellationToken)
    {
        var content = await table.GetAsync(LogFileName.LastCheckpoint, cancellationToken);
        if (content is null)
            return null;
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("version", out var version)
                && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt64(out var number) && number >= 0
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static Task WriteAsync(IObjectStore table, long version, long actions, long bytes, long adds, CancellationToken cancellationToken)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", version);
            json.WriteNumber("size", actions);
            json.WriteNumber("sizeInBytes", bytes);
            json.WriteNumber("numOfAddFiles", adds);
            json.WriteEndObject();
        }

        return table.PutAsync(LogFileName.LastCheckpoint, buffer.WrittenMemory, cancellationToken);
    }
}
