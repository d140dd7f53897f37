using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>Whether a table can be read rightly (Delta protocol, "Requirements for Readers"); otherwise it is refused by the feature's name.</summary>
internal static class ReaderFeatures
{
    public const string ColumnMappingMode = "delta.columnMapping.mode";

    /// <exception cref="Pipelines.Codes.DiagnosticException">Unsupported, or the schema's text is damaged.</exception>
    public static TableSchema Require(LogState state)
    {
        var (location, protocol, metaData) = (state.Location, state.Protocol!, state.MetaData!);
        if (protocol.MinReaderVersion is < 1 or > 3)
            throw LogDamage.Unsupported(location, $"minReaderVersion {protocol.MinReaderVersion}");
        if (protocol.MinReaderVersion == 3)
        {
            foreach (var feature in protocol.ReaderFeatures ?? [])
            {
                // Column mapping that is switched off maps nothing; the vacuum check binds only who deletes files.
                if (feature is not ("columnMapping" or "vacuumProtocolCheck"))
                    throw LogDamage.Unsupported(location, feature);
            }
        }

        if (metaData.Configuration is { } properties && properties.TryGetValue(ColumnMappingMode, out var mode) && mode is not (null or "none"))
            throw LogDamage.Unsupported(location, "columnMapping", $"mode {mode}");
        if (metaData.Format is { } format && format.Provider != "parquet")
            throw LogDamage.Unsupported(location, $"format {format.Provider}");
        return Schema(location, state.Version, metaData);
    }

    private static TableSchema Schema(string location, long version, MetaDataAction metaData)
    {
        try
        {
            if (!TableSchema.TryFromDelta(metaData.SchemaString, metaData.PartitionColumns ?? [], out var schema, out var refusal))
                throw LogDamage.Unsupported(location, FeatureOf(metaData.SchemaString), refusal.Message);
            foreach (var column in schema.PartitionColumns)
            {
                if (schema.Find(column) is null)
                    throw LogDamage.At(location, LogFileName.Commit(version), $"the partition column \"{column}\" is not in the schema");
            }

            return schema;
        }
        catch (System.Text.Json.JsonException failure)
        {
            throw LogDamage.At(location, LogFileName.Commit(version), $"the schema is not JSON: {failure.Message}", failure);
        }
    }

    /// <summary>Types that are features of their own should have been listed; some writers forget.</summary>
    private static string FeatureOf(string schema) =>
        schema.Contains("\"timestamp_ntz\"", StringComparison.Ordinal) ? "timestampNtz"
        : schema.Contains("\"variant\"", StringComparison.Ordinal) ? "variantType"
        : "schema";
}
