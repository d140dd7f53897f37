using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>Told of every request's bounds before it touches anything. One request at a time.</summary>
public interface IRequestBounds
{
    /// <summary>The bounds that the request is to be held to: those asked for, or tighter ones.</summary>
    /// <param name="output">The folder that it may write, or null.</param>
    SqlLimits Begin(SqlLimits limits, string? output);

    /// <summary>It was answered, or failed.</summary>
    void End();
}

internal sealed class NoRequestBounds : IRequestBounds
{
    public static readonly NoRequestBounds Instance = new();

    public SqlLimits Begin(SqlLimits limits, string? output) => limits;

    public void End()
    {
    }
}
