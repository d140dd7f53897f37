using LakehouseOperator.Engine.Sources.Files.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>The files that one table takes: which are new and ready, which are still being written, which are no longer what they were.</summary>
internal sealed class FilesStream : ISourceStream
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private const int VoidsAtOnce = 3;

    private readonly string location;
    private readonly string? within;
    private readonly FilePattern pattern;
    private readonly FilesSourceSpec spec;
    private readonly StreamOpening opening;
    private readonly TimeProvider time;
    private readonly TimeSpan settleFor;
    private readonly Dictionary<string, FileEntry> ledger;

    /// <summary>Entries of files whose content is the same and whose times are not; they go into the next commit.</summary>
    private readonly Dictionary<string, FileEntry> touched = new(StringComparer.Ordinal);

    /// <summary>When a file was first seen as it is now: a file dated into the future settles by this.</summary>
    private readonly Dictionary<string, (FileStat Stat, long Since)> seen = new(StringComparer.Ordinal);

    /// <summary>Files that cannot be taken as they are; looked at again when they change.</summary>
    private readonly Dictionary<string, FileStat> refused = new(StringComparer.Ordinal);
    private readonly HashSet<Diagnostic> noticed = [];
    private readonly List<FoundFile> unsettled = [];
    private readonly Queue<FoundFile> ready = new();
    private FilesPosition position;
    private bool waited;

    /// <summary>Commits given up in a row because files changed under the reader.</summary>
    private int voids;
    private bool oneByOne;

    public FilesStream(string location, FilePattern pattern, FilesSourceSpec spec, StreamOpening opening, TimeProvider time, string? within = null)
    {
        this.within = within;
        this.location = location;
        this.pattern = pattern;
        this.spec = spec;
        this.opening = opening;
        this.time = time;
        settleFor = spec.SettleFor?.Value ?? Defaults.SettleFor;
        ledger = opening.Ledger.ToDictionary(static entry => entry.Key, static entry => FileEntry.Parse(entry.Key, entry.Value), StringComparer.Ordinal);
        position = opening.Positions.TryGetValue(FilesPosition.Partition, out var json) ? FilesPosition.Parse(json) : new FilesPosition(0, 0, 0);
        Name = $"files/{pattern.Text}";
    }

    public string Name { get; }

    public async ValueTask<SourceBatch?> NextAsync(BatchBounds bounds, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (ready.Count == 0)
            {
                // Where what the kernel says of a file never rests (some network and FUSE file systems), trying again at once would spin.
                if (voids >= VoidsAtOnce)
                    await Task.Delay(PollInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Scan();
            }

            if (ready.Count > 0)
                return Open(bounds, stop);
            if (opening.Drain && (waited || unsettled.Count == 0))
                break;
            waited = opening.Drain;
            await Task.Delay(settleFor > PollInterval || opening.Drain ? settleFor : PollInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var file in unsettled)
            Notice(new Diagnostic(SourceCodes.FileUnsettled, DiagnosticSeverity.Note, $"the file {file.Name} changed within the last {settleFor.TotalSeconds:0.###} s and is left for the next run"));
        return null;
    }

    public ValueTask AcknowledgeAsync(BatchEnd committed, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public SourceLag Lag() => ready.Count + unsettled.Count == 0 ? SourceLag.None : new SourceLag(null, null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SourceBatch Open(BatchBounds bounds, CancellationToken stop)
    {
        if (spec.Format.Parquet is not null)
            return new ParquetBatch(this, bounds, oneByOne ? 1 : ParquetBatch.MaxFiles);
        var sequence = new FileSequence(this, bounds, time, stop);
        return spec.Format switch
        {
            { JsonLines: not null } => new JsonLinesBatch(sequence),
            { Csv: { } csv } => new CsvBatch(sequence, CsvDialect.Of(csv)),
            _ => throw new DiagnosticException(SourceCodes.FileFormatUnfit, "the source declares no file format that this version reads"),
        };
    }

    /// <summary>The next file that is ready; null when a scan is due.</summary>
    internal FoundFile? TakeReady() => ready.TryDequeue(out var file) ? file : null;

    /// <summary>Takes a file out until it changes, and says why.</summary>
    internal void Refuse(FoundFile file, Diagnostic why)
    {
        refused[file.Name] = file.Stat;
        voids = 0;
        Notice(why);
    }

    /// <summary>From now on each commit takes one file, so that it is known which one fails.</summary>
    internal void ReadOneByOne() => oneByOne = true;

    /// <summary>Begins anew with a scan: something changed under the reader.</summary>
    internal void Rescan()
    {
        voids++;
        ready.Clear();
    }

    /// <summary>Enters files into the ledger; what is returned goes into the commit.</summary>
    internal BatchEnd Enter(IReadOnlyCollection<FileTaken> files)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, entry) in touched)
            entries[name] = entry.ToJson();
        touched.Clear();
        voids = 0;
        position = new FilesPosition(position.Sequence + 1, position.Files + files.Count, position.Records + files.Sum(static file => file.Records));
        foreach (var file in files)
        {
            var entry = FileEntry.Of(file.File.Stat, file.Sha256, file.Records, position.Sequence);
            ledger[file.File.Name] = entry;
            entries[file.File.Name] = entry.ToJson();
        }

        return new BatchEnd(
            new Dictionary<string, string>(StringComparer.Ordinal) { [FilesPosition.Partition] = position.ToJson() },
            files.Sum(static file => file.Records),
            entries);
    }

    private void Scan()
    {
        unsettled.Clear();
        var found = FolderScan.Run(location, pattern, within, out var problems);
        foreach (var problem in problems)
            Notice(problem);
        foreach (var file in found)
        {
            if (ledger.TryGetValue(file.Name, out var entry))
                Compare(file, entry);
            else if (refused.TryGetValue(file.Name, out var stat) && stat == file.Stat)
                continue;
            else if (file.Stat.Size == 0)
                continue;
            else if (IsSettled(file))
                ready.Enqueue(file);
            else
                unsettled.Add(file);
        }
    }

    private bool IsSettled(FoundFile file)
    {
        var now = time.GetTimestamp();
        if (!seen.TryGetValue(file.Name, out var first) || first.Stat != file.Stat)
            seen[file.Name] = first = (file.Stat, now);
        var age = time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddTicks(file.Stat.Modified / 100);
        var settled = age >= settleFor || time.GetElapsedTime(first.Since, now) >= settleFor;
        if (settled)
            seen.Remove(file.Name);
        return settled;
    }

    private void Compare(FoundFile file, FileEntry entry)
    {
        if (entry.Knows(file.Stat) || (refused.TryGetValue(file.Name, out var stat) && stat == file.Stat))
            return;
        if (!IsSettled(file))
        {
            unsettled.Add(file);
            return;
        }

        try
        {
            if (file.Stat.Size == entry.Size && FileReading.HashOf(file.Path) == entry.Sha256)
            {
                touched[file.Name] = ledger[file.Name] = entry.At(file.Stat);
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse(file, FileReading.Unreadable(file, e));
            return;
        }

        var change = file.Stat.Size < entry.Size ? "is shorter" : file.Stat.Size > entry.Size ? "is longer" : "has other content";
        Refuse(file, new Diagnostic(
            SourceCodes.FileReplaced,
            DiagnosticSeverity.Error,
            $"the file {file.Name} {change} than when its {entry.Records} records were ingested; it is not read again",
            Field: "spec.source.files",
            Help: "restore it, or give the new content a name of its own; a deleted file is fine"));
    }

    private void Notice(Diagnostic diagnostic)
    {
        if (noticed.Add(diagnostic))
            opening.Notice(diagnostic);
    }
}
