using System.Net;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Queueing;
using LakehouseOperator.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>Fills one section of a store: does what the <see cref="WatchState"/> asks for, and hands what comes of it to <see cref="WatchStep"/> and to the store.</summary>
internal sealed class Reflector<T, TItem> : IAsyncDisposable
    where T : class, IKubernetesObject
    where TItem : class
{
    /// <summary>Whatever the server asks for, we are not deaf for longer.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Servers end watches after minutes; what ends sooner than this is not opened again at once.</summary>
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(5);

    private const long Connected = -1;

    private const string All = "all namespaces";

    private readonly KubernetesClient client;
    private readonly ResourceType<T> type;
    private readonly string? ns;
    private readonly InformerOptions options;
    private readonly Func<T, TItem> projection;
    private readonly Store<TItem> store;
    private readonly TimeProvider time;
    private readonly Backoff backoff;
    private readonly ILogger logger;

    private WatchConnection<T>? watch;
    private long openedAt;
    private int failures;
    private TimeSpan? askedToWait;

    /// <summary>Told once, until it is over.</summary>
    private bool isRefused;

    /// <summary>Since when nothing connects us to the server; less than nothing while something does. Read by health probes.</summary>
    private long brokenSince = Connected;

    public Reflector(
        KubernetesClient client, ResourceType<T> type, string? ns, InformerOptions options, Func<T, TItem> projection, Store<TItem> store, TimeProvider time, Backoff backoff,
        ILogger logger)
    {
        this.client = client;
        this.type = type;
        this.ns = ns;
        this.options = options;
        this.projection = projection;
        this.store = store;
        this.time = time;
        this.backoff = backoff;
        this.logger = logger;
    }

    /// <summary>How long nothing has connected us to the server.</summary>
    public TimeSpan Silence => Volatile.Read(ref brokenSince) is var since && since == Connected ? TimeSpan.Zero : time.GetElapsedTime(since);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        WatchState state = WatchState.Empty.Instance;
        Volatile.Write(ref brokenSince, time.GetTimestamp());
        try
        {
            while (true)
            {
                var step = await AdvanceAsync(state, cancellationToken);
                state = step.State;
                if (state is not WatchState.Watching)
                    await CloseAsync();
                if (step.Recovered)
                    failures = 0;
                if (step.BackOff)
                    await WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CloseAsync();
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<WatchStep> AdvanceAsync(WatchState state, CancellationToken cancellationToken)
    {
        try
        {
            return state switch
            {
                WatchState.Empty => await ListAsync(state, null, cancellationToken),
                WatchState.InitPage page => await ListAsync(state, page.Continue, cancellationToken),
                WatchState.InitListed listed => await OpenAsync(listed, cancellationToken),
                WatchState.Watching watching => await ReadAsync(watching, cancellationToken),
                _ => throw new InvalidOperationException($"{state} asks for nothing"),
            };
        }
        catch (KubernetesException e)
        {
            return Broke(state, e);
        }
    }

    private async Task<WatchStep> ListAsync(WatchState state, string? continueFrom, CancellationToken cancellationToken)
    {
        var selection = new ListOptions { LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector };
        var page = await client.ListPageAsync(type, ns, selection, continueFrom, cancellationToken);
        var step = WatchStep.Next(state, new WatchInput.PageListed(page.Continue, page.ResourceVersion));
        if (step.Effect is StoreEffect.BeginList or StoreEffect.WholeList)
            store.BeginList(ns);
        foreach (var item in page.Items)
        {
            var entry = Entry(item);
            if (item.Metadata.Name is not null)
                store.AddToList(ns, item.Key, entry);
        }

        if (step is { Effect: StoreEffect.EndList or StoreEffect.WholeList, State: WatchState.InitListed listed })
            store.EndList(ns, listed.ResourceVersion);
        return step;
    }

    private async Task<WatchStep> OpenAsync(WatchState.InitListed listed, CancellationToken cancellationToken)
    {
        var wanted = options.Watch with { LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector };
        watch = await client.OpenWatchAsync(type, ns, listed.ResourceVersion, wanted, cancellationToken);
        openedAt = time.GetTimestamp();
        Volatile.Write(ref brokenSince, Connected);
        if (isRefused)
        {
            isRefused = false;
            store.Serve(ns);
            WatchLog.Served(logger, type.Plural, ns ?? All);
        }

        return WatchStep.Next(listed, new WatchInput.Opened());
    }

    private async Task<WatchStep> ReadAsync(WatchState.Watching watching, CancellationToken cancellationToken)
    {
        var line = await (watch ?? throw new InvalidOperationException("no watch is open")).ReadAsync(cancellationToken);
        switch (line)
        {
            case null:
                return WatchStep.Next(watching, new WatchInput.Ended(time.GetElapsedTime(openedAt) < ShortestWatch));
            case { Item: null }:
                var bookmarked = WatchStep.Next(watching, new WatchInput.Bookmarked(line.ResourceVersion));
                if (bookmarked.Effect == StoreEffect.Advance)
                    store.Advance(ns, line.ResourceVersion);
                return bookmarked;
            default:
                var step = WatchStep.Next(watching, new WatchInput.Changed(line.Item.Metadata.Name is null ? null : line.Item.Metadata.ResourceVersion));
                if (step.Effect == StoreEffect.Change)
                    Apply(line.Kind, line.Item);
                else if (step.BackOff)
                    WatchLog.WentBack(logger, type.Plural, ns, line.Item.Metadata.ResourceVersion, watching.ResourceVersion);
                return step;
        }
    }

    private void Apply(WatchEventKind kind, Decoded<T> item)
    {
        if (kind == WatchEventKind.Deleted)
            store.Remove(ns, item.Key, item.Metadata.ResourceVersion);
        else
            store.Set(ns, item.Key, Entry(item));
    }

    private StoreEntry<TItem> Entry(Decoded<T> item)
    {
        var entry = StoreEntry<TItem>.Project(item, projection);
        if (entry.Error is { } error)
            WatchLog.Undecodable(logger, type.Plural, item.Key, error);
        return entry;
    }

    /// <summary>The server was reached and says no. That is not silence: it is asked again and again, and what it lets us see elsewhere goes on.</summary>
    private WatchStep Refuse(WatchState state, KubernetesException e)
    {
        Volatile.Write(ref brokenSince, Connected);
        Meters.WatchBreaks.Add(1, Meters.Tag("type", type.Plural), Meters.Tag("cause", "refused"));
        if (!isRefused)
            WatchLog.NotServed(logger, type.Plural, ns ?? All, state is WatchState.InitListed or WatchState.Watching ? "watch" : "list", type.ToString(), e.Message);
        isRefused = true;
        var step = WatchStep.Next(state, new WatchInput.Refused());
        store.Refuse(ns);
        return step;
    }

    private WatchStep Broke(WatchState state, KubernetesException e)
    {
        if (e is NotFoundException or RefusedException { Code: HttpStatusCode.Forbidden })
            return Refuse(state, e);
        askedToWait = (e as UnavailableException)?.RetryAfter;
        Volatile.Write(ref brokenSince, Volatile.Read(ref brokenSince) is var since && since == Connected ? time.GetTimestamp() : since);
        var cause = e is GoneException ? "gone" : e is RefusedException ? "refused" : "unavailable";
        Meters.WatchBreaks.Add(1, Meters.Tag("type", type.Plural), Meters.Tag("cause", cause));
        if (e is RefusedException)
            WatchLog.Refused(logger, type.Plural, ns, e.Message);
        else
            WatchLog.Broke(logger, type.Plural, ns, e.Message);
        return WatchStep.Next(state, e is GoneException ? new WatchInput.Gone() : new WatchInput.Failed());
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = backoff.After(++failures);
        if (askedToWait is { } asked && asked > wait)
            wait = asked < LongestPause ? asked : LongestPause;
        askedToWait = null;
        await Task.Delay(wait, time, cancellationToken);
    }

    private async ValueTask CloseAsync()
    {
        if (watch is { } open)
        {
            watch = null;
            await open.DisposeAsync();
        }
    }
}
