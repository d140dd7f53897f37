namespace LakehouseOperator.Kubernetes.Controllers;

/// <summary>What a reconcile wants next.</summary>
/// <param name="After">When the key comes again by itself; absent for when something changes.</param>
public readonly record struct ReconcileResult(TimeSpan? After)
{
    /// <summary>Nothing until something changes.</summary>
    public static readonly ReconcileResult Done;

    /// <summary>Once more after a while, for what is waited for without an event; not an error.</summary>
    public static ReconcileResult RequeueAfter(TimeSpan after) => new(after);
}
