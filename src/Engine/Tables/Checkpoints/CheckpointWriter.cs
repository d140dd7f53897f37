using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>Writes checkpoints beside the commits: a commit neither waits for one nor fails with one.</summary>
internal sealed class CheckpointWriter(IObjectStore table, ICheckpointFiles files, CheckpointRule rule, TimeProvider time, string scratch)
{
    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;

    /// <summary>Why the last one failed; null after one that did not.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Begins a checkpoint of the newest state where one is due and none is under way.</summary>
    public void Offer(LogCache log, Snapshot committed)
    {
        if (!rule.IsDue(committed.Version - log.CheckpointVersion, log.ActionsSinceCheckpoint, committed.Files.Count))
            return;
        lock (gate)
        {
            if (running.IsCompleted)
                running = Task.Run(() => TryWriteAsync(log));
        }
    }

    public Task SettleAsync()
    {
        lock (gate)
            return running;
    }

    /// <summary>A boundary: whatever goes wrong with a checkpoint, the table is as whole as before, and the next commit offers again.</summary>
    private async Task TryWriteAsync(LogCache log)
    {
        try
        {
            await WriteAsync(log);
            LastFailure = null;
        }
        catch (Exception failure)
        {
            LastFailure = failure;
        }
    }

    private async Task WriteAsync(LogCache log)
    {
        // Another process may have written one that this instance, which only follows the commits, has not seen.
        var hint = await LastCheckpoint.ReadAsync(table, CancellationToken.None);
        var due = await log.WithStateAsync(
            state =>
            {
                var known = Math.Max(state.CheckpointVersion, hint <= state.Version ? hint.Value : -1);
                var actions = known > state.CheckpointVersion ? 0 : state.ActionsSinceCheckpoint;
                return rule.IsDue(state.Version - known, actions, state.Files.Count) ? state.Export() : null;
            },
            CancellationToken.None);
        if (due is not { } work)
            return;
        var folder = Path.Combine(scratch, $"lakehouse-checkpoint-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var expired = (time.GetUtcNow() - work.Retention).ToUnixTimeMilliseconds();
            var tombstones = await UnexpiredAsync(work, expired, folder);
            var path = Path.Combine(folder, "checkpoint.parquet");
            var actions = files.Write(path, work.Content, tombstones, CancellationToken.None);
            var bytes = new FileInfo(path).Length;
            var key = LogFileName.Checkpoint(work.Content.Version);
            if (await table.HeadAsync(key, CancellationToken.None) is null)
                await table.PutFileAsync(key, path, CancellationToken.None);
            if (hint is null || hint < work.Content.Version)
                await LastCheckpoint.WriteAsync(table, work.Content.Version, actions, bytes, work.Content.Adds.Count, CancellationToken.None);
            await log.WithStateAsync<object>(
                state =>
                {
                    state.Checkpointed(work.Content.Version, tombstones, expired);
                    return null;
                },
                CancellationToken.None);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Tombstones of the checkpoint that the state began at, and since; those past the retention have served.</summary>
    private async Task<IReadOnlyCollection<RemoveAction>> UnexpiredAsync(CheckpointWork work, long expired, string folder)
    {
        var byKey = new Dictionary<string, RemoveAction>(StringComparer.Ordinal);
        if (work.Earlier is { } earlier)
        {
            var paths = new List<string>();
            foreach (var file in earlier.Files)
                paths.Add(await table.StageAsync(file.Key, folder, CancellationToken.None) ?? throw new FileNotFoundException($"{file.Key} was cleaned up"));
            foreach (var remove in files.ReadTombstones(paths, CancellationToken.None))
                byKey[DataFilePath.Key(remove.Path, remove.DeletionVector)] = remove;
            foreach (var add in work.Content.Adds)
                byKey.Remove(DataFilePath.Key(add.Path, add.DeletionVector));
        }

        foreach (var remove in work.Tombstones)
            byKey[DataFilePath.Key(remove.Path, remove.DeletionVector)] = remove;
        return [.. byKey.Values.Where(remove => (remove.DeletionTimestamp ?? 0) >= expired)];
    }
}

/// <summary>A copy of the state that a checkpoint shall hold.</summary>
/// <param name="Tombstones">Those that the state knows.</param>
/// <param name="Earlier">A checkpoint whose tombstones the state does not know.</param>
internal sealed record CheckpointWork(CheckpointContent Content, IReadOnlyCollection<RemoveAction> Tombstones, CheckpointParts? Earlier, TimeSpan Retention);
