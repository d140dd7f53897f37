using System.Text.Json;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>
/// One line of a log file (Delta protocol, "Actions"): exactly one member is set; a line of an action that is not listed here sets none and is
/// ignored, as the protocol asks. <c>cdc</c>, <c>sidecar</c> and <c>checkpointMetadata</c> are among the ignored ones.
/// </summary>
internal sealed record LogLine(
    JsonElement? CommitInfo = null,
    ProtocolAction? Protocol = null,
    MetaDataAction? MetaData = null,
    TxnAction? Txn = null,
    DomainMetadataAction? DomainMetadata = null,
    RemoveAction? Remove = null,
    AddAction? Add = null);

/// <summary>Delta protocol, "Protocol Evolution".</summary>
internal sealed record ProtocolAction(
    [property: JsonRequired] int MinReaderVersion,
    [property: JsonRequired] int MinWriterVersion,
    IReadOnlyList<string>? ReaderFeatures = null,
    IReadOnlyList<string>? WriterFeatures = null);

/// <summary>Delta protocol, "Change Metadata".</summary>
internal sealed record MetaDataAction(
    [property: JsonRequired] string Id,
    [property: JsonRequired] string SchemaString,
    string? Name = null,
    string? Description = null,
    FormatSpecification? Format = null,
    IReadOnlyList<string>? PartitionColumns = null,
    IReadOnlyDictionary<string, string?>? Configuration = null,
    long? CreatedTime = null);

internal sealed record FormatSpecification(string Provider, IReadOnlyDictionary<string, string?>? Options = null);

/// <summary>Delta protocol, "Transaction Identifiers".</summary>
internal sealed record TxnAction(
    [property: JsonRequired] string AppId,
    [property: JsonRequired] long Version,
    long? LastUpdated = null);

/// <summary>Delta protocol, "Domain Metadata".</summary>
internal sealed record DomainMetadataAction(
    [property: JsonRequired] string Domain,
    string? Configuration = null,
    bool Removed = false);

/// <summary>Delta protocol, "Add File and Remove File".</summary>
internal sealed record AddAction(
    [property: JsonRequired] string Path,
    IReadOnlyDictionary<string, string?>? PartitionValues,
    [property: JsonRequired] long Size,
    long ModificationTime,
    bool DataChange = true,
    string? Stats = null,
    IReadOnlyDictionary<string, string?>? Tags = null,
    DeletionVectorAction? DeletionVector = null);

/// <summary>Delta protocol, "Add File and Remove File".</summary>
internal sealed record RemoveAction(
    [property: JsonRequired] string Path,
    long? DeletionTimestamp = null,
    bool DataChange = true,
    bool? ExtendedFileMetadata = null,
    IReadOnlyDictionary<string, string?>? PartitionValues = null,
    long? Size = null,
    string? Stats = null,
    IReadOnlyDictionary<string, string?>? Tags = null,
    DeletionVectorAction? DeletionVector = null);

/// <summary>Delta protocol, "Deletion Vector Descriptor Schema": only what makes up its unique id.</summary>
internal sealed record DeletionVectorAction(string? StorageType = null, string? PathOrInlineDv = null, int? Offset = null)
{
    /// <summary>"Derived Fields".</summary>
    public string UniqueId => Offset is { } offset ? $"{StorageType}{PathOrInlineDv}@{offset}" : $"{StorageType}{PathOrInlineDv}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(ProtocolAction))]
[JsonSerializable(typeof(MetaDataAction))]
internal sealed partial class LogJson : JsonSerializerContext;
