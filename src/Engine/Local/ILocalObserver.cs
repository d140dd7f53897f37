using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Local;

/// <summary>Told what the loop does; calls are cheap, may come from any thread, and never throw.</summary>
public interface ILocalObserver : IRunProgress
{
    /// <summary>Errors, warnings and notes about the documents.</summary>
    void Found(IReadOnlyList<Diagnostic> diagnostics);

    void Started(ResourceId resource, int attempt);

    /// <summary>A run ended. Streams end when the loop does.</summary>
    void Finished(ResourceId resource, RunReport report);

    /// <summary>It failed in a way that waiting may mend, and will be tried again.</summary>
    void Retrying(ResourceId resource, RunError error, int attempt, TimeSpan after);
}
