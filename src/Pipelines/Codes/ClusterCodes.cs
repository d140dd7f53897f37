namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH8xxx: what a cluster does with the objects of runs, and what it asks of resources beyond a laptop.</summary>
public static class ClusterCodes
{
    public static readonly ErrorCode StorageMissing =
        new("LH8001", "a Lakehouse in a cluster declares no storage", RunnerExit.Invalid);

    public static readonly ErrorCode Immutable =
        new("LH8002", "a field was changed that cannot be changed", RunnerExit.Invalid);

    public static readonly ErrorCode ObjectRefused =
        new("LH8003", "the API server refuses an object of the run", RunnerExit.Invalid);

    public static readonly ErrorCode NameTaken =
        new("LH8004", "an object of the run's name belongs to somebody else", RunnerExit.Invalid);

    public static readonly ErrorCode PlanTooLarge =
        new("LH8005", "the plan is larger than a ConfigMap holds", RunnerExit.Invalid);

    public static readonly ErrorCode Unschedulable =
        new("LH8010", "no node takes the pod", RunnerExit.Invalid);

    public static readonly ErrorCode ImagePullFailed =
        new("LH8011", "the runner's image cannot be pulled", RunnerExit.Invalid);

    public static readonly ErrorCode ContainerRefused =
        new("LH8012", "a container of the pod cannot be made", RunnerExit.Invalid);

    public static readonly ErrorCode PodMissing =
        new("LH8013", "no pod is made for the run", RunnerExit.Invalid);

    public static readonly ErrorCode LocalPath =
        new("LH8014", "a path of a machine means nothing in a cluster", RunnerExit.Invalid);
}
