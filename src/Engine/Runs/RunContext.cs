using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Sql;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Engine.Runs;

/// <summary>What runs of one process share. Runs may go on side by side.</summary>
public sealed record RunContext(
    Lake Lake, ISqlWorkerPool Workers, ScratchRoot Scratch, TimeProvider Time, IRunProgress Progress, ILogger Log)
{
    public ISecrets Secrets { get; init; } = NoSecrets.Instance;

    /// <summary>Where runs may not connect to; null: anywhere. The lake was opened with it, too.</summary>
    public ConnectGuard? Guard { get; init; }
}

/// <summary>For those who do not watch.</summary>
public sealed class NoProgress : IRunProgress
{
    public static readonly NoProgress Instance = new();

    public void Stage(Pipelines.ResourceId resource, RunStage stage)
    {
    }

    public void Rows(Pipelines.ResourceId resource, long rows)
    {
    }

    public void Committed(Pipelines.ResourceId resource, Pipelines.TableName table, long version, long rowsAdded)
    {
    }
}
