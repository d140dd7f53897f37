using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// Parquet files, read by DuckDB where they are. Their bounds are known before: rows by their footers, bytes by their size. A column that a file lacks is
/// NULL there. A record's position is its file and row, from 1.
/// </summary>
internal sealed class ParquetBatch(FilesStream stream, BatchBounds bounds, int maxFiles) : SourceBatch, IColumnarFeed
{
    /// <summary>Each file is a SELECT of its own in one statement.</summary>
    public const int MaxFiles = 64;

    private readonly List<(FoundFile File, long Rows)> files = [];

    public override BatchContent Content => new BatchContent.ColumnarRecords(this);

    public IColumnarPass Open(ColumnarOpening opening)
    {
        var parts = new List<ColumnarPart>();
        long rows = 0;
        long bytes = 0;
        while (files.Count < maxFiles && (files.Count == 0 || (rows < bounds.MaxRows && bytes < bounds.MaxBytes)) && stream.TakeReady() is { } file)
        {
            if (TryDescribe(opening.Connection, file, out var part, out var fileRows))
            {
                parts.Add(part);
                files.Add((file, fileRows));
                rows += fileRows;
                bytes += file.Stat.Size;
            }
        }

        return new Pass(parts, rows);
    }

    public override ValueTask<BatchEnd?> CompleteAsync(CancellationToken cancellationToken)
    {
        var readings = new List<FileTaken>();
        try
        {
            foreach (var (file, rows) in files)
            {
                var hash = FileReading.HashOf(file.Path);
                if (FileStat.Of(file.Path, out _) is not { } stat || stat != file.Stat)
                    return Void();
                readings.Add(new FileTaken(file, rows, hash));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Void();
        }

        return readings.Count == 0 ? Void() : ValueTask.FromResult<BatchEnd?>(stream.Enter(readings));
    }

    /// <summary>With one file it is that file; of several each is tried alone from now on.</summary>
    public override bool TryBlame(Exception failure)
    {
        if (files is [var (file, _)])
            stream.Refuse(file, NotParquet(file, failure));
        else if (files.Count == 0)
            return false;
        else
            stream.ReadOneByOne();
        stream.Rescan();
        return true;
    }

    private ValueTask<BatchEnd?> Void()
    {
        stream.Rescan();
        return ValueTask.FromResult<BatchEnd?>(null);
    }

    private bool TryDescribe(DuckDbConnection connection, FoundFile file, out ColumnarPart part, out long rows)
    {
        var path = SqlText.String(Glob.Escape(file.Path));
        const string number = "file_row_number";
        try
        {
            rows = connection.ExecuteScalarLong($"SELECT num_rows FROM parquet_file_metadata({path})");
            using var columns = connection.Prepare($"SELECT * FROM read_parquet({path}, hive_partitioning = false, file_row_number = true)");
            var own = columns.DescribeColumns().Where(column => column.Name != number).ToList();
            part = new ColumnarPart(
                $"read_parquet({path}, hive_partitioning = false, file_row_number = true)",
                [.. own.Select(static column => new DuckDbColumn(column.Name, column.Type))],
                $"{SqlText.String(file.Name + ":")} || ({number} + 1)",
                null);
            return true;
        }
        catch (DuckDbException e)
        {
            stream.Refuse(file, NotParquet(file, e));
            (part, rows) = (null!, 0);
            return false;
        }
    }

    private static Diagnostic NotParquet(FoundFile file, Exception why) => new(
        SourceCodes.FileFormatUnfit, DiagnosticSeverity.Error, $"the file {file.Name} cannot be read as Parquet: {FirstLine(why.Message)}", Help: "write it anew, or move it out of the pattern");

    private static string FirstLine(string text) => text.Split('\n')[0] is { Length: > 200 } line ? line[..200] + "…" : text.Split('\n')[0];

    private sealed class Pass(IReadOnlyList<ColumnarPart> parts, long records) : IColumnarPass
    {
        public IReadOnlyList<ColumnarPart> Parts => parts;

        public long Records => records;

        public long Faults => 0;

        public string FaultsSql => $"(SELECT {string.Join(", ", QuarantineColumns.All.Select(static column => $"CAST(NULL AS {column.Type}) AS {column.Name}"))} WHERE false)";

        public void Dispose()
        {
        }
    }
}
