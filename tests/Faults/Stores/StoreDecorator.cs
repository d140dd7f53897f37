using LakehouseOperator.Engine.Storage;

namespace LakehouseOperator.Faults.Stores;

/// <summary>A store that passes everything on; what overrides it sees whole keys, the layer's name first.</summary>
public abstract class StoreDecorator(IObjectStore inner, string above) : IObjectStore
{
    public string Location => inner.Location;

    protected IObjectStore Inner => inner;

    public IObjectStore At(string prefix) => Below(inner.At(prefix), above + prefix + "/");

    public virtual Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.PutIfAbsentAsync(key, content, cancellationToken);

    public virtual Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(key, content, cancellationToken);

    public virtual Task PutFileAsync(string key, string path, CancellationToken cancellationToken) => inner.PutFileAsync(key, path, cancellationToken);

    public virtual Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public virtual Task<byte[]?> GetRangeAsync(string key, long offset, int length, CancellationToken cancellationToken) =>
        inner.GetRangeAsync(key, offset, length, cancellationToken);

    public virtual Task<string?> StageAsync(string key, string directory, CancellationToken cancellationToken) => inner.StageAsync(key, directory, cancellationToken);

    public virtual Task<ObjectEntry?> HeadAsync(string key, CancellationToken cancellationToken) => inner.HeadAsync(key, cancellationToken);

    public virtual IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, string? startAfter, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, startAfter, cancellationToken);

    public virtual IAsyncEnumerable<string> ListFoldersAsync(string folder, CancellationToken cancellationToken) => inner.ListFoldersAsync(folder, cancellationToken);

    public virtual Task DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);

    public virtual Task PruneAsync(CancellationToken cancellationToken) => inner.PruneAsync(cancellationToken);

    protected abstract IObjectStore Below(IObjectStore below, string belowPrefix);

    protected string Whole(string key) => above + key;

    /// <summary>Where the folder store keeps the object.</summary>
    protected string PathOf(string key) => Path.Combine(new Uri(inner.Location).LocalPath, key);
}
