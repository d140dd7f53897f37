using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Runs;

public enum RunStage
{
    Reading,
    Staging,
    Running,
    Checking,
    Committing,
}

/// <summary>Told while a run goes on; calls are cheap, may come from any thread, and never throw.</summary>
public interface IRunProgress
{
    void Stage(ResourceId resource, RunStage stage);

    /// <summary>Rows handled so far in this run.</summary>
    void Rows(ResourceId resource, long rows);

    /// <summary>A commit landed.</summary>
    void Committed(ResourceId resource, TableName table, long version, long rowsAdded);

    /// <summary>The run goes on until it is stopped, and can be asked from any thread what it has done so far; after its end, what it had done.</summary>
    void Running(ResourceId resource, Func<RunReport> present)
    {
    }

    /// <summary>Something that a person should know and that does not end the run, such as a file that is left for later.</summary>
    void Noticed(ResourceId resource, Diagnostic diagnostic)
    {
    }
}
