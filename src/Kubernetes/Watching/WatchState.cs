namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>Where a watch stands. What to do next follows from the state alone: list the first page, list a further one, open the watch, or read from it.</summary>
internal abstract record WatchState
{
    /// <summary>Nothing is known: the first page is to be listed.</summary>
    public sealed record Empty : WatchState
    {
        public static readonly Empty Instance = new();
    }

    /// <summary>A part of the list has come: the page at <paramref name="Continue"/> is next.</summary>
    public sealed record InitPage(string Continue, string ResourceVersion) : WatchState;

    /// <summary>Everything up to <paramref name="ResourceVersion"/> shows: a watch from there is to be opened.</summary>
    public sealed record InitListed(string ResourceVersion) : WatchState;

    /// <summary>A watch is open; everything up to <paramref name="ResourceVersion"/> shows.</summary>
    public sealed record Watching(string ResourceVersion) : WatchState;
}

/// <summary>What came of what the state asked for.</summary>
internal abstract record WatchInput
{
    public sealed record PageListed(string? Continue, string ResourceVersion) : WatchInput;

    public sealed record Opened : WatchInput;

    /// <summary>An object was added, modified or deleted.</summary>
    /// <param name="ResourceVersion">Absent where the object could not even be identified.</param>
    public sealed record Changed(string? ResourceVersion) : WatchInput;

    public sealed record Bookmarked(string ResourceVersion) : WatchInput;

    /// <summary>The server closed the watch in order.</summary>
    /// <param name="IsEarly">So soon that opening it again at once would be a hot loop.</param>
    public sealed record Ended(bool IsEarly) : WatchInput;

    /// <summary>The server no longer has, or never had, what was asked for: 410.</summary>
    public sealed record Gone : WatchInput;

    /// <summary>The server answers that this may not be listed or watched, or is not there: 403, 404.</summary>
    public sealed record Refused : WatchInput;

    /// <summary>Anything else went wrong.</summary>
    public sealed record Failed : WatchInput;
}

/// <summary>What is to be done with the store.</summary>
internal enum StoreEffect
{
    None,

    /// <summary>The page begins a new list.</summary>
    BeginList,

    /// <summary>The page goes on with the list.</summary>
    GoOn,

    /// <summary>The page is the list, whole.</summary>
    WholeList,

    /// <summary>The page ends the list.</summary>
    EndList,

    /// <summary>The object is put in or taken out.</summary>
    Change,

    /// <summary>Only the position moves.</summary>
    Advance,

    /// <summary>What was known is dropped: what may not be seen cannot be told from what is gone.</summary>
    Refuse,
}

/// <summary>What follows from a state and an input.</summary>
/// <param name="BackOff">Wait before doing what the new state asks for.</param>
/// <param name="Recovered">Failures before this are forgiven.</param>
internal readonly record struct WatchStep(WatchState State, StoreEffect Effect, bool BackOff, bool Recovered)
{
    /// <exception cref="InvalidOperationException">The input does not answer what the state asks for.</exception>
    public static WatchStep Next(WatchState state, WatchInput input) => (state, input) switch
    {
        // Whatever else is allowed again later, a list tells what is there then.
        (_, WatchInput.Refused) => Back(WatchState.Empty.Instance) with { Effect = StoreEffect.Refuse },

        (WatchState.Empty, WatchInput.PageListed { Continue: null } page) => To(new WatchState.InitListed(page.ResourceVersion), StoreEffect.WholeList),
        (WatchState.Empty, WatchInput.PageListed page) => To(new WatchState.InitPage(page.Continue!, page.ResourceVersion), StoreEffect.BeginList),
        (WatchState.Empty, WatchInput.Gone or WatchInput.Failed) => Back(state),

        // All pages show the state of the first one, and a watch goes on from there; were a page newer, what the watch repeats does no harm.
        (WatchState.InitPage at, WatchInput.PageListed { Continue: null }) => To(new WatchState.InitListed(at.ResourceVersion), StoreEffect.EndList),
        (WatchState.InitPage at, WatchInput.PageListed page) => To(at with { Continue = page.Continue! }, StoreEffect.GoOn),
        (WatchState.InitPage, WatchInput.Gone) => Back(WatchState.Empty.Instance),
        (WatchState.InitPage, WatchInput.Failed) => Back(state),

        (WatchState.InitListed at, WatchInput.Opened) => To(new WatchState.Watching(at.ResourceVersion), StoreEffect.None),
        (WatchState.InitListed, WatchInput.Gone) => Back(WatchState.Empty.Instance),
        (WatchState.InitListed, WatchInput.Failed) => Back(state),

        (WatchState.Watching at, WatchInput.Changed change) => Changed(at, change.ResourceVersion),
        (WatchState.Watching at, WatchInput.Bookmarked mark) => ResourceVersions.IsBefore(mark.ResourceVersion, at.ResourceVersion)
            ? Came(at, StoreEffect.None)
            : Came(new WatchState.Watching(mark.ResourceVersion), StoreEffect.Advance),
        (WatchState.Watching at, WatchInput.Ended { IsEarly: false }) => To(new WatchState.InitListed(at.ResourceVersion), StoreEffect.None) with { Recovered = true },
        (WatchState.Watching at, WatchInput.Ended or WatchInput.Failed) => Back(new WatchState.InitListed(at.ResourceVersion)),
        (WatchState.Watching, WatchInput.Gone) => Back(WatchState.Empty.Instance),

        _ => throw new InvalidOperationException($"{state} does not wait for {input}"),
    };

    /// <summary>A watch tells changes in their order. One from the past is a repetition, or the server itself has gone back: only a list tells which.</summary>
    private static WatchStep Changed(WatchState.Watching at, string? resourceVersion) =>
        resourceVersion is null ? Came(at, StoreEffect.None)
        : ResourceVersions.IsBefore(resourceVersion, at.ResourceVersion) ? Back(WatchState.Empty.Instance)
        : Came(new WatchState.Watching(resourceVersion), StoreEffect.Change);

    private static WatchStep To(WatchState state, StoreEffect effect) => new(state, effect, BackOff: false, Recovered: false);

    private static WatchStep Came(WatchState.Watching state, StoreEffect effect) => new(state, effect, BackOff: false, Recovered: true);

    private static WatchStep Back(WatchState state) => new(state, StoreEffect.None, BackOff: true, Recovered: false);
}
