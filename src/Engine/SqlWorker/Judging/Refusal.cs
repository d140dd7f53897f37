using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>Ends the judging of a text. Never leaves the worker: it becomes the answer's <see cref="Sql.SqlError"/>.</summary>
/// <param name="location">Byte offset into the prepared text.</param>
internal sealed class RefusalException(ErrorCode code, string message, long? location = null, string? help = null) : Exception(message)
{
    public ErrorCode Code { get; } = code;

    public long? Location { get; } = location;

    public string? Help { get; } = help;
}
