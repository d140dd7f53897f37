using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Sources.Files.Text;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// One JSON value a line. Blank lines are no records; the last line counts with or without its line feed, because the file has settled. Files are read one after another, by
/// whichever thread asks; parsing is what takes the time.
/// </summary>
internal sealed class JsonLinesBatch(FileSequence files) : SourceBatch, IRecordFeed
{
    private const int RecordsPerPull = 2048;
    private const int BytesPerPull = 1 << 20;

    private readonly Lock gate = new();
    private LineReader? lines;
    private Func<bool> readLine = static () => false;

    public override BatchContent Content => new BatchContent.JsonRecords(this);

    public bool TryNext(RecordBatch batch)
    {
        lock (gate)
        {
            while (batch.Count < RecordsPerPull && batch.Bytes < BytesPerPull && TryReadLine())
                Add(batch, files.Current!, lines!);
            return batch.Count > 0;
        }
    }

    public override ValueTask<BatchEnd?> CompleteAsync(CancellationToken cancellationToken) => ValueTask.FromResult(files.Complete());

    public override ValueTask DisposeAsync()
    {
        files.Dispose();
        return base.DisposeAsync();
    }

    private bool TryReadLine()
    {
        while (true)
        {
            if (lines is null)
            {
                if (!files.TryOpenNext())
                    return false;
                lines = new LineReader(files.Current!.Window);
                readLine = lines.TryRead;
            }

            if (!files.TryRead(readLine))
                lines = null;
            else if (lines.Line.ContainsAnyExcept(" \t\r"u8))
            {
                return true;
            }
        }
    }

    /// <summary>The beginning of a line that is too long is no JSON value, so that the parser quarantines it; what it says there tells how long the line was.</summary>
    private static void Add(RecordBatch batch, FileReading file, LineReader line)
    {
        file.Records++;
        if (line.CutFrom is not { } length)
        {
            batch.Add(line.Line, file.PositionOf(line.Number));
            return;
        }

        batch.Add([.. line.Line, .. System.Text.Encoding.UTF8.GetBytes($"\u2026 (the first {LineReader.KeptBytes} of {length} bytes)")], file.PositionOf(line.Number));
    }
}
