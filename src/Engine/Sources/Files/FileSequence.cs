using LakehouseOperator.Engine.Sources.Files.Text;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// The files of one commit, one after another until a bound is passed. A file counts only if the kernel says the same of it before and after it was read; otherwise, or
/// when reading fails half-way, all that was read for this commit is void. One thread at a time.
/// </summary>
internal sealed class FileSequence(FilesStream stream, BatchBounds bounds, TimeProvider time, CancellationToken stop) : IDisposable
{
    private readonly List<FileTaken> finished = [];
    private readonly long began = time.GetTimestamp();
    private long records;
    private long bytes;
    private int replayed;
    private bool ended;

    public bool IsVoid { get; private set; }

    /// <summary>Whether the files are read a second time.</summary>
    public bool IsReplay { get; private set; }

    /// <summary>The file under the reader; null before the first and after the last.</summary>
    public FileReading? Current { get; private set; }

    /// <summary>Goes on to the next file; false when there is none for this commit.</summary>
    public bool TryOpenNext()
    {
        while (!ended && (IsReplay ? NextReplayed() : IsFull() ? null : stream.TakeReady()) is { } file)
        {
            if (FileStat.Of(file.Path, out _) is { } stat && stat == file.Stat && TryOpen(file))
                return true;
            if (IsReplay)
                MakeVoid();
        }

        ended = true;
        return false;
    }

    /// <summary>Reads from the current file by <paramref name="read"/>; false, at the end or after a failure.</summary>
    public bool TryRead(Func<bool> read)
    {
        try
        {
            if (read())
                return true;
            Finish();
        }
        catch (IOException e)
        {
            stream.Refuse(Current!.File, FileReading.Unreadable(Current.File, e));
            MakeVoid();
        }

        return false;
    }

    /// <summary>Null when all is void, or when no file could be read.</summary>
    public BatchEnd? Complete()
    {
        if (!IsVoid && Current is null && finished.Count > 0)
            return stream.Enter(finished);
        stream.Rescan();
        return null;
    }

    /// <summary>Begins again with the first file of this commit; the same files come, and nothing is counted again.</summary>
    public void Replay()
    {
        (IsReplay, replayed, ended) = (true, 0, IsVoid);
        Current?.Dispose();
        Current = null;
    }

    /// <summary>Gives the current file up before anything of it was used.</summary>
    public void Refuse(Pipelines.Codes.Diagnostic why)
    {
        stream.Refuse(Current!.File, why);
        Current.Dispose();
        Current = null;
    }

    public void Dispose() => Current?.Dispose();

    private FoundFile? NextReplayed() => replayed < finished.Count ? finished[replayed++].File : null;

    private bool IsFull() =>
        stop.IsCancellationRequested || records >= bounds.MaxRows || bytes >= bounds.MaxBytes || time.GetElapsedTime(began) >= bounds.MaxInterval;

    private bool TryOpen(FoundFile file)
    {
        try
        {
            Current = new FileReading(file, new ByteWindow(file.Path));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream.Refuse(file, FileReading.Unreadable(file, e));
            return false;
        }
    }

    private void Finish()
    {
        var reading = Current!;
        if (FileStat.Of(reading.File.Path, out _) is not { } stat || stat != reading.File.Stat)
        {
            MakeVoid();
            return;
        }

        if (reading.Window.BytesRead != stat.Size)
            throw new IOException($"it gave {reading.Window.BytesRead} bytes, and its size is {stat.Size}");
        var taken = new FileTaken(reading.File, reading.Records, reading.Window.Sha256());
        reading.Dispose();
        Current = null;
        if (IsReplay)
            return;
        records += taken.Records;
        bytes += stat.Size;
        finished.Add(taken);
    }

    private void MakeVoid()
    {
        Current?.Dispose();
        Current = null;
        IsVoid = true;
        ended = true;
    }
}
