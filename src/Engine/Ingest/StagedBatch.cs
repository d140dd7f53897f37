using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>A batch as Parquet files in scratch: rows that fit, and records that do not.</summary>
/// <param name="IngestedAt">One instant for all of it.</param>
/// <param name="Folder">Where the files are; removed when the batch is committed or given up.</param>
internal sealed record StagedBatch(
    IReadOnlyList<StagedFile> Rows, IReadOnlyList<StagedFile> Quarantined, DateTimeOffset IngestedAt, string Folder) : IDisposable
{
    public long RowCount => Rows.Sum(static file => file.Rows);

    public long QuarantinedCount => Quarantined.Sum(static file => file.Rows);

    public void Dispose() => ClaimedFolder.TryRemove(Folder);
}
