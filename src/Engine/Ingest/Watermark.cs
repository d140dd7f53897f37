using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>The greatest value that a table's time column has had, in the same commit as the row that holds it.</summary>
internal sealed record Watermark([property: JsonRequired] string Column, [property: JsonRequired] DateTimeOffset Max)
{
    public const string Domain = "lakehouse.watermark";

    /// <summary>Of a batch, from the files' statistics; null where they do not say.</summary>
    public static Watermark? Of(StagedBatch batch, string? column)
    {
        if (column is null)
            return null;
        DateTimeOffset? max = null;
        foreach (var file in batch.Rows)
        {
            if (file.Stats.TryGetValue(SqlText.Name(column), out var stats)
                && DateTimeOffset.TryParse(stats.Max, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var value)
                && (max is null || value > max))
            {
                max = value;
            }
        }

        return max is { } greatest ? new Watermark(column, greatest) : null;
    }

    public static Watermark? Read(Snapshot? table)
    {
        if (table is null || !table.Domains.TryGetValue(Domain, out var json))
            return null;
        try
        {
            return JsonSerializer.Deserialize(json, WatermarkJson.Default.Watermark);
        }
        catch (JsonException)
        {
            // It only informs; the next batch writes it anew.
            return null;
        }
    }

    /// <summary>This one where it says more than the table does.</summary>
    public Watermark? After(Watermark? held) => held is null || held.Column != Column || held.Max < Max ? this : null;

    public string ToJson() => JsonSerializer.Serialize(this, WatermarkJson.Default.Watermark);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Watermark))]
internal sealed partial class WatermarkJson : JsonSerializerContext;
