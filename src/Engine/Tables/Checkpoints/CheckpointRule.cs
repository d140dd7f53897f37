namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>
/// When a checkpoint is due: after <see cref="Least"/> commits, later for larger tables, after <see cref="Most"/> in any case; and at once when
/// the commits since the last one name very many files.
/// </summary>
/// <remarks>
/// A checkpoint costs as much as the table has files; the tail costs every reader one read per commit. Growing the tail with the table keeps the writing
/// of checkpoints a fixed part of all writing: one commit for each <see cref="FilesPerCommit"/> files of the last checkpoint.
/// </remarks>
internal sealed record CheckpointRule(int Least, int Most, int FilesPerCommit)
{
    public static CheckpointRule Default { get; } = new(10, 1000, 100);

    public static CheckpointRule Never { get; } = new(int.MaxValue, int.MaxValue, 1);

    /// <summary>So many lines take a reader longer than the checkpoint would.</summary>
    private const int MostActions = 50_000;

    /// <param name="tail">Commits since the last checkpoint.</param>
    /// <param name="actions">Adds and removes in them.</param>
    public bool IsDue(long tail, long actions, int files) =>
        Least < int.MaxValue && (tail >= Math.Clamp(files / FilesPerCommit, Least, Most) || actions >= MostActions);
}
