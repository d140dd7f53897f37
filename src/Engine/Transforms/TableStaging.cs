using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>A table and the version of it that a run reads.</summary>
/// <param name="PinnedVersion">Set where the SQL pins it; otherwise the snapshot was the newest when it was taken.</param>
/// <param name="Needed">The files of the snapshot that the SQL needs; null: all.</param>
public sealed record PinnedTable(DeltaTable Table, Snapshot Snapshot, long? PinnedVersion = null, IReadOnlyList<DataFile>? Needed = null)
{
    public IReadOnlyList<DataFile> Files => Needed ?? Snapshot.Files;
}

/// <summary>Brings snapshots' files where the SQL worker may read them.</summary>
public static class TableStaging
{
    private const int Parallel = 8;

    /// <summary>
    /// The tables as the SQL sees them. A folder's files are read where they are, where the worker can; others are copied whole, and what they need is known from the
    /// log before the first byte moves.
    /// </summary>
    /// <exception cref="DiagnosticException"><see cref="RunCodes.InputExceedsScratch"/>, or the store's errors.</exception>
    public static async Task<IReadOnlyList<SqlTable>> StageAsync(
        IReadOnlyList<PinnedTable> tables, RunScratchBudget budget, CancellationToken cancellationToken)
    {
        budget.Reserve(tables.Where(table => budget.CopiesFolders || !IsLocal(table.Table.Store)).Sum(table => table.Files.Sum(file => file.Size)));
        var staged = new SqlTable[tables.Count];
        for (var i = 0; i < tables.Count; i++)
            staged[i] = await StageAsync(tables[i], budget, cancellationToken);
        return staged;
    }

    /// <summary>The table's columns without files: what binding needs.</summary>
    public static SqlTable Shape(TableName name, Snapshot snapshot, long? pinnedVersion = null) => new(
        name.ToString(),
        [.. snapshot.Schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))],
        snapshot.Schema.PartitionColumns,
        [],
        pinnedVersion);

    private static async Task<SqlTable> StageAsync(PinnedTable table, RunScratchBudget budget, CancellationToken cancellationToken)
    {
        var files = new SqlInputFile[table.Files.Count];
        await System.Threading.Tasks.Parallel.ForAsync(
            0,
            files.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (i, cancellation) =>
            {
                var file = table.Files[i];
                var path = await table.Table.Store.StageAsync(DataFilePath.KeyIn(table.Table.Store, file.Path), budget.Folder, cancellation)
                    ?? throw new DiagnosticException(TableCodes.LogDamaged, $"{table.Table.Name} version {table.Snapshot.Version} names {file.Path}, which is not there", "the file was removed behind the log; restore it");
                if (budget.CopiesFolders && IsLocal(table.Table.Store))
                    path = await CopyAsync(path, budget.Folder, cancellation);
                files[i] = new SqlInputFile(path, file.Rows ?? -1, file.PartitionValues);
            });
        return Shape(table.Table.Name, table.Snapshot, table.PinnedVersion) with { Files = files };
    }

    /// <summary>Volumes of a pod: no link leads from one to another.</summary>
    private static async Task<string> CopyAsync(string path, string folder, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(folder, $"{Guid.NewGuid():N}.parquet");
        await using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var to = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        await from.CopyToAsync(to, 1 << 20, cancellationToken);
        return copy;
    }

    private static bool IsLocal(IObjectStore store) => store.Location.StartsWith("file://", StringComparison.Ordinal);
}

/// <summary>The folder that a run stages inputs into, and how much may go there.</summary>
/// <param name="copiesFolders">Whether files of a folder are copied there too, because the worker sees no others.</param>
public sealed class RunScratchBudget(string folder, long bytes, bool copiesFolders = false)
{
    private long reserved;

    public bool CopiesFolders { get; } = copiesFolders;

    public string Folder { get; } = folder;

    /// <exception cref="DiagnosticException"><see cref="RunCodes.InputExceedsScratch"/>; nothing was reserved.</exception>
    public void Reserve(long needed)
    {
        if (needed > bytes - reserved)
        {
            throw new DiagnosticException(
                RunCodes.InputExceedsScratch,
                $"the inputs take {ByteText.Of(needed + reserved)} of {ByteText.Of(bytes)} of scratch",
                "raise runner.scratch.sizeLimit, or read less");
        }

        reserved += needed;
    }
}

internal static class ByteText
{
    private static readonly string[] Units = ["B", "Ki", "Mi", "Gi", "Ti", "Pi"];

    /// <summary>As a Kubernetes quantity, rounded to one digit: <c>512Mi</c>, <c>1.5Gi</c>.</summary>
    internal static string Of(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0.#}{Units[unit]}");
    }
}
