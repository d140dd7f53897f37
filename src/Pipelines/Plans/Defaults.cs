using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>Every default that is not written in a record, once. The reference page is made from these.</summary>
public static class Defaults
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1800);

    /// <summary>Of a probe: longer than a store that does not answer is asked for, so that the report says so.</summary>
    public static readonly TimeSpan ProbeDeadline = TimeSpan.FromMinutes(6);

    /// <summary>Attempts after the first, for failures that waiting may mend.</summary>
    public const int Retries = 3;

    public static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(60);

    public const long CommitRows = 100_000;

    public const long CommitBytes = 128L << 20;

    public const long ScratchBytes = 10L << 30;

    public const long TargetFileSizeBytes = 256L << 20;

    public static readonly TimeSpan Retention = TimeSpan.FromHours(168);

    public const int MaxConcurrentRuns = 10;

    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan SettleFor = TimeSpan.FromSeconds(2);

    public const string FilePattern = "*";

    public const string RedisGroup = "lakehouse";

    public const string RedisField = "data";

    public static readonly RedisFormatSpec RedisFormat = new(Json: new RedisJsonFormatSpec(RedisField));

    /// <summary>Of stores that have no regions, too: a request is signed for one.</summary>
    public const string Region = "us-east-1";

    public static readonly MaterializationSpec Materialization = new(Replace: new ReplaceSpec());

    public static readonly TriggerSpec Trigger = new(OnChange: new OnChangeSpec());

    public static readonly ContractSpec Contract = new();

    /// <summary>The source with every field that has a default set.</summary>
    public static SourceSpec Of(SourceSpec source) => source switch
    {
        { Files: { } files } => source with { Files = files with { Pattern = files.Pattern ?? FilePattern, SettleFor = files.SettleFor ?? new Duration(SettleFor), Format = Of(files.Format) } },
        { RedisStreams: { } redis } => source with { RedisStreams = Of(redis) },
        _ => source,
    };

    /// <summary>Where the store is and which secrets open it.</summary>
    public static S3Plan Of(S3StorageSpec s3) => new(
        s3.Endpoint?.TrimEnd('/'),
        s3.Region ?? Region,
        s3.PathStyle ?? s3.Endpoint is not null,
        s3.CredentialsSecretRef is { } secret
            ? new S3CredentialsPlan(secret.Name, secret.Keys?.AccessKeyId ?? "accessKeyId", secret.Keys?.SecretAccessKey ?? "secretAccessKey", secret.Keys?.SessionToken ?? "sessionToken")
            : null,
        s3.CaSecretRef);

    public static IngestedTableSpec Of(IngestedTableSpec table) => table with
    {
        PartitionBy = table.PartitionBy ?? [],
        Contract = table.Contract ?? Contract,
    };

    private static RedisStreamsSourceSpec Of(RedisStreamsSourceSpec redis) => redis with
    {
        Group = redis.Group ?? RedisGroup,
        Format = redis.Format switch { null => RedisFormat, { Json: { Field: null } } => RedisFormat, { } format => format },
        StartFrom = redis.StartFrom ?? RedisStartFrom.Earliest,
    };

    private static FileFormatSpec Of(FileFormatSpec format) => format.Csv is { } csv
        ? format with { Csv = csv with { Delimiter = csv.Delimiter ?? ",", Quote = csv.Quote ?? "\"" } }
        : format;
}
