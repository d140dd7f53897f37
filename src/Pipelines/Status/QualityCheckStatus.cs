using System.ComponentModel;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

[Description("What the last evaluation found, by a run of its own or as a gate.")]
public sealed record QualityCheckStatus(
    [property: Description("The generation of the spec that this status speaks of."), NumberBounds(0, 9e15)] long? ObservedGeneration = null,
    [property: Description("Ready, Reconciling, Stalled, Passed."), ItemBounds(0, 16)] IReadOnlyList<Condition>? Conditions = null,
    [property: Description("Version of the table that was judged.")] long? Version = null,
    [property: Description("Last version up to it that changed rows.")] long? DataVersion = null,
    [property: Description("Identity of the table that was judged."), LengthBounds(1, 64)] string? TableId = null,
    [property: Description("Over the checks that judged it."), LengthBounds(1, 128)] string? ChecksHash = null,
    [property: Description("How the checks came out.")] CheckSummaryStatus? Summary = null,
    [property: Description("When it was judged.")] DateTimeOffset? EvaluatedTime = null,
    [property: Description("Each check, in the order of the spec."), ItemBounds(0, 100)] IReadOnlyList<CheckStatus>? Checks = null,
    [property: Description("The last run of its own that ended.")] LastRunStatus? LastRun = null,
    [property: Description("The scheduled time of the last run that was started for one.")] DateTimeOffset? LastScheduleTime = null,
    [property: Description("When the schedule comes next.")] DateTimeOffset? NextScheduleTime = null,
    [property: Description("The last value of lakehouse.dev/requested-at that a run answered."), LengthBounds(0, 4096)] string? LastHandledRequest = null,
    [property: Description("The last runs of its own, newest first."), ItemBounds(0, 10)] IReadOnlyList<PastRunStatus>? History = null,
    [property: Description("The latest scheduled time that was left out, since no run could be started within startingDeadlineSeconds.")] DateTimeOffset? MissedScheduleTime = null);

[Description("Checks by outcome.")]
public sealed record CheckSummaryStatus(
    [property: Description("Passed, those without data included.")] int Passed,
    [property: Description("Failed with severity Warning.")] int Warned,
    [property: Description("Failed with severity Error, and those that could not be judged.")] int Failed,
    [property: Description("Passed of all, as 5/6."), LengthBounds(3, 16)] string Ratio);

[Description("What one check found.")]
public sealed record CheckStatus(
    [property: Description("Its name in the spec."), LengthBounds(1, 63)] string Name,
    [property: Description("Its kind, such as rowCount."), LengthBounds(1, 64)] string Kind,
    [property: Description("Passed, Warned, Failed, Errored (it could not be judged) or NoData.")] CheckOutcome Outcome,
    [property: Description("The bound, such as min 1."), LengthBounds(0, 1024)] string Threshold,
    [property: Description("What was found: a count, a percentage, seconds or the metric. Absent: nothing could be measured.")] double? Measured = null,
    [property: Description("Why it could not be judged."), LengthBounds(0, 4096)] string? Message = null);
