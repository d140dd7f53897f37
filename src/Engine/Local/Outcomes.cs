using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>From what happened to a resource to the line that tells it.</summary>
internal static class Outcomes
{
    private static readonly HashSet<string> MendedByPeople = new(StringComparer.Ordinal)
    {
        TableCodes.StoreFull.Id, TableCodes.StoreReadOnly.Id, TableCodes.StorePermission.Id, TableCodes.StoreNotFolder.Id, TableCodes.LogDamaged.Id,
        SourceCodes.PositionMissing.Id, SourceCodes.SourceRegressed.Id, SourceCodes.PositionUnreadable.Id, SourceCodes.FileReplaced.Id, SourceCodes.FileUnreadable.Id,
        SourceCodes.FileHeaderUnfit.Id, SourceCodes.FileFormatUnfit.Id, SourceCodes.LocationUnreadable.Id, SourceCodes.ContractStopped.Id,
        SourceCodes.CredentialsRefused.Id, SourceCodes.TlsRefused.Id, SourceCodes.NotAStream.Id, SourceCodes.GroupInUse.Id, SourceCodes.GroupMissing.Id, SourceCodes.SourceUnsupported.Id,
        SourceCodes.DataLoss.Id,
    };

    /// <summary>A folder that is full, a log that is damaged or a file that was replaced is mended by a person, not by waiting some seconds; a loop that shall end does not try again.</summary>
    public static bool IsFinal(RunError? error, bool once) => once && error is not null && MendedByPeople.Contains(error.Code);

    public static ResourceOutcome Of(SubjectState state, LocalSet set, ObservedTables tables, bool stopped)
    {
        var written = Tables(state.Resource).Select(table => tables[table]).OfType<TableState>().ToList();
        var outcome = Judge(state, stopped);

        // A table that cannot be read is the error of whoever writes it; where nobody here does, it is told by those that read it.
        var unreadable = outcome == Outcome.Waiting
            ? Reads(state.Resource, set).Where(table => !IsWritten(table, set)).Select(tables.Error).FirstOrDefault(static error => error is not null)
            : null;
        return new ResourceOutcome(
            state.Resource.Id,
            unreadable is null ? outcome : Outcome.Failed,
            written.Count == 0 || written.Any(table => table.Rows is null) ? null : written.Sum(table => table.Rows),
            written.Count == 0 ? null : written.Max(table => table.Version),
            state.HasRun && state.Report is not null ? state.Spent : null,
            state.Checks,
            unreadable is null ? Error(state, outcome, set, tables) : RunFailures.Describe(unreadable));
    }

    private static bool IsWritten(string table, LocalSet set) =>
        set.Ingestions.Any(ingestion => !ingestion.Spec.Suspend && ingestion.Spec.Tables.Any(written => written.Name == table))
        || set.Transformations.Any(transformation => !transformation.Spec.Suspend && transformation.Spec.Table == table);

    public static ResourceOutcome OfLakehouse(LakehouseResource lakehouse, RunError? error) =>
        new(lakehouse.Id, error is null ? Outcome.Ready : Outcome.Failed, null, null, null, [], error);

    /// <summary>Of a resource whose Lakehouse cannot be used.</summary>
    public static ResourceOutcome WithoutLake(Resource resource, LakehouseResource lakehouse) => new(
        resource.Id, Outcome.Waiting, null, null, null, [], new RunError(RunCodes.UpstreamFailed.Id, RunnerExit.Done, $"{lakehouse.Id} cannot be used"));

    private static IEnumerable<string> Tables(Resource resource) => resource switch
    {
        IngestionResource ingestion => ingestion.Spec.Tables.Select(table => table.Name),
        TransformationResource transformation => [transformation.Spec.Table],
        QualityCheckResource check => [check.Spec.Table],
        _ => [],
    };

    private static Outcome Judge(SubjectState state, bool stopped)
    {
        if (state.Decision?.Reason is Reason.Suspended)
            return Outcome.Suspended;
        if (IsPublishedAllTheSame(state))
            return Outcome.Succeeded;
        if (state.Report?.Error is { } error)
            return error.Code == RunCodes.Interrupted.Id ? Outcome.Interrupted : error.Exit == RunnerExit.Blocked && state.Resource is TransformationResource ? Outcome.Blocked : Outcome.Failed;
        if (state.Resource is QualityCheckResource)
            return OfChecks(state, stopped);
        if (state.Report is { } report)
            return report.Result == RunResult.UpToDate || (state.Resource is IngestionResource && report.RowsWritten == 0) ? Outcome.UpToDate : Outcome.Succeeded;
        return WithoutRun(state, stopped);
    }

    /// <summary>The run failed after its commit had come about: the table says that nothing is owed, and it is what counts.</summary>
    private static bool IsPublishedAllTheSame(SubjectState state) =>
        state is { Resource: TransformationResource, Report.Error: not null, Decision: { Verdict: Verdict.Rest, Reason: Reason.Succeeded } };

    private static Outcome OfChecks(SubjectState state, bool stopped)
    {
        if (state.Checks.Count == 0)
            return WithoutRun(state, stopped);
        if (state.Checks.Any(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Errored))
            return Outcome.Failed;
        return state.Checks.Any(check => check.Outcome == CheckOutcome.Warned) ? Outcome.Warned : Outcome.Passed;
    }

    private static Outcome WithoutRun(SubjectState state, bool stopped) => state.Decision switch
    {
        { Reason: Reason.Succeeded or Reason.Completed or Reason.Evaluated } => Outcome.UpToDate,
        _ when stopped => Outcome.Interrupted,
        _ => Outcome.Waiting,
    };

    private static RunError? Error(SubjectState state, Outcome outcome, LocalSet set, ObservedTables tables)
    {
        if (state.Report?.Error is { } error)
            return IsPublishedAllTheSame(state) ? null : error;
        if (outcome != Outcome.Waiting || state.Decision is not { } decision)
            return null;
        var unreadable = Reads(state.Resource, set).FirstOrDefault(table => tables.Error(table) is not null);
        return new RunError(RunCodes.UpstreamFailed.Id, RunnerExit.Done, unreadable is null ? decision.Message : $"{unreadable} cannot be read");
    }

    private static IEnumerable<string> Reads(Resource resource, LocalSet set) => resource switch
    {
        TransformationResource transformation => set.Inputs[transformation.Id].Select(input => input.Table),
        QualityCheckResource check => [check.Spec.Table],
        _ => [],
    };
}
