using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>
/// What one run shall do: everything that a runner needs, with every default applied, and no secret. Frozen by ADR 0002 and its golden
/// files; read and written by <see cref="PlanJson"/> alone.
/// </summary>
/// <param name="Protocol">Version of plan and report; a reader accepts its own and the one before.</param>
/// <param name="RunId">Unique per attempt.</param>
/// <param name="PlanHash">Over everything but run id, attempt and trigger: equal hashes would write the same.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Adopt">True: take the table although another resource owns it (annotation <c>lakehouse.dev/adopt</c>).</param>
/// <param name="Probe">Of a Lakehouse.</param>
/// <param name="Drop">Set: the resource is gone, and so shall its tables be. Of an Ingestion or a Transformation, in the place of what it did.</param>
public sealed record RunPlan(
    int Protocol,
    string RunId,
    string PlanHash,
    ResourceKind Kind,
    string Namespace,
    string Name,
    int Attempt,
    RunTrigger Trigger,
    LakePlan Lake,
    RunLimits Limits,
    IngestionPlan? Ingestion = null,
    TransformationPlan? Transformation = null,
    QualityCheckPlan? QualityCheck = null,
    bool? Adopt = null,
    ProbePlan? Probe = null,
    DropPlan? Drop = null)
{
    public const int CurrentProtocol = 1;

    [JsonIgnore]
    public ResourceId Resource => new(Kind, Name, Namespace);
}

public enum TriggerKind
{
    OnChange,
    Request,
    Schedule,
    Stream,
}

/// <param name="Key">What made it due, in words that are equal for equal causes: input data versions and gate hashes, a time, or a request.</param>
public sealed record RunTrigger(TriggerKind Kind, string Key);

/// <param name="Layers">Location of every layer: <c>file:///path</c> or <c>s3://bucket/prefix</c>.</param>
/// <param name="S3">Where the buckets of <c>s3://</c> layers are; null where no layer is in one.</param>
public sealed record LakePlan(
    string Lakehouse,
    IReadOnlyDictionary<string, string> Layers,
    [property: JsonPropertyName("targetFileSize"), JsonConverter(typeof(BytesAsQuantity))] long TargetFileSizeBytes,
    TimeSpan LogRetention,
    TimeSpan FileRetention,
    S3Plan? S3 = null);

/// <param name="Endpoint">Null: AWS.</param>
/// <param name="Credentials">Null: the identity that the environment gives.</param>
/// <param name="Ca">Certificates that the endpoint's is trusted by, beside the system's.</param>
public sealed record S3Plan(string? Endpoint, string Region, bool PathStyle, S3CredentialsPlan? Credentials = null, SecretKeyRef? Ca = null);

/// <summary>The name of a secret and its keys, never what is under them.</summary>
public sealed record S3CredentialsPlan(string Secret, string AccessKeyId, string SecretAccessKey, string SessionToken);

/// <param name="Deadline">The run is ended after so long; zero: never (a stream).</param>
/// <param name="MemoryBytes">Hard bound of the SQL worker's resident memory; exceeded means exit <c>Memory</c>.</param>
/// <param name="ScratchBytes">Bound of spilled state and staged outputs; exceeded means exit <c>ScratchFull</c>.</param>
public sealed record RunLimits(
    TimeSpan Deadline,
    [property: JsonPropertyName("memory"), JsonConverter(typeof(BytesAsQuantity))] long MemoryBytes,
    [property: JsonPropertyName("scratch"), JsonConverter(typeof(BytesAsQuantity))] long ScratchBytes,
    int Threads);

/// <param name="Drain">End when the source has nothing more up to now, instead of waiting for more.</param>
/// <param name="Gates">Row-level gates by table; failing rows go to quarantine.</param>
public sealed record IngestionPlan(
    SourceSpec Source,
    IReadOnlyList<IngestedTableSpec> Tables,
    TimeSpan CommitInterval,
    long CommitRows,
    [property: JsonConverter(typeof(BytesAsQuantity))] long CommitBytes,
    bool Drain,
    IReadOnlyDictionary<string, IReadOnlyList<PlannedGate>>? Gates = null);

/// <param name="SqlHash">Over the SQL and what shapes its result (<see cref="PlanHashes.Sql"/>).</param>
/// <param name="Inputs">What the SQL reads, from its syntax tree.</param>
public sealed record TransformationPlan(
    string Sql,
    string SqlHash,
    string Table,
    MaterializationSpec Materialization,
    IReadOnlyList<PartitionSpec> PartitionBy,
    IReadOnlyList<PlannedInput> Inputs,
    IReadOnlyList<PlannedGate> Gates);

/// <param name="PinnedVersion">Of <c>AT (VERSION => n)</c>; otherwise the newest when the run starts.</param>
public sealed record PlannedInput(string Table, long? PinnedVersion = null);

/// <param name="Name">The QualityCheck that declares it.</param>
/// <param name="Hash">Over the checks; a gate whose checks changed makes its table due.</param>
public sealed record PlannedGate(string Name, string Hash, IReadOnlyList<CheckSpec> Checks);

/// <param name="Version">The version to check; null: the newest.</param>
public sealed record QualityCheckPlan(string Table, IReadOnlyList<CheckSpec> Checks, long? Version = null);

/// <summary>Finds out whether the stores of a Lakehouse can hold tables, and marks its layers as its own.</summary>
/// <param name="TakeOver">Take a layer although another Lakehouse marked it (annotation <c>lakehouse.dev/take-over</c>).</param>
/// <param name="OwnerUid">Of the resource. It is written to the mark for people to see; namespace and name decide, which a resource that is made again keeps.</param>
public sealed record ProbePlan(bool TakeOver, string OwnerUid);

/// <summary>
/// Drops tables whose resource is gone, each with its quarantine table: only those that the resource owns, and of them exactly what is theirs. Running it again goes on where it was
/// interrupted, and does nothing where everything is gone.
/// </summary>
/// <param name="Tables">As <c>layer.table</c>.</param>
public sealed record DropPlan(IReadOnlyList<string> Tables);
