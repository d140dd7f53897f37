using System.Runtime.CompilerServices;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>
/// Objects as files of a folder. An object is written under a scratch name beside its own, synced, and then named: by link(2) where it must
/// not exist yet, by rename where it may. The folder is synced before success is told. Any number of processes may use one folder.
/// </summary>
public sealed class FolderStore : IObjectStore
{
    private readonly string root;
    private readonly string anchor;
    private readonly TimeProvider time;

    /// <param name="root">Absolute path; made with the first put.</param>
    public FolderStore(string root, TimeProvider time)
        : this(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)), Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)), time)
    {
    }

    private FolderStore(string root, string anchor, TimeProvider time)
    {
        this.root = root;
        this.anchor = anchor;
        this.time = time;
        Location = new UriBuilder(Uri.UriSchemeFile, "") { Path = root }.Uri.AbsoluteUri;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IObjectStore At(string prefix)
    {
        ObjectKey.Require(prefix, Location);
        return new FolderStore(Path.Combine(root, prefix), anchor, time);
    }

    /// <inheritdoc/>
    public Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Task.Run(() => Guard(path, () => PutIfAbsent(path, content.Span)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Task.Run(() => Guard(path, () => Put(path, content.Span)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutFileAsync(string key, string path, CancellationToken cancellationToken)
    {
        var target = Resolve(key);
        return Task.Run(() => Guard(target, () => PutFile(target, path)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Task.Run(() => Guard(path, () => Read(path, 0, null)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var path = Resolve(key);
        return Task.Run(() => Guard(path, () => Read(path, offset, length)), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> StageAsync(string key, string directory, CancellationToken cancellationToken) =>
        await HeadAsync(key, cancellationToken) is null ? null : Resolve(key);

    /// <inheritdoc/>
    public Task<ObjectEntry?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Task.Run(() => Guard(path, () => Head(key, path)), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(
        string prefix, string? startAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.RequirePrefix(prefix, Location);
        var folder = prefix.LastIndexOf('/') is var slash and >= 0 ? Resolve(prefix[..slash]) : Resolve(null);
        var entries = await Task.Run(
            () => Guard(folder, () => new FolderListing(root, prefix, startAfter, time.GetUtcNow()).Read(folder)), cancellationToken);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = Resolve(folder.Length == 0 ? null : folder);
        var names = await Task.Run(() => Guard(path, () => FolderListing.Folders(path)), cancellationToken);
        foreach (var name in names)
            yield return name;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Task.Run(() => Guard(path, () => Delete(path)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task PruneAsync(CancellationToken cancellationToken)
    {
        var path = Resolve(null);
        return Task.Run(() => Guard(path, () => Prune(path)), cancellationToken);
    }

    /// <summary>What killed puts left goes too; a folder that somebody fills meanwhile stays.</summary>
    private static bool Prune(string folder)
    {
        if (!Directory.Exists(folder))
            return true;
        var isEmpty = true;
        foreach (var inner in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (inner is DirectoryInfo { LinkTarget: null })
                isEmpty &= Prune(inner.FullName);
            else if (ScratchName.Is(inner.Name))
                ScratchName.Drop(inner.FullName);
            else
                isEmpty = false;
        }

        try
        {
            if (isEmpty)
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            return false;
        }

        return isEmpty;
    }

    private static PutOutcome PutIfAbsent(string path, ReadOnlySpan<byte> content)
    {
        if (File.Exists(path))
            return PutOutcome.AlreadyExists;
        var folder = Path.GetDirectoryName(path)!;
        DurableNames.MakeFolder(folder);
        var scratch = ScratchName.In(folder);
        try
        {
            Write(scratch, content);
            if (!DurableNames.TryGive(scratch, path))
                return PutOutcome.AlreadyExists;
        }
        finally
        {
            ScratchName.Drop(scratch);
        }

        DurableNames.SyncFolder(folder);
        return PutOutcome.Created;
    }

    private static bool Put(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(path)!;
        DurableNames.MakeFolder(folder);
        var scratch = ScratchName.In(folder);
        try
        {
            Write(scratch, content);
            File.Move(scratch, path, overwrite: true);
        }
        finally
        {
            ScratchName.Drop(scratch);
        }

        DurableNames.SyncFolder(folder);
        return true;
    }

    private static bool PutFile(string target, string source)
    {
        var folder = Path.GetDirectoryName(target)!;
        DurableNames.MakeFolder(folder);
        using (var file = File.OpenHandle(source, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.FlushToDisk(file);
        var scratch = ScratchName.In(folder);
        try
        {
            // Across file systems this copies; either way the whole file then gets its name in one step.
            File.Move(source, scratch);
            using (var file = File.OpenHandle(scratch, FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.FlushToDisk(file);
            if (!DurableNames.TryGive(scratch, target))
                throw new InvalidOperationException($"{target} exists; staged files have unique names");
        }
        finally
        {
            ScratchName.Drop(scratch);
        }

        DurableNames.SyncFolder(folder);
        return true;
    }

    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, content.Length);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    private static byte[]? Read(string path, long offset, int? length)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var rest = Math.Max(0, RandomAccess.GetLength(file) - offset);
            var bytes = new byte[length is { } most ? Math.Min(rest, most) : rest];
            var read = 0;
            while (read < bytes.Length)
            {
                var count = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
                if (count == 0)
                    throw new IOException($"{path} ended at {offset + read} of {offset + bytes.Length} bytes");
                read += count;
            }

            return bytes;
        }
        catch (Exception failure) when (StoreErrors.IsMissing(failure))
        {
            return null;
        }
    }

    private static ObjectEntry? Head(string key, string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new ObjectEntry(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)) : null;
    }

    private static bool Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }

        return true;
    }

    private string Resolve(string? key)
    {
        if (key is not null)
            ObjectKey.Require(key, Location);
        var path = key is null ? root : Path.Combine(root, key);
        if (!RealPaths.IsWithin(anchor, path))
            throw ObjectKey.Outside(key ?? "", Location);
        if (File.Exists(anchor))
            throw new DiagnosticException(TableCodes.StoreNotFolder, $"{anchor} is a file", "choose a folder by --lake or the layer's location");
        return path;
    }

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(failure, path);
        }
    }
}
