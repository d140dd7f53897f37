using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Local;

/// <summary>How a resource stands when the loop ends.</summary>
public enum Outcome
{
    /// <summary>A Lakehouse whose layers can be used.</summary>
    Ready,
    Succeeded,
    UpToDate,

    /// <summary>Every check of a QualityCheck passed, or had no rows to look at.</summary>
    Passed,

    /// <summary>Only checks of severity Warning failed.</summary>
    Warned,

    /// <summary>A run failed, or a check of severity Error did.</summary>
    Failed,

    /// <summary>A gate kept the new version from being published.</summary>
    Blocked,

    /// <summary>What it reads is not there, because something before it failed.</summary>
    Waiting,
    Suspended,

    /// <summary>The document has errors; nothing of it was run.</summary>
    Invalid,

    /// <summary>The loop was told to end before it was done.</summary>
    Interrupted,
}

/// <summary>One line of what <c>lakehouse run</c> reports.</summary>
/// <param name="Rows">Live rows of the tables that it writes or checks.</param>
/// <param name="Version">Version of that table; the highest of several.</param>
/// <param name="Duration">Of its runs together.</param>
/// <param name="Place">Where the error is to be mended, if in a document.</param>
public sealed record ResourceOutcome(
    ResourceId Resource,
    Outcome Outcome,
    long? Rows,
    long? Version,
    TimeSpan? Duration,
    IReadOnlyList<CheckResult> Checks,
    RunError? Error,
    Place? Place = null);

/// <summary>What the whole loop came to.</summary>
/// <param name="Resources">In the order of kinds, then as they depend on each other, then by name.</param>
/// <param name="InvalidInput">Some document or path has an error, whether or not it names a resource.</param>
/// <param name="Sample">A table with rows that is worth a look.</param>
public sealed record LocalReport(IReadOnlyList<ResourceOutcome> Resources, bool InvalidInput = false, string? Sample = null)
{
    /// <summary>0 fine · 1 a run failed · 2 invalid input · 3 a check of severity Error failed or a gate blocked; precedence 2, 1, 3.</summary>
    public int ExitCode
    {
        get
        {
            var codes = Resources.Select(Code).ToHashSet();
            return InvalidInput || codes.Contains(2) ? 2 : codes.Contains(1) ? 1 : codes.Contains(3) ? 3 : 0;
        }
    }

    private static int Code(ResourceOutcome resource) => resource switch
    {
        { Outcome: Outcome.Invalid } or { Error.Exit: RunnerExit.Invalid } => 2,
        { Outcome: Outcome.Failed, Resource.Kind: ResourceKind.QualityCheck, Error: null } => 3,
        { Outcome: Outcome.Failed } => 1,
        { Outcome: Outcome.Blocked } => 3,
        _ => 0,
    };
}
