namespace LakehouseOperator.Engine.Tables.Positions;

/// <summary>
/// The quarantined rows of the batch that the main commit holds (domain <c>lakehouse.pendingSide</c>): staged in the side table before, named here, and
/// committed there afterwards. The side commit's <c>txn</c> is the position's domain and batch, so that doing it again does nothing.
/// </summary>
/// <param name="Position">The position's domain.</param>
/// <param name="Table"><c>layer.table__quarantine</c>.</param>
/// <param name="Files">Empty: the batch had none to quarantine.</param>
public sealed record PendingSideRecord(string Position, long Batch, string Table, IReadOnlyList<PendingFile> Files)
{
    public const string Domain = "lakehouse.pendingSide";

    public static PendingSideRecord? Read(Snapshot? table) => DomainJson.Read(table, Domain, PositionJson.Default.PendingSideRecord);

    public string ToJson() => DomainJson.Write(this, PositionJson.Default.PendingSideRecord);
}

/// <summary>A file that is stored in the side table and not yet named there: all that its <c>add</c> will say.</summary>
/// <param name="ModificationTime">Milliseconds since the epoch.</param>
public sealed record PendingFile(
    string Path, long Size, long ModificationTime, IReadOnlyDictionary<string, string?> PartitionValues, string? Stats, long? Rows)
{
    public static PendingFile Of(DataFile file) => new(
        file.Path, file.Size, file.ModificationTime.ToUnixTimeMilliseconds(), file.PartitionValues, file.Stats, file.Rows);

    public DataFile ToDataFile() => new(
        Path, Size, DateTimeOffset.FromUnixTimeMilliseconds(ModificationTime), PartitionValues, Stats, Rows);
}
