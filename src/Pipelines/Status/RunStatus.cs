using System.ComponentModel;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

/// <summary>The last run with all that is needed to tell whether it is to be attempted again (<see cref="Decisions.AttemptedRun"/>).</summary>
[Description("The last run that ended.")]
public sealed record LastRunStatus(
    [property: Description("Names the attempt; also in its table's commit and in logs."), LengthBounds(1, 64)] string Id,
    [property: Description("What made it due.")] TriggerStatus Trigger,
    [property: Description("Which attempt at this trigger, from 1."), NumberBounds(1, int.MaxValue)] int Attempt,
    [property: Description("The generation of the spec that it was made for."), LengthBounds(1, 64)] string Generation,
    [property: Description("When it was started.")] DateTimeOffset StartTime,
    [property: Description("When it ended.")] DateTimeOffset CompletionTime,
    [property: Description("Succeeded, UpToDate (nothing was to be done), Failed, or Blocked by a gate. Absent: it ended without saying how.")] RunResult? Result = null,
    [property: Description("How the runner ended. Absent: evicted, or its node was lost; that uses up no attempt.")] RunnerExit? Exit = null,
    [property: Description("Why it failed or was blocked.")] ErrorStatus? Error = null,
    [property: Description("Versions that it read."), ItemBounds(0, 1000)] IReadOnlyList<InputStatus>? Inputs = null,
    [property: Description("The gates that judged it."), ItemBounds(0, 1000)] IReadOnlyList<GateStatus>? Gates = null,
    [property: Description("Rows that it read.")] long? RowsRead = null,
    [property: Description("Rows that it wrote.")] long? RowsWritten = null,
    [property: Description("How often this attempt had been begun before and was lost with its pod."), NumberBounds(0, int.MaxValue)] int? Disruptions = null,
    [property: Description("Uid of the Job that carried it out."), LengthBounds(1, 64)] string? JobUid = null);

[Description("What made a run due.")]
public sealed record TriggerStatus(
    [property: Description("OnChange, Schedule, Request or Stream.")] TriggerKind Kind,
    [property: Description("Equal for equal causes: input versions, a scheduled time or a request."), LengthBounds(0, 131_072)] string Key);

[Description("An error of docs/reference/errors.md.")]
public sealed record ErrorStatus(
    [property: Description("Such as LH2003."), LengthBounds(1, 16)] string Code,
    [property: Description("What is wrong; values out of the data are masked."), LengthBounds(0, 4096)] string Message,
    [property: Description("The field of the spec that is to be mended."), LengthBounds(1, 1024)] string? Field = null,
    [property: Description("Line in that field.")] int? Line = null,
    [property: Description("Column in that line.")] int? Column = null,
    [property: Description("The fix."), LengthBounds(0, 4096)] string? Help = null);

[Description("A table that was read.")]
public sealed record InputStatus(
    [property: Description("The table, layer.table."), LengthBounds(1, 128)] string Table,
    [property: Description("Identity of the table; one that was dropped and made anew has another."), LengthBounds(1, 64)] string TableId,
    [property: Description("Version that was read.")] long Version,
    [property: Description("Last version up to it that changed rows.")] long DataVersion,
    [property: Description("Version that the SQL pins by AT (VERSION => n).")] long? PinnedVersion = null);

[Description("A QualityCheck that judged a version before it was published.")]
public sealed record GateStatus(
    [property: Description("Name of the QualityCheck."), LengthBounds(1, 253)] string Name,
    [property: Description("Over its checks; other checks make the table due."), LengthBounds(1, 128)] string Hash);

/// <summary>A line of the history: <see cref="LastRunStatus"/> in short.</summary>
[Description("A run that ended.")]
public sealed record PastRunStatus(
    [property: Description("Names the attempt."), LengthBounds(1, 64)] string Id,
    [property: Description("OnChange, Schedule, Request or Stream.")] TriggerKind Trigger,
    [property: Description("Which attempt, from 1.")] int Attempt,
    [property: Description("When it was started.")] DateTimeOffset StartTime,
    [property: Description("When it ended.")] DateTimeOffset CompletionTime,
    [property: Description("Absent: it ended without saying how.")] RunResult? Result = null,
    [property: Description("Rows that it wrote.")] long? RowsWritten = null,
    [property: Description("Code of the error, such as LH2003."), LengthBounds(1, 16)] string? Code = null,
    [property: Description("Uid of the Job that carried it out."), LengthBounds(1, 64)] string? JobUid = null);
