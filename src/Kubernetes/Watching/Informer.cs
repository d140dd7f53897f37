using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Queueing;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>What an informer watches.</summary>
public sealed record InformerOptions
{
    /// <summary>Empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>How long one connection of the watch lasts; its selectors are not used.</summary>
    public WatchOptions Watch { get; init; } = new();

    /// <summary>How long a watch may be out of touch before <see cref="Informer{T,TItem}.IsHealthy"/> says no. 5 minutes.</summary>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Whether something that runs in the background still does its work; for health probes.</summary>
public interface IHealth
{
    string Name { get; }

    bool IsHealthy { get; }
}

/// <summary>Keeps a store equal to what the server has, by one list and a watch that is resumed as often as it breaks.</summary>
public sealed class Informer<T, TItem> : IHealth
    where T : class, IKubernetesObject
    where TItem : class
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly InformerOptions options;
    private readonly Reflector<T, TItem>[] reflectors;
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool hasFailed;

    /// <param name="projection">What is kept of an object. Where it throws, the object counts as undecodable.</param>
    /// <param name="random">Spreads reconnects; asked only now, for a seed.</param>
    public Informer(KubernetesClient client, ResourceType<T> type, InformerOptions options, Func<T, TItem> projection, TimeProvider time, Random random, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        this.options = options;
        Name = type.ToString();
        string?[] namespaces = type.Namespaced && options.Namespaces.Count > 0 ? [.. options.Namespaces.Distinct(StringComparer.Ordinal)] : [null];
        Store = new Store<TItem>(namespaces, synced.SetResult);
        var backoff = new Backoff(FirstRetry, LongestRetry, new Random(random.Next()));
        reflectors = [.. namespaces.Select(ns => new Reflector<T, TItem>(client, type, ns, options, projection, Store, time, backoff, logger))];
    }

    /// <summary>Of the type.</summary>
    public string Name { get; }

    public Store<TItem> Store { get; }

    /// <summary>
    /// False once a watch has been out of touch for longer than <see cref="InformerOptions.MaxSilence"/>, or has failed for good: the store is deaf, and the process should end. A server that refuses is in touch.
    /// </summary>
    public bool IsHealthy => !hasFailed && Array.TrueForAll(reflectors, reflector => reflector.Silence <= options.MaxSilence);

    /// <summary>Runs until cancelled. Throws only for a bug, or what a handler of the store throws; then the store is deaf, and the process must end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Array.ConvertAll(reflectors, reflector => reflector.RunAsync(all.Token));
        await Task.WhenAny(running);
        // Either cancelled, or one has failed: a store that is deaf in one namespace is of no use in the others.
        hasFailed = !cancellationToken.IsCancellationRequested;
        await all.CancelAsync();
        await Task.WhenAll(running);
    }

    /// <summary>Completes when the store is synced.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => synced.Task.WaitAsync(cancellationToken);
}
