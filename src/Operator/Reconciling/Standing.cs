using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>How a resource stands, in the words of the condition Ready.</summary>
/// <param name="Ready">Null: not known yet.</param>
/// <param name="Reason">One of interface.md's.</param>
/// <param name="Stalled">Only a change of the spec helps.</param>
/// <param name="Reconciling">This generation is not yet taken up.</param>
internal sealed record Standing(bool? Ready, string Reason, string Message, bool Stalled = false, bool Reconciling = false)
{
    public static Standing Of(Fault fault) => new(false, fault.Reason.ToString(), fault.Message, Stalled: true);

    /// <summary>What keeps a run's Pod from starting; each has its own reason.</summary>
    public static Standing Of(Hindrance hindrance) => hindrance.Kind switch
    {
        HindranceKind.Unschedulable => new Standing(false, "Unschedulable", $"{ClusterCodes.Unschedulable.Id}: no node takes the pod: {hindrance.Message}"),
        HindranceKind.ImagePull => new Standing(false, "ImagePullFailed", $"{ClusterCodes.ImagePullFailed.Id}: the runner's image cannot be pulled: {hindrance.Message}; see the operator's --runner-image and spec.runner.imagePullSecrets"),
        HindranceKind.NoPod => new Standing(false, "JobRefused", $"{ClusterCodes.PodMissing.Id}: {hindrance.Message}"),
        _ => new Standing(false, "Pending", $"{ClusterCodes.ContainerRefused.Id}: a container of the pod cannot be made: {hindrance.Message}"),
    };

    public static Standing Of(Setback setback) => new(false, setback.Reason, setback.Message, Stalled: setback.Reason == Setback.Invalid);

    /// <summary>The three conditions that every kind has.</summary>
    public ConditionList Conditions(IReadOnlyList<Condition>? before, long generation, DateTimeOffset now) => new ConditionList(before, generation, now)
        .Set(ConditionTypes.Ready, Ready, Reason, Message)
        .Set(ConditionTypes.Reconciling, Reconciling, Reconciling ? Reason : "TakenUp", Reconciling ? Message : "this generation is taken up")
        .Set(ConditionTypes.Stalled, Stalled, Stalled ? Reason : "NotStalled", Stalled ? Message : "nothing waits for a change of the spec");

    /// <summary>An error's own reason where there is one for this kind, else what its exit says.</summary>
    public static string ReasonOf(ErrorStatus? error, RunnerExit? exit, ResourceKind kind)
    {
        var code = error?.Code is { } id ? ErrorReference.Find(id) : null;
        var known = code is null ? null : kind switch
        {
            ResourceKind.Lakehouse => OfLakehouse(code),
            ResourceKind.Ingestion => OfIngestion(code),
            _ => null,
        };
        if (known is not null)
            return known;
        return kind switch
        {
            ResourceKind.Lakehouse => exit switch { RunnerExit.SecretMissing => "SecretMissing", RunnerExit.Memory => "OutOfMemory", RunnerExit.Deadline => "DeadlineExceeded", _ => "StoreUnreachable" },
            _ when exit == RunnerExit.SecretMissing => "SecretMissing",
            ResourceKind.Ingestion when exit == RunnerExit.Store => "LakehouseNotReady",
            _ => Attempts.ReasonOf(exit ?? RunnerExit.Bug, kind).ToString(),
        };
    }

    private static string? OfLakehouse(ErrorCode code) =>
        code == TableCodes.StoreCredentialsRefused || code == TableCodes.CredentialsMissing || code == TableCodes.StorePermission ? "CredentialsRefused"
        : code == TableCodes.BucketMissing ? "BucketMissing"
        : code == TableCodes.ConditionalWritesUnsupported ? "ConditionalWritesUnsupported"
        : code == TableCodes.LocationOwned ? "LocationOwned"
        : code == RunCodes.SecretMissing ? "SecretMissing"
        : null;

    private static string? OfIngestion(ErrorCode code) =>
        code == SourceCodes.CredentialsRefused || code == SourceCodes.TlsRefused ? "CredentialsRefused"
        : code == SourceCodes.PositionMissing || code == SourceCodes.PositionUnreadable || code == SourceCodes.GroupMissing ? "PositionMissing"
        : code == SourceCodes.SourceRegressed ? "SourceRegressed"
        : code == SourceCodes.DataLoss ? "DataLoss"
        : code == RunCodes.SecretMissing ? "SecretMissing"
        : code.Id.StartsWith("LH4", StringComparison.Ordinal) && code.Exit == RunnerExit.Store ? "LakehouseNotReady"
        : null;
}
