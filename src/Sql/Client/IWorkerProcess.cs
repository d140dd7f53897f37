namespace LakehouseOperator.Sql.Client;

/// <summary>What stands behind a connection: a child process that can be killed and measured, or a sidecar that can only be hung up on.</summary>
public interface IWorkerProcess : IAsyncDisposable
{
    /// <summary>Why it was ended; null while it lives, and when it ended by itself.</summary>
    WorkerEnd? End { get; }

    /// <summary>What it said of its end; null where it said nothing.</summary>
    string? LastWords => null;

    /// <summary>Ends it now. The first reason given stays.</summary>
    void Kill(WorkerEnd why);

    /// <summary>Holds it to the limits, and the output folder to the scratch bound, until disposed.</summary>
    IDisposable Watch(SqlLimits limits, string? outputDirectory);

    /// <summary>The connection broke: waits shortly for the process to end by itself, kills it otherwise, and says why it ended.</summary>
    Task<WorkerEnd> EndedAsync();
}
