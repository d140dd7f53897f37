using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>The one number of a file's statistics that the log itself needs (Delta protocol, "Per-file Statistics").</summary>
internal static class StatisticsText
{
    /// <summary><c>numRecords</c>; null where there is none, or the text is no JSON object: a missing statistic means unknown.</summary>
    public static long? RowCount(string? stats)
    {
        if (string.IsNullOrEmpty(stats))
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(stats.Length));
        try
        {
            return RowCount(buffer.AsSpan(0, Encoding.UTF8.GetBytes(stats, buffer)));
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long? RowCount(ReadOnlySpan<byte> stats)
    {
        var json = new Utf8JsonReader(stats);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = json.ValueTextEquals("numRecords"u8);
            json.Read();
            if (wanted)
                return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var rows) && rows >= 0 ? rows : null;
            json.Skip();
        }

        return null;
    }
}
