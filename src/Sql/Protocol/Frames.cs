using System.Text.Json.Serialization;

namespace LakehouseOperator.Sql.Protocol;

/// <summary>
/// The worker's protocol. Both sides send frames (<see cref="Frame"/>). The client speaks first (<see cref="FrameKind.Hello"/>), the worker
/// answers with the version that both use from then on; after that every request gets exactly one answer with its id, before it any number of
/// <see cref="FrameKind.Rows"/>. One request at a time.
/// </summary>
public static class WorkerProtocol
{
    public const int Current = 1;

    /// <summary>Oldest version that this side still speaks.</summary>
    public const int Oldest = 1;

    /// <summary>A table of 100,000 files with partition values is about 30 MB.</summary>
    public const int MaxFrameBytes = 128 << 20;

    /// <summary>A statement longer than this is refused before it is parsed.</summary>
    public const int MaxSqlLength = 1 << 20;

    /// <summary>The version both sides speak, or null where there is none.</summary>
    public static int? Agree(Hello other)
    {
        var version = Math.Min(Current, other.Protocol);
        return version >= Oldest && version >= other.Oldest ? version : null;
    }
}

/// <summary>What a frame is, and so which record its JSON holds. Values are never reused.</summary>
public enum FrameKind : byte
{
    /// <summary><see cref="Protocol.Hello"/>, both ways.</summary>
    Hello = 1,

    Parse = 2,
    Bind = 3,
    BindExpression = 4,
    Run = 5,
    Query = 6,
    Filters = 8,

    /// <summary>Client: give up the request of this id; no JSON. It is answered all the same, by <see cref="Cancelled"/> or as if nothing was.</summary>
    Cancel = 7,

    /// <summary><see cref="ParseResult"/>.</summary>
    Parsed = 65,

    /// <summary><see cref="BindResult"/>.</summary>
    Bound = 66,

    /// <summary><see cref="RunResult"/>.</summary>
    Ran = 67,

    /// <summary>An array of rows, each an array of values; more follow, then <see cref="RowsEnd"/>.</summary>
    Rows = 68,

    /// <summary><see cref="Protocol.RowsEnd"/>.</summary>
    RowsEnd = 69,

    /// <summary>No JSON.</summary>
    Cancelled = 70,

    /// <summary><see cref="FilterResult"/>.</summary>
    Filtered = 72,

    /// <summary>A sidecar, to its guardian: the request in hand holds more than half of its memory; no JSON. What ends the worker without a word after this was the kernel.</summary>
    Pressure = 73,

    /// <summary><see cref="WorkerFailure"/>: the worker could not answer; it is not to be used again. To a guardian: why the worker ends now.</summary>
    Failed = 71,
}

/// <param name="Protocol">Newest version that the sender speaks; in the worker's answer the one agreed on.</param>
/// <param name="Engine">Of the worker: DuckDB's version.</param>
/// <param name="Guardian">
/// Of the client: this connection asks nothing. It is there for as long as the client is, and a worker in a container of its own serves while it has one and ends with it.
/// </param>
public sealed record Hello(int Protocol, int Oldest, string? Engine = null, bool? Guardian = null);

public sealed record ParseRequest(string Sql, SqlLimits Limits);

public sealed record BindRequest(string Sql, IReadOnlyList<SqlTable> Tables, SqlLimits Limits);

public sealed record FilterRequest(string Sql, IReadOnlyList<SqlTable> Tables, SqlLimits Limits);

public sealed record BindExpressionRequest(string Expression, bool Aggregate, SqlTable Table, SqlLimits Limits);

public sealed record RunRequest(string Sql, IReadOnlyList<SqlTable> Tables, OutputSpec Output, SqlLimits Limits);

public sealed record QueryRequest(string Sql, IReadOnlyList<SqlTable> Tables, SqlLimits Limits, long MaxRows);

public sealed record RowsEnd(IReadOnlyList<SqlColumn> Columns, bool Truncated, SqlError? Error = null);

/// <param name="End">What ran out; <see cref="WorkerEnd.Exited"/> for a defect of ours.</param>
public sealed record WorkerFailure(WorkerEnd End, string Message);

/// <summary>The peer does not speak the protocol: garbage, a frame too large, a version that is not ours. The connection is closed.</summary>
public sealed class WorkerProtocolException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A record a kind and no envelope around them: a process builds the metadata of those alone that it meets.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(ParseRequest))]
[JsonSerializable(typeof(BindRequest))]
[JsonSerializable(typeof(BindExpressionRequest))]
[JsonSerializable(typeof(FilterRequest))]
[JsonSerializable(typeof(FilterResult))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(QueryRequest))]
[JsonSerializable(typeof(ParseResult))]
[JsonSerializable(typeof(BindResult))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(RowsEnd))]
[JsonSerializable(typeof(WorkerFailure))]
public sealed partial class FrameJson : JsonSerializerContext;
