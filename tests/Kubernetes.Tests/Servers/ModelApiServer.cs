using System.Globalization;

namespace LakehouseOperator.Kubernetes.Tests.Servers;

/// <summary>How an answer goes wrong.</summary>
internal enum Fault
{
    None,

    /// <summary>500.</summary>
    Error,

    /// <summary>410, within the watch where it is one.</summary>
    Gone,

    /// <summary>The connection breaks in the middle of a page or a line.</summary>
    Cut,

    /// <summary>The watch ends in order, at once.</summary>
    End,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    HalfOpen,

    /// <summary>An old event comes once more.</summary>
    Replay,
}

/// <summary>ConfigMaps of one namespace as an API server keeps them: revisions, pages of one state, a history that is cut off at times, watches and bookmarks. And faults.</summary>
internal sealed class ModelApiServer : IAsyncDisposable
{
    private sealed record Change(int Revision, string Type, string Name, string Body);

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, (int Revision, string Body)> objects = new(StringComparer.Ordinal);
    private readonly List<Change> history = [];
    private readonly Dictionary<string, (int Revision, string[] Items)> pages = [];
    private readonly Func<Seen, Fault> fault;
    private readonly int pageSize;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int revision = 100;
    private int uids;
    private int compacted = 100;
    private int tokens;

    public ModelApiServer(int pageSize, Func<Seen, Fault> fault)
    {
        this.pageSize = pageSize;
        this.fault = fault;
        Http = new LoopbackServer(AnswerAsync);
    }

    public LoopbackServer Http { get; }

    /// <summary>What there is: name and resourceVersion.</summary>
    public Dictionary<string, string> State
    {
        get
        {
            lock (gate)
                return objects.ToDictionary(pair => pair.Key, pair => pair.Value.Revision.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        }
    }

    public string Revision
    {
        get
        {
            lock (gate)
                return revision.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <param name="body">The object as JSON from its revision and uid; one of its own where absent.</param>
    public void Put(string name, Func<int, string, string>? body = null)
    {
        lock (gate)
        {
            revision++;
            var isNew = !objects.ContainsKey(name);
            var uid = string.Create(CultureInfo.InvariantCulture, $"{name}-{(isNew ? ++uids : 0)}");
            var text = body?.Invoke(revision, uid) ?? Json.ConfigMap(name, revision, "v", uid);
            objects[name] = (revision, text);
            Tell(new Change(revision, isNew ? "ADDED" : "MODIFIED", name, text));
        }
    }

    public void Delete(string name)
    {
        lock (gate)
        {
            if (!objects.Remove(name))
                return;
            revision++;
            Tell(new Change(revision, "DELETED", name, Json.ConfigMap(name, revision)));
        }
    }

    /// <summary>Watches and pages from before now are gone.</summary>
    public void Compact()
    {
        lock (gate)
        {
            compacted = revision;
            pages.Clear();
        }
    }

    public ValueTask DisposeAsync() => Http.DisposeAsync();

    private void Tell(Change change)
    {
        history.Add(change);
        changed.SetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private Task AnswerAsync(Seen seen, Reply reply) => seen.IsWatch ? WatchAsync(seen, reply, fault(seen)) : ListAsync(seen, reply, fault(seen));

    private async Task ListAsync(Seen seen, Reply reply, Fault how)
    {
        if (how == Fault.Error)
        {
            await reply.StatusAsync(500, "InternalError", "planned");
            return;
        }

        if (how == Fault.HalfOpen)
        {
            await reply.HangAsync();
            return;
        }

        var page = how == Fault.Gone ? null : Page(seen.Query.GetValueOrDefault("continue"));
        if (page is null)
        {
            await reply.StatusAsync(410, "Expired", "too old");
        }
        else if (how == Fault.Cut)
        {
            await reply.RawAsync($"HTTP/1.1 200 OK\r\nContent-Length: {page.Length}\r\n\r\n{page[..(page.Length / 2)]}");
            reply.Cut();
        }
        else
        {
            await reply.JsonAsync(200, page);
        }
    }

    private string? Page(string? token)
    {
        lock (gate)
        {
            (int Revision, string[] Items) rest;
            if (token is null)
                rest = (revision, [.. objects.Values.Select(value => value.Body)]);
            else if (!pages.TryGetValue(token, out rest))
                return null;
            string? next = null;
            if (rest.Items.Length > pageSize)
            {
                next = string.Create(CultureInfo.InvariantCulture, $"page{++tokens}");
                pages[next] = (rest.Revision, rest.Items[pageSize..]);
            }

            return Json.List(rest.Revision, next, rest.Items.Take(pageSize));
        }
    }

    private async Task WatchAsync(Seen seen, Reply reply, Fault how)
    {
        var at = int.Parse(seen.Query["resourceVersion"], CultureInfo.InvariantCulture);
        if (how == Fault.Error)
        {
            await reply.StatusAsync(500, "InternalError", "planned");
            return;
        }

        await reply.BeginStreamAsync();
        bool tooOld;
        lock (gate)
            tooOld = at < compacted;
        if (tooOld || how == Fault.Gone)
            await reply.ChunkAsync(Json.Error(410, "Expired"));
        else
            await TailAsync(at, reply, how);
    }

    private async Task TailAsync(int at, Reply reply, Fault how)
    {
        if (how == Fault.Replay && Old(at) is { } old)
            await reply.ChunkAsync(Json.Event(old.Type, old.Body));
        while (how != Fault.End)
        {
            Task wait;
            Change[] news;
            lock (gate)
            {
                wait = changed.Task;
                news = [.. history.Where(change => change.Revision > at)];
            }

            foreach (var change in news)
            {
                var line = Json.Event(change.Type, change.Body);
                if (how == Fault.HalfOpen)
                    await reply.HangAsync();
                await reply.ChunkAsync(how == Fault.Cut ? line[..(line.Length / 2)] : line);
                if (how == Fault.Cut)
                {
                    reply.Cut();
                    return;
                }

                at = change.Revision;
            }

            if (news.Length > 0)
                await reply.ChunkAsync(Json.Bookmark(at));
            await wait.WaitAsync(reply.Stopping);
        }
    }

    private Change? Old(int at)
    {
        lock (gate)
            return history.FirstOrDefault(change => change.Revision < at);
    }
}
