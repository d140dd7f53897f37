using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>What an informer watches.</summary>
public sealed record InformerOptions
{
    /// <summary>Empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

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
    /// <param name="projection">What is kept of an object. Where it throws <see cref="System.Text.Json.JsonException"/> or <see cref="FormatException"/>, the object counts as undecodable.</param>
    /// <param name="random">Spreads reconnects.</param>
    public Informer(KubernetesClient client, ResourceType<T> type, InformerOptions options, Func<T, TItem> projection, TimeProvider time, Random random, ILogger logger)
    {
    }

    public string Name => throw new NotImplementedException();

    public Store<TItem> Store => throw new NotImplementedException();

    /// <summary>False once a watch has been out of touch for longer than <see cref="InformerOptions.MaxSilence"/>: the store is deaf, and the process should end.</summary>
    public bool IsHealthy => throw new NotImplementedException();

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Completes when the store is synced.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
