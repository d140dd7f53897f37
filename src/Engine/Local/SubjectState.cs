using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Schedules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>What this process knows of one resource beyond its document and its table: the run in hand, and what became of those before.</summary>
internal sealed class SubjectState(Resource resource)
{
    public Resource Resource { get; } = resource;

    public Schedule? Schedule { get; } = Schedule.Of(resource switch
    {
        TransformationResource transformation => transformation.Spec.Trigger?.Schedule,
        QualityCheckResource check => check.Spec.Trigger?.Schedule,
        _ => null,
    });

    public DateTimeOffset? LastScheduleTime { get; set; }

    public RunInHand? Running { get; set; }

    public AttemptedRun? LastRun { get; set; }

    /// <summary>The last report of any run; a gate's QualityCheck has none of its own.</summary>
    public RunReport? Report { get; set; }

    /// <summary>Of the last evaluation, by a run of its own or as a gate.</summary>
    public IReadOnlyList<CheckResult> Checks { get; set; } = [];

    public EvaluatedVersion? Evaluated { get; set; }

    public DateTimeOffset? DueSince { get; set; }

    public Decision? Decision { get; set; }

    /// <summary>Of all runs together.</summary>
    public TimeSpan Spent { get; set; }

    public bool HasRun { get; set; }
}
