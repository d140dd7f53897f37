using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>
/// The API server's verbs over typed objects. Safe for concurrent use. Every method throws the types of <see cref="KubernetesException"/>; nothing is sent twice but what was
/// provably not carried out.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    public KubernetesClient(ClusterConnection connection, TimeProvider time, ClientOptions options, ILogger? logger = null)
    {
    }

    /// <returns>Null where the object is not there.</returns>
    public Task<T?> GetAsync<T>(ResourceType<T> type, ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <returns>The object as stored.</returns>
    /// <exception cref="ConflictException">One of that name exists.</exception>
    public Task<T> CreateAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>PUT of the whole object; with a resourceVersion only over that very version.</summary>
    public Task<T> ReplaceAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken, string? subresource = null)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>Server-side apply under our field manager. Without metadata.uid it creates what is not there; with one it only changes that very object.</summary>
    /// <param name="force">Take fields over that others own, else <see cref="ConflictException"/>.</param>
    public Task<T> ApplyAsync<T>(ResourceType<T> type, T value, bool force, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>Server-side apply of the subresource status: name, namespace and status are sent, nothing else counts.</summary>
    public Task<T> ApplyStatusAsync<T>(ResourceType<T> type, T value, bool force, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>JSON merge patch (RFC 7396).</summary>
    /// <param name="resourceVersion">Only over that very version, else <see cref="ConflictException"/>.</param>
    public Task<T> MergePatchAsync<T>(
        ResourceType<T> type, ObjectKey key, RawJson patch, CancellationToken cancellationToken, string? subresource = null, string? resourceVersion = null)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <returns>False where there was nothing to delete. With finalizers or a grace period the object goes later.</returns>
    /// <exception cref="ConflictException">A precondition does not hold.</exception>
    public Task<bool> DeleteAsync(ResourceType type, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <param name="ns">Absent for all namespaces, and for types that live in none.</param>
    /// <param name="continueFrom">From the page before.</param>
    /// <exception cref="GoneException">The pages' state is no longer kept: start over.</exception>
    public Task<ListPage<T>> ListPageAsync<T>(ResourceType<T> type, string? ns, ListOptions options, string? continueFrom, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>All pages, one held at a time.</summary>
    public IAsyncEnumerable<Decoded<T>> ListAsync<T>(ResourceType<T> type, string? ns, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>What happens after <paramref name="resourceVersion"/>, until the server ends the watch.</summary>
    /// <exception cref="GoneException">That far back is no longer kept: list again.</exception>
    /// <exception cref="UnavailableException">It broke off, or nothing came until after its deadline.</exception>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, string? ns, string resourceVersion, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <returns>The selected end of a container's log; null where the pod is not there.</returns>
    public Task<string?> ReadLogAsync(ObjectKey pod, string container, LogOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>TokenRequest.</summary>
    public Task<TokenRequestStatus> CreateTokenAsync(ObjectKey serviceAccount, TokenOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>What newer servers offer is used only where this says so.</summary>
    public Task<ServerVersion> GetServerVersionAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
