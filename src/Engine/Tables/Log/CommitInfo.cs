using System.Globalization;
using System.Text.Json;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>
/// Delta protocol, "Commit Provenance Information": free-form, so whatever is not there or of another type is simply unknown.
/// </summary>
/// <param name="Timestamp">Milliseconds since the epoch.</param>
/// <param name="TxnId">Unique per commit; how a writer whose reply was lost recognises its own.</param>
/// <param name="Metrics"><c>operationMetrics</c>.</param>
internal sealed record CommitInfo(
    long? Timestamp, string? Operation, string? TxnId, string? RunId, IReadOnlyDictionary<string, long> Metrics)
{
    public static CommitInfo Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new CommitInfo(null, null, null, null, new Dictionary<string, long>(StringComparer.Ordinal));
        var metrics = new Dictionary<string, long>(StringComparer.Ordinal);
        if (json.TryGetProperty("operationMetrics", out var listed) && listed.ValueKind == JsonValueKind.Object)
        {
            foreach (var metric in listed.EnumerateObject())
            {
                if (Number(metric.Value) is { } number)
                    metrics[metric.Name] = number;
            }
        }

        return new CommitInfo(
            json.TryGetProperty("timestamp", out var timestamp) ? Number(timestamp) : null,
            Text(json, "operation"),
            Text(json, "txnId"),
            Text(json, "runId"),
            metrics);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Metrics are strings by custom, numbers by some.</summary>
    private static long? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
