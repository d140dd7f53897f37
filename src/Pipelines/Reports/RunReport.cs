using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Reports;

public enum RunResult
{
    Succeeded,
    UpToDate,
    Failed,
    Blocked,

    /// <summary>Not over: what a stream has done so far. Its error, where there is one, is what it is waiting for to pass.</summary>
    Running,
}

/// <summary>What one run did; cumulative for streams. Frozen by ADR 0002 and its golden files.</summary>
/// <param name="Error">Why it failed or was blocked.</param>
/// <param name="CompletionTime">When the run ended; while it is running, when the report was made.</param>
/// <param name="Inputs">Versions that the result was made from.</param>
/// <param name="Storage">What a probe found.</param>
/// <param name="Consumed">Of a Transformation: what the table's newest version was made from, as its commit says; null where the run did not come to see one.</param>
/// <param name="Quarantines">Of an Ingestion: the newest version of each quarantine table that there is; they can be read like any other.</param>
public sealed record RunReport(
    int Protocol,
    string RunId,
    ResourceKind Kind,
    string Namespace,
    string Name,
    RunResult Result,
    DateTimeOffset StartTime,
    DateTimeOffset CompletionTime,
    RunError? Error = null,
    IReadOnlyList<InputVersion>? Inputs = null,
    IReadOnlyList<TableReport>? Tables = null,
    long RowsRead = 0,
    long RowsWritten = 0,
    IReadOnlyList<CheckResult>? Checks = null,
    StorageReport? Storage = null,
    ConsumedInputs? Consumed = null,
    IReadOnlyList<InputVersion>? Quarantines = null)
{
    /// <summary>The report of the run that <paramref name="plan"/> is for, with nothing in it yet.</summary>
    public static RunReport Of(RunPlan plan, RunResult result, DateTimeOffset startTime, DateTimeOffset completionTime) =>
        new(plan.Protocol, plan.RunId, plan.Kind, plan.Namespace, plan.Name, result, startTime, completionTime);
}

/// <summary>The part of a <see cref="Diagnostic"/> that fits a status.</summary>
public sealed record RunError(string Code, RunnerExit Exit, string Message, string? Field = null, int? Line = null, int? Column = null, string? Help = null);

/// <param name="DataVersion">Last version at or below <paramref name="Version"/> that changed rows.</param>
public sealed record InputVersion(string Table, string TableId, long Version, long DataVersion);

/// <summary>A table that the run wrote or looked at.</summary>
/// <param name="Rows">Live rows; null where statistics do not say.</param>
/// <param name="Quarantined">Rows of the quarantine table.</param>
/// <param name="WatermarkTime">The greatest value that the table's time column has had.</param>
/// <param name="LagRecords">Of an ingested table: records that the source holds beyond it; null where the source cannot say.</param>
/// <param name="LagSeconds">Age of the oldest of them; null where the source cannot say.</param>
public sealed record TableReport(
    string Table,
    string TableId,
    long Version,
    long DataVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Rows,
    long RowsAdded,
    long Quarantined = 0,
    DateTimeOffset? LastCommitTime = null,
    DateTimeOffset? WatermarkTime = null,
    long? LagRecords = null,
    double? LagSeconds = null);

public enum CheckOutcome
{
    Passed,
    Warned,
    Failed,
    Errored,
    NoData,
}

/// <param name="QualityCheck">The resource that declares it.</param>
/// <param name="Kind">The check's member name, such as <c>rowCount</c>.</param>
/// <param name="Measured">What was found: a count, a percentage, seconds or the metric; finite. Null: nothing could be measured.</param>
/// <param name="Threshold">The bound in words, such as <c>min 1</c>.</param>
public sealed record CheckResult(
    string QualityCheck,
    string Name,
    string Kind,
    CheckOutcome Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Measured,
    string Threshold,
    string? Message = null);

/// <param name="Reachable">Every layer's store answers, takes the credentials, and has the bucket.</param>
/// <param name="ConditionalWrites">Whether the stores put an object only where none is; null where that could not be tried.</param>
/// <param name="Tables">Tables in all layers.</param>
public sealed record StorageReport(
    bool Reachable, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? ConditionalWrites, int Tables);
