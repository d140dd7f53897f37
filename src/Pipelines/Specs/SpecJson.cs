using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>
/// The JSON of every spec: camelCase, enums by name, absent members omitted, members in the order of the records. It is the contract of the
/// parser and of the schema, and what hashes are taken over.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Metadata))]
[JsonSerializable(typeof(LakehouseSpec))]
[JsonSerializable(typeof(IngestionSpec))]
[JsonSerializable(typeof(TransformationSpec))]
[JsonSerializable(typeof(QualityCheckSpec))]
[JsonSerializable(typeof(IReadOnlyList<CheckSpec>))]
public sealed partial class SpecJson : JsonSerializerContext;
