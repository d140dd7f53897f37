using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>Which tables we may commit to (Delta protocol, "Writer Version Requirements"); a feature that we do not honour is refused by its name.</summary>
internal static class WriterFeatures
{
    /// <summary>What a table of ours is created with: every reader reads it, and positions survive checkpoints.</summary>
    public static ProtocolAction Ours { get; } = new(1, 7, null, ["appendOnly", "invariants", "domainMetadata"]);

    /// <summary>What each legacy writer version implied.</summary>
    private static readonly (int Version, string Feature)[] Legacy =
    [
        (2, "appendOnly"), (2, "invariants"), (3, "checkConstraints"), (4, "changeDataFeed"), (4, "generatedColumns"), (5, "columnMapping"), (6, "identityColumns"),
    ];

    /// <summary>The protocol to write with the commit, or null where the table's own does.</summary>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.UnsupportedFeature"/>.</exception>
    public static ProtocolAction? Require(string location, ProtocolAction protocol, MetaDataAction metaData)
    {
        if (protocol.MinWriterVersion is < 1 or > 7)
            throw LogDamage.Unsupported(location, $"minWriterVersion {protocol.MinWriterVersion}");
        var features = protocol.MinWriterVersion == 7
            ? protocol.WriterFeatures ?? []
            : [.. Legacy.Where(one => one.Version <= protocol.MinWriterVersion).Select(static one => one.Feature)];
        foreach (var feature in features)
        {
            if (IsActive(feature, metaData))
                throw LogDamage.Unsupported(location, feature, "for writing");
        }

        // Constraints bind also where the table's version would not ask for them: rather refuse than break them.
        foreach (var (_, feature) in Legacy)
        {
            if (IsActive(feature, metaData))
                throw LogDamage.Unsupported(location, feature, "for writing");
        }

        return protocol.MinWriterVersion == 7 && features.Contains("domainMetadata", StringComparer.Ordinal)
            ? null
            : protocol with { MinWriterVersion = 7, WriterFeatures = [.. features, "domainMetadata"] };
    }

    private static bool IsActive(string feature, MetaDataAction metaData) => feature switch
    {
        "appendOnly" or "domainMetadata" or "vacuumProtocolCheck" => false,
        "allowColumnDefaults" => false, // every commit of ours brings every column
        "invariants" => HasField(metaData, "delta.invariants"),
        "checkConstraints" => Properties(metaData).Any(static one => one.Key.StartsWith("delta.constraints.", StringComparison.Ordinal)),
        "changeDataFeed" => IsTrue(metaData, "delta.enableChangeDataFeed"),
        "generatedColumns" => HasField(metaData, "delta.generationExpression"),
        "identityColumns" => HasField(metaData, "delta.identity."),
        "columnMapping" => Properties(metaData).TryGetValue(ReaderFeatures.ColumnMappingMode, out var mode) && mode is not (null or "none"),
        "inCommitTimestamp" => IsTrue(metaData, "delta.enableInCommitTimestamps"),
        "icebergCompatV1" => IsTrue(metaData, "delta.enableIcebergCompatV1"),
        "icebergCompatV2" => IsTrue(metaData, "delta.enableIcebergCompatV2"),
        _ => true,
    };

    /// <summary>The names are no words of prose: a schema that holds one has it as a field's metadata.</summary>
    private static bool HasField(MetaDataAction metaData, string name) =>
        metaData.SchemaString.Contains($"\"{name}", StringComparison.Ordinal);

    private static bool IsTrue(MetaDataAction metaData, string property) =>
        Properties(metaData).TryGetValue(property, out var value) && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyDictionary<string, string?> Properties(MetaDataAction metaData) =>
        metaData.Configuration ?? new Dictionary<string, string?>(StringComparer.Ordinal);
}
