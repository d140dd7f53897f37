using System.Globalization;
using System.Text.Json;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>
/// Domain <c>lakehouse.dataVersion</c>, in every commit of ours: the data version as of that commit's own version. A checkpoint keeps it when
/// the JSON from which it would be derived is gone (ADR 0004).
/// </summary>
internal static class DataVersionRecord
{
    public const string Domain = "lakehouse.dataVersion";

    public static string Write(long dataVersion, long version) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"dataVersion\":{dataVersion},\"version\":{version}}}");

    /// <summary>Null where the table has none, or another program wrote something else there.</summary>
    public static (long DataVersion, long Version)? Read(IReadOnlyDictionary<string, string> domains)
    {
        if (!domains.TryGetValue(Domain, out var text))
            return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return (json.RootElement.GetProperty("dataVersion").GetInt64(), json.RootElement.GetProperty("version").GetInt64());
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
