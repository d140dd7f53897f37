using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>One change of the cluster. Each can be made again without a second effect.</summary>
internal abstract record Act
{
    /// <summary>The Job by POST, then its plan.</summary>
    internal sealed record StartRun(Job Job, RunPlan Plan) : Act;

    /// <summary>The plan of a Job whose maker was killed before he had made it.</summary>
    internal sealed record CompleteRun(RunJob Job, ConfigMap Plan) : Act;

    internal sealed record DeleteRun(RunJob Job) : Act;

    /// <summary>The plan by POST, then the Deployment by server-side apply.</summary>
    /// <param name="Uid">Of the one that is there: it alone is changed.</param>
    internal sealed record ApplyStream(Deployment Deployment, ConfigMap Plan, string? Uid) : Act
    {
        /// <summary>Over what is applied.</summary>
        public string Hash { get; init; } = "";

        /// <summary>The plan is there already.</summary>
        public bool IsPlanned { get; init; }
    }

    internal sealed record DeleteStream(StreamItem Stream) : Act;

    internal sealed record DeletePlan(PlanItem Plan) : Act;

    internal sealed record ApplyPolicy(NetworkPolicy Policy, string? Uid) : Act
    {
        public string Hash { get; init; } = "";
    }

    internal sealed record SetFinalizers(IReadOnlyList<string> Finalizers) : Act;
}

/// <summary>A status to be written, as JSON, and whether one of its conditions changed: the others may wait.</summary>
internal sealed record StatusChange(RawJson Status, bool ConditionsChanged);

/// <summary>An Event.</summary>
internal sealed record Note(string Reason, string Message, bool IsWarning = false);

/// <summary>
/// What is to be done about one resource now. The status comes first: it holds results whose Jobs the acts delete, and says of a run that is being started what was known before.
/// </summary>
/// <param name="Again">When to look at it again though nothing changes.</param>
internal sealed record Intent(ResourceItem Item, IReadOnlyList<Act> Acts, StatusChange? Status, IReadOnlyList<Note> Notes, DateTimeOffset? Again)
{
    /// <summary>How often a resource over which we fail is looked at again though nothing changes.</summary>
    private static readonly TimeSpan AfterFault = TimeSpan.FromMinutes(1);

    /// <summary>Deciding about this resource failed, which is a defect of ours; nothing is done about it, and others go on.</summary>
    public Exception? Fault { get; init; }

    /// <summary>A run of it is owed, and not now.</summary>
    public bool Waits { get; init; }

    public static Intent Failed(ResourceItem item, Exception fault, DateTimeOffset now) => new(
        item, [], null, [new Note("OperatorFault", $"{BugCodes.Unhandled.Id}: the operator fails over this resource ({fault.GetType().Name}) and leaves it alone; see its log, and please report it", IsWarning: true)],
        now + AfterFault) { Fault = fault };
}
