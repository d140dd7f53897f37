using LakehouseOperator.Engine.Sources.Files.Text;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// The files of one commit, one after another until a bound is passed. A file counts only if the kernel says the same of it before and after it was read; otherwise, or
/// when reading fails half-way, all that was read for this commit is void. One thread at a time.
/// </summary>
internal sealed class FileSequence(FilesStream stream, BatchBounds bounds, TimeProvider time, CancellationToken stop) : IDisposable
{
    private readonly List<FileReading> finished = [];
    private readonly long began = time.GetTimestamp();
    private long records;
    private long bytes;
    private bool ended;

    public bool IsVoid { get; private set; }

    /// <summary>The file under the reader; null before the first and after the last.</summary>
    public FileReading? Current { get; private set; }

    /// <summary>Goes on to the next file; false when there is none for this commit.</summary>
    public bool TryOpenNext()
    {
        while (!ended && !IsFull() && stream.TakeReady() is { } file)
        {
            if (FileStat.Of(file.Path, out _) is { } stat && stat == file.Stat && TryOpen(file))
                return true;
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

    /// <summary>Gives the current file up before anything of it was used.</summary>
    public void Refuse(Pipelines.Codes.Diagnostic why)
    {
        stream.Refuse(Current!.File, why);
        Current.Dispose();
        Current = null;
    }

    public void Dispose() => Current?.Dispose();

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
        reading.Sha256 = reading.Window.Sha256();
        if (FileStat.Of(reading.File.Path, out _) is not { } stat || stat != reading.File.Stat)
        {
            MakeVoid();
            return;
        }

        if (reading.Window.BytesRead != stat.Size)
            throw new IOException($"it gave {reading.Window.BytesRead} bytes, and its size is {stat.Size}");
        reading.Dispose();
        Current = null;

        records += reading.Records;
        bytes += reading.Window.BytesRead;
        finished.Add(reading);
    }

    private void MakeVoid()
    {
        Current?.Dispose();
        Current = null;
        IsVoid = true;
        ended = true;
    }
}
