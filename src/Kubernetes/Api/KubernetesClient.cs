using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Objects;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>
/// The API server's verbs over typed objects. Safe for concurrent use. Every method throws the types of <see cref="KubernetesException"/>; nothing is sent twice but what was
/// provably not carried out.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly Transport transport;
    private readonly TimeProvider time;
    private readonly ClientOptions options;

    public KubernetesClient(ClusterConnection connection, TimeProvider time, ClientOptions options, ILogger? logger = null)
        : this(connection, ClusterHandler.Create(connection), time, options, logger)
    {
    }

    /// <param name="handler">Disposed of with the client.</param>
    internal KubernetesClient(ClusterConnection connection, HttpMessageHandler handler, TimeProvider time, ClientOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.time = time;
        this.options = options;
        transport = new Transport(connection, handler, time, options, logger ?? NullLogger.Instance);
    }

    /// <returns>Null where the object is not there.</returns>
    public async Task<T?> GetAsync<T>(ResourceType<T> type, ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        try
        {
            return await SendAsync(new ApiRequest(HttpMethod.Get, type.ObjectPath(key)), type.Json, key, cancellationToken);
        }
        catch (NotFoundException e) when (e.IsObject)
        {
            return null;
        }
    }

    /// <returns>The object as stored.</returns>
    /// <exception cref="ConflictException">One of that name exists.</exception>
    public Task<T> CreateAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var target = new Query(type.CreatePath(value.Metadata.Namespace)).With("fieldManager", options.FieldManager);
        return SendAsync(new ApiRequest(HttpMethod.Post, target.ToString(), Body(type, value)), type.Json, ObjectKey.Of(value.Metadata), cancellationToken);
    }

    /// <summary>PUT of the whole object; with a resourceVersion only over that very version. What our types leave out is lost: not for objects that others fill in.</summary>
    public Task<T> ReplaceAsync<T>(ResourceType<T> type, T value, CancellationToken cancellationToken, string? subresource = null)
        where T : class, IKubernetesObject
    {
        var key = ObjectKey.Of(value.Metadata);
        var target = new Query(type.ObjectPath(key, subresource)).With("fieldManager", options.FieldManager);
        return SendAsync(new ApiRequest(HttpMethod.Put, target.ToString(), Body(type, value)), type.Json, key, cancellationToken);
    }

    /// <summary>Server-side apply under our field manager. Without metadata.uid it creates what is not there; with one it only changes that very object.</summary>
    /// <param name="force">Take fields over that others own, else <see cref="ConflictException"/>.</param>
    public Task<T> ApplyAsync<T>(ResourceType<T> type, T value, bool force, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ApplyAsync(type, value, null, Body(type, value), force, cancellationToken);

    /// <summary>
    /// Server-side apply of the subresource status: apiVersion, kind, name, namespace and status are sent, with uid and resourceVersion, where given, as preconditions.
    /// </summary>
    public Task<T> ApplyStatusAsync<T>(ResourceType<T> type, T value, bool force, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ApplyAsync(type, value, "status", Bodies.StatusOnly(Body(type, value)), force, cancellationToken);

    /// <summary>JSON merge patch (RFC 7396).</summary>
    /// <param name="patch">An object.</param>
    /// <param name="resourceVersion">Only over that very version, else <see cref="ConflictException"/>.</param>
    public Task<T> MergePatchAsync<T>(
        ResourceType<T> type, ObjectKey key, RawJson patch, CancellationToken cancellationToken, string? subresource = null, string? resourceVersion = null)
        where T : class, IKubernetesObject
    {
        var body = resourceVersion is null ? patch.Utf8.ToArray() : Bodies.At(patch, resourceVersion);
        var target = new Query(type.ObjectPath(key, subresource)).With("fieldManager", options.FieldManager);
        return SendAsync(new ApiRequest(HttpMethod.Patch, target.ToString(), body, ApiRequest.MergePatch), type.Json, key, cancellationToken);
    }

    /// <returns>False where there was nothing to delete. With finalizers or a grace period the object goes later.</returns>
    /// <exception cref="ConflictException">A precondition does not hold.</exception>
    public async Task<bool> DeleteAsync(ResourceType type, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken)
    {
        var preconditions = options.Uid is null && options.ResourceVersion is null ? null : new Preconditions(options.Uid, options.ResourceVersion);
        var body = new DeleteOptionsBody("v1", "DeleteOptions", preconditions, options.PropagationPolicy, options.GracePeriodSeconds);
        // Always with a body: the HTTP handler itself repeats a request without one when an idle connection turns out to be closed.
        var request = new ApiRequest(HttpMethod.Delete, type.ObjectPath(key), JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Default.DeleteOptionsBody));
        try
        {
            return await transport.SendAsync(request, static (_, _) => Task.FromResult(true), cancellationToken);
        }
        catch (NotFoundException e) when (e.IsObject)
        {
            return false;
        }
    }

    /// <param name="ns">Absent for all namespaces, and for types that live in none.</param>
    /// <param name="continueFrom">From the page before.</param>
    /// <exception cref="GoneException">The pages' state is no longer kept: start over.</exception>
    public async Task<ListPage<T>> ListPageAsync<T>(ResourceType<T> type, string? ns, ListOptions options, string? continueFrom, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var target = new Query(type.CollectionPath(ns))
            .With("labelSelector", options.LabelSelector)
            .With("fieldSelector", options.FieldSelector)
            .With("limit", Math.Clamp(options.Limit, 1, 500))
            .With("continue", continueFrom);
        var request = new ApiRequest(HttpMethod.Get, target.ToString());
        return await transport.SendAsync(request, async (response, deadline) =>
        {
            await using var body = await response.Content.ReadAsStreamAsync(deadline);
            return await ReadAsync(request, () => ListParser<T>.ReadAsync(body, type, deadline));
        }, cancellationToken);
    }

    /// <summary>All pages, one held at a time.</summary>
    /// <exception cref="GoneException">The pages' state is no longer kept: start over.</exception>
    public async IAsyncEnumerable<Decoded<T>> ListAsync<T>(
        ResourceType<T> type, string? ns, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        string? continueFrom = null;
        do
        {
            var page = await ListPageAsync(type, ns, options, continueFrom, cancellationToken);
            foreach (var item in page.Items)
                yield return item;
            continueFrom = page.Continue;
        }
        while (continueFrom is not null);
    }

    /// <summary>What happens after <paramref name="resourceVersion"/>, until the server ends the watch.</summary>
    /// <exception cref="GoneException">That far back is no longer kept: list again.</exception>
    /// <exception cref="UnavailableException">It broke off, or nothing came until after its deadline.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, string? ns, string resourceVersion, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        await using var watch = await OpenWatchAsync(type, ns, resourceVersion, options, cancellationToken);
        while (await watch.ReadAsync(cancellationToken) is { } line)
            yield return line;
    }

    /// <returns>The selected part of a container's log; null where the pod is not there.</returns>
    public async Task<string?> ReadLogAsync(ObjectKey pod, string container, LogOptions options, CancellationToken cancellationToken)
    {
        var target = new Query(ResourceTypes.Pods.ObjectPath(pod, "log"))
            .With("container", container)
            .With("tailLines", options.TailLines)
            .With("limitBytes", options.LimitBytes)
            .With("previous", options.Previous);
        try
        {
            return await transport.SendAsync(new ApiRequest(HttpMethod.Get, target.ToString()), async (response, deadline) =>
            {
                await using var body = await response.Content.ReadAsStreamAsync(deadline);
                var text = new byte[options.LimitBytes];
                return Encoding.UTF8.GetString(text, 0, await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, deadline));
            }, cancellationToken);
        }
        catch (NotFoundException e) when (e.IsObject)
        {
            return null;
        }
    }

    /// <summary>TokenRequest.</summary>
    public async Task<TokenRequestStatus> CreateTokenAsync(ObjectKey serviceAccount, TokenOptions options, CancellationToken cancellationToken)
    {
        var asked = new TokenRequest
        {
            Spec = new TokenRequestSpec
            {
                Audiences = options.Audiences,
                ExpirationSeconds = options.ExpirationSeconds,
                BoundObjectRef = options.Pod is { } pod ? new BoundObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Name, Uid = pod.Uid } : null,
            },
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(asked, KubernetesJson.Default.TokenRequest);
        var request = new ApiRequest(HttpMethod.Post, ResourceTypes.ServiceAccounts.ObjectPath(serviceAccount, "token"), body);
        var answer = await SendAsync(request, KubernetesJson.Default.TokenRequest, serviceAccount, cancellationToken);
        return answer.Status ?? throw new UnavailableException($"{request}: the answer holds no token");
    }

    /// <summary>What newer servers offer is used only where this says so.</summary>
    public Task<ServerVersion> GetServerVersionAsync(CancellationToken cancellationToken) =>
        SendAsync(new ApiRequest(HttpMethod.Get, "/version"), KubernetesJson.Default.ServerVersion, new ObjectKey(null, "version"), cancellationToken);

    public void Dispose() => transport.Dispose();

    internal async Task<WatchConnection<T>> OpenWatchAsync<T>(
        ResourceType<T> type, string? ns, string resourceVersion, WatchOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var target = new Query(type.CollectionPath(ns))
            .With("watch", true)
            .With("allowWatchBookmarks", true)
            .With("resourceVersion", resourceVersion)
            .With("timeoutSeconds", (long)options.Timeout.TotalSeconds)
            .With("labelSelector", options.LabelSelector)
            .With("fieldSelector", options.FieldSelector);
        var (response, body) = await transport.OpenAsync(new ApiRequest(HttpMethod.Get, target.ToString()), cancellationToken);
        return new WatchConnection<T>(type, response, body, options.Timeout + options.Grace, time);
    }

    private Task<T> ApplyAsync<T>(ResourceType<T> type, T value, string? subresource, byte[] body, bool force, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var key = ObjectKey.Of(value.Metadata);
        var target = new Query(type.ObjectPath(key, subresource)).With("fieldManager", options.FieldManager).With("force", force);
        return SendAsync(new ApiRequest(HttpMethod.Patch, target.ToString(), body, ApiRequest.ApplyPatch), type.Json, key, cancellationToken);
    }

    private static byte[] Body<T>(ResourceType<T> type, T value)
        where T : class, IKubernetesObject
    {
        if (value is CustomResource custom && (custom.ApiVersion is null || custom.Kind is null))
            value = (T)(object)(custom with { ApiVersion = type.ApiVersion, Kind = type.Kind });
        return JsonSerializer.SerializeToUtf8Bytes(value, type.Json);
    }

    private Task<T> SendAsync<T>(ApiRequest request, JsonTypeInfo<T> json, ObjectKey key, CancellationToken cancellationToken)
        where T : class =>
        transport.SendAsync(request, async (response, deadline) =>
        {
            await using var body = await response.Content.ReadAsStreamAsync(deadline);
            try
            {
                return await JsonSerializer.DeserializeAsync(body, json, deadline) ?? throw new JsonException("null");
            }
            catch (Exception e) when (ItemDecoder.IsDecoding(e))
            {
                throw new UndecodableException(key, e.Message);
            }
        }, cancellationToken);

    private static async Task<ListPage<T>> ReadAsync<T>(ApiRequest request, Func<Task<ListPage<T>>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (ItemDecoder.IsDecoding(e))
        {
            throw new UnavailableException($"{request}: the answer is no list: {e.Message}", e);
        }
    }
}
