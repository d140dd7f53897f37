using System.Text.Json;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Sql.Protocol;

/// <summary>
/// The worker's protocol: both sides send frames of a 32-bit little-endian length and that many bytes of JSON. The client speaks first
/// (<see cref="Hello"/>), the worker answers with the version that both use from then on; after that every request gets exactly one
/// answer with its id, before it any number of <see cref="ResponseFrame.Rows"/>. One request at a time.
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

/// <param name="Protocol">Newest version that the sender speaks; in the worker's answer the one agreed on.</param>
/// <param name="Engine">Of the worker: DuckDB's version.</param>
public sealed record Hello(int Protocol, int Oldest, string? Engine = null);

/// <summary>Client to worker: exactly one member beside the id.</summary>
public sealed record RequestFrame(
    long Id,
    Hello? Hello = null,
    ParseRequest? Parse = null,
    BindRequest? Bind = null,
    BindExpressionRequest? BindExpression = null,
    RunRequest? Run = null,
    QueryRequest? Query = null,
    bool Cancel = false);

public sealed record ParseRequest(string Sql, SqlLimits Limits);

public sealed record BindRequest(string Sql, IReadOnlyList<SqlTable> Tables, SqlLimits Limits);

public sealed record BindExpressionRequest(string Expression, bool Aggregate, SqlTable Table, SqlLimits Limits);

public sealed record RunRequest(string Sql, IReadOnlyList<SqlTable> Tables, OutputSpec Output, SqlLimits Limits);

public sealed record QueryRequest(string Sql, IReadOnlyList<SqlTable> Tables, SqlLimits Limits, long MaxRows);

/// <summary>Worker to client: exactly one member beside the id.</summary>
/// <param name="Rows">An array of rows, each an array of values; more follow, then <paramref name="RowsEnd"/>.</param>
/// <param name="Failed">The worker could not answer; it is not to be used again.</param>
public sealed record ResponseFrame(
    long Id,
    Hello? Hello = null,
    ParseResult? Parse = null,
    BindResult? Bind = null,
    RunResult? Run = null,
    JsonElement? Rows = null,
    RowsEnd? RowsEnd = null,
    bool Cancelled = false,
    WorkerFailure? Failed = null);

public sealed record RowsEnd(IReadOnlyList<SqlColumn> Columns, bool Truncated, SqlError? Error = null);

/// <param name="End">What ran out; <see cref="WorkerEnd.Exited"/> for a defect of ours.</param>
public sealed record WorkerFailure(WorkerEnd End, string Message);

/// <summary>The peer does not speak the protocol: garbage, a frame too large, a version that is not ours. The connection is closed.</summary>
public sealed class WorkerProtocolException(string message, Exception? inner = null) : Exception(message, inner);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    MaxDepth = 128)]
[JsonSerializable(typeof(RequestFrame))]
[JsonSerializable(typeof(ResponseFrame))]
public sealed partial class FrameJson : JsonSerializerContext;
