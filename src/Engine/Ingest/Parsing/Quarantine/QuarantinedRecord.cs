using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.Engine.Ingest.Parsing.Quarantine;

/// <summary>Columns of the relation that gives quarantined records, whatever their source's format.</summary>
public static class QuarantineColumns
{
    /// <summary>The record as it came. NULL where it is not UTF-8, which <see cref="PayloadBytes"/> then holds: nothing is replaced, so it can be replayed.</summary>
    public const string Payload = "payload";

    /// <summary>The record as it came where it is not UTF-8; else NULL.</summary>
    public const string PayloadBytes = "payload_bytes";

    public const string Position = "_source_position";

    /// <summary>One of <see cref="Pipelines.Codes.RecordCodes"/>.</summary>
    public const string ErrorCode = "error_code";

    /// <summary>The column, or the record's field, that the error is about; NULL where it is the whole record.</summary>
    public const string Field = "field";

    /// <summary>What is wrong with it, without any value.</summary>
    public const string Message = "message";

    public static IReadOnlyList<DuckDbColumn> All { get; } =
    [
        new(Payload, DuckDbType.Varchar),
        new(PayloadBytes, DuckDbType.Blob),
        new(Position, DuckDbType.Varchar),
        new(ErrorCode, DuckDbType.Varchar),
        new(Field, DuckDbType.Varchar),
        new(Message, DuckDbType.Varchar),
    ];
}
