using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Operator.Tests.Judging;

/// <summary>A judge, and a worker that may be away.</summary>
internal sealed class JudgeScene : IDisposable
{
    public JudgeScene()
    {
        Presence = new WorkerPresence(Time, NullLogger.Instance);
        Judge = new SidecarJudge(Workers, Presence);
    }

    public ManualTime Time { get; } = new();

    public PretendWorkers Workers { get; } = new();

    public WorkerPresence Presence { get; }

    public SidecarJudge Judge { get; }

    /// <summary>The loop looks once.</summary>
    public async Task LookAsync()
    {
        using var once = new CancellationTokenSource();
        var loop = Presence.HoldAsync(Workers.OpenAsync, once.Token);
        await Presence.LookedAsync(TestContext.Current.CancellationToken);
        await once.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
    }

    public void Dispose() => Presence.Dispose();
}
