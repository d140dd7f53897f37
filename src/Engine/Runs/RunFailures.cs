using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Runs;

/// <summary>From whatever ended a run to what its report says; the only place where an exception becomes an exit code.</summary>
public static class RunFailures
{
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    public static RunError Describe(Exception exception) => exception switch
    {
        DiagnosticException known => Describe(known.Diagnostic),
        SqlWorkerGoneException gone => Describe(DiagnosticOf(gone)),
        DuckDbLibraryException library => Describe(DiagnosticOf(library)),
        IOException { HResult: NoSpaceLeft or QuotaExceeded } full => Describe(new Diagnostic(
            RunCodes.ScratchFull, DiagnosticSeverity.Error, $"no space left: {full.Message}", Help: "free space, or set LAKEHOUSE_SCRATCH to a larger volume")),
        IOException { HResult: ReadOnlyFileSystem } readOnly => Describe(new Diagnostic(
            RunCodes.ScratchUnusable, DiagnosticSeverity.Error, readOnly.Message, Help: "set LAKEHOUSE_SCRATCH to a folder that can be written")),
        _ => new RunError(BugCodes.Unhandled.Id, BugCodes.Unhandled.Exit, $"{exception.GetType().Name} where none was expected", Help: BugReport),
    };

    public const string BugReport = "please report it with the output of the same command under LAKEHOUSE_DEBUG=1";

    public static RunError Describe(Diagnostic diagnostic) => new(
        diagnostic.Code.Id,
        diagnostic.Code.Exit,
        diagnostic.Message,
        diagnostic.Field,
        diagnostic.Place?.Line,
        diagnostic.Place?.Column,
        diagnostic.Help);

    /// <summary>Whether waiting may mend it: these exits are retried, all others ask for a change.</summary>
    public static bool IsTransient(RunnerExit exit) => exit is RunnerExit.Source or RunnerExit.Store or RunnerExit.Target;

    /// <summary>The message says what to do.</summary>
    public static Diagnostic DiagnosticOf(DuckDbLibraryException library) => new(RunCodes.LibraryUnusable, DiagnosticSeverity.Error, library.Message);

    /// <summary>What ended a worker, for whoever has no run to report it with.</summary>
    public static Diagnostic DiagnosticOf(SqlWorkerGoneException gone) => gone.End switch
    {
        WorkerEnd.Deadline => new(RunCodes.DeadlineExceeded, DiagnosticSeverity.Error, gone.Message, Help: "raise execution.activeDeadlineSeconds, or read less"),
        WorkerEnd.Memory => new(RunCodes.OutOfMemory, DiagnosticSeverity.Error, gone.Message, Help: "raise runner.resources.limits.memory, or hold less at once"),
        WorkerEnd.ScratchFull => new(RunCodes.ScratchFull, DiagnosticSeverity.Error, gone.Message, Help: "raise runner.scratch.sizeLimit, or write less"),
        _ => new(RunCodes.WorkerGone, DiagnosticSeverity.Error, gone.Message, Help: "run it again; if it ends so every time, " + BugReport),
    };
}
