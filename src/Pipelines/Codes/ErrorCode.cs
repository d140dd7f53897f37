namespace LakehouseOperator.Pipelines.Codes;

/// <summary>
/// One entry of the published error reference. <paramref name="Id"/> is <c>LH</c> and four digits and never changes its meaning once
/// released (ADR 0005); the thousands digit names the room: 1 documents and specs, 2 SQL, 3 sources and records, 4 tables and stores,
/// 5 checks and gates, 6 runs and their limits, 7 serving copies, 8 Kubernetes, 9 defects of ours.
/// </summary>
/// <param name="Id">The code, such as <c>LH2001</c>.</param>
/// <param name="Title">What it means in one line, without values.</param>
/// <param name="Exit">How a runner ends that fails with it.</param>
public sealed record ErrorCode(string Id, string Title, RunnerExit Exit)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
