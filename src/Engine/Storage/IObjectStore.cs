namespace LakehouseOperator.Engine.Storage;

/// <param name="Key">Relative to the store's root, parts joined by <c>/</c>, never starting with one.</param>
public readonly record struct ObjectEntry(string Key, long Size, DateTimeOffset LastModified);

public enum PutOutcome
{
    Created,

    /// <summary>Something is there already; nothing was written.</summary>
    AlreadyExists,

    /// <summary>The reply was lost (time-out, 5xx, 409): look before putting again.</summary>
    Unknown,
}

/// <summary>
/// Objects under one root: a folder, or a prefix of an S3 bucket. Every object appears whole or not at all. Keys are parts joined by <c>/</c>;
/// a part is never empty, <c>.</c> or <c>..</c>. Failures throw a <see cref="Pipelines.Codes.DiagnosticException"/> with an LH40xx code.
/// </summary>
public interface IObjectStore
{
    /// <summary><c>file:///path</c> or <c>s3://bucket/prefix</c>.</summary>
    string Location { get; }

    /// <summary>The store's clock minus ours, as far as it is known: times of objects are the store's.</summary>
    TimeSpan ClockOffset => TimeSpan.Zero;

    /// <summary>
    /// Every operation is a round trip, so that several are better asked side by side; and what <see cref="StageAsync"/> gives is a copy, the caller's to delete.
    /// </summary>
    bool IsRemote => false;

    /// <summary>A store rooted below this one.</summary>
    IObjectStore At(string prefix);

    /// <summary>The compare-and-set of the table log: durable when <see cref="PutOutcome.Created"/> is returned, and exactly one of any number of callers gets that.</summary>
    Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Puts or replaces a small object; for hints only.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Moves or uploads a local file under a name that nobody else uses; durable on return. The local file may be gone afterwards.</summary>
    Task PutFileAsync(string key, string path, CancellationToken cancellationToken);

    /// <summary>A small object whole, or null where there is none.</summary>
    Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The bytes from <paramref name="offset"/> on, at most <paramref name="length"/> and fewer only at the object's end; null where there is no object.
    /// </summary>
    Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken);

    /// <summary>An object as a local file: the object itself where the store is a folder, else downloaded into <paramref name="directory"/>. Null where there is none.</summary>
    Task<string?> StageAsync(string key, string directory, CancellationToken cancellationToken);

    Task<ObjectEntry?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>In ordinal order of keys, those that start with <paramref name="prefix"/> and are greater than <paramref name="startAfter"/>. A missing prefix is empty.</summary>
    IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, string? startAfter, CancellationToken cancellationToken);

    /// <summary>Names of the folders directly below <paramref name="folder"/> (empty: the root), in ordinal order. A missing folder is empty.</summary>
    IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Deletes; absent is fine.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes folders below the root that hold no object, and the root where it holds nothing; for stores that have folders.</summary>
    Task PruneAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A store that cannot be known to honour <see cref="IObjectStore.PutIfAbsentAsync"/> before it was tried.</summary>
public interface IProbedStore
{
    /// <summary>Tries it once; later calls rely on that.</summary>
    /// <exception cref="Pipelines.Codes.DiagnosticException"><see cref="Pipelines.Codes.TableCodes.ConditionalWritesUnsupported"/>, or the store cannot be used at all.</exception>
    Task RequireConditionalWritesAsync(CancellationToken cancellationToken);
}
