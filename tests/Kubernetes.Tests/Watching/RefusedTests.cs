using System.Collections.Concurrent;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Tests.Watching;

/// <summary>Namespaces that are not there, or in which nothing may be seen.</summary>
public sealed class RefusedTests
{
    private static readonly ObjectKey InTeam = new("team", "a");

    /// <summary>Two namespaces; what is not allowed is answered with 403, or with 404.</summary>
    private sealed class TwoNamespaces : IAsyncDisposable
    {
        private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool mayList;
        private volatile bool mayWatch;
        private readonly int code;

        public TwoNamespaces(int code, bool mayList = false)
        {
            this.code = code;
            (this.mayList, mayWatch) = (mayList, mayList);
            Http = new LoopbackServer(AnswerAsync);
        }

        public LoopbackServer Http { get; }

        /// <summary>Whether the other namespace may be seen.</summary>
        public bool HomeMay { get; init; } = true;

        public int AsksOfTeam => Http.Requests.Count(static seen => seen.Path.Contains("/team/", StringComparison.Ordinal));

        /// <summary>Of the namespace <c>team</c>; open watches end.</summary>
        public void Allow(bool list, bool watch)
        {
            (mayList, mayWatch) = (list, watch);
            Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        public ValueTask DisposeAsync() => Http.DisposeAsync();

        private async Task AnswerAsync(Seen seen, Reply reply)
        {
            var home = !seen.Path.Contains("/team/", StringComparison.Ordinal);
            if (!(home ? HomeMay : seen.IsWatch ? mayWatch : mayList))
            {
                await reply.StatusAsync(code, code == 403 ? "Forbidden" : "NotFound", "not for you");
            }
            else if (!seen.IsWatch)
            {
                await reply.JsonAsync(200, Json.List(10, null, home ? Json.ConfigMap("home", 8) : Json.ConfigMap("a", 9).Replace("\"ns\"", "\"team\"", StringComparison.Ordinal)));
            }
            else
            {
                var end = changed.Task;
                await reply.BeginStreamAsync();
                await (home ? reply.HangAsync() : end.WaitAsync(reply.Stopping));
            }
        }
    }

    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
                Errors.Enqueue(formatter(state, exception));
        }
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_namespace_that_may_not_be_listed_at_start_keeps_nobody_waiting_and_is_served_when_it_may_be(int code)
    {
        var (log, time) = (new Lines(), new ManualTime());
        await using var server = new TwoNamespaces(code);
        await using var run = Running.Start(server.Http, time, logger: log, namespaces: ["ns", "team"]);
        await run.Informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        Assert.True(run.Store.TryGet(new ObjectKey("ns", "home"), out _));

        // For longer than silence is borne, and ever more slowly.
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => server.AsksOfTeam >= 20, "it is asked again and again");
        Assert.True(time.GetUtcNow() - new ManualTime().GetUtcNow() > TimeSpan.FromMinutes(4));
        Assert.Equal((true, true, false), (run.Informer.IsHealthy, run.Store.IsSynced, run.Store.IsServed("team")));
        var told = Assert.Single(log.Errors);
        Assert.Contains("list configmaps", told, StringComparison.Ordinal);
        Assert.Contains("team", told, StringComparison.Ordinal);

        server.Allow(list: true, watch: true);
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => run.Store.IsServed("team") && run.Store.TryGet(InTeam, out _), "it is served");
    }

    [Fact]
    public async Task A_namespace_that_goes_takes_what_it_held_with_it_and_is_served_when_it_comes_back()
    {
        var (log, time) = (new Lines(), new ManualTime());
        await using var server = new TwoNamespaces(403, mayList: true);
        await using var run = Running.Start(server.Http, time, logger: log, namespaces: ["ns", "team"]);
        await run.Informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => run.Store.IsServed("team") && run.Store.TryGet(InTeam, out _), "it is there");
            server.Allow(list: false, watch: false);
            await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => !run.Store.IsServed("team"), "it is gone");
            Assert.False(run.Store.TryGet(InTeam, out _));
            Assert.Equal((true, true), (run.Informer.IsHealthy, run.Store.IsSynced));
            server.Allow(list: true, watch: true);
        }

        await run.IsToldAsync(static one => one.Told.Count(static told => told.StartsWith("team", StringComparison.Ordinal)) >= 4, "all is told");
        lock (run.Told)
            Assert.Equal(["team/a 9", "team/a gone", "team/a 9", "team/a gone"], run.Told.Where(static told => told.StartsWith("team", StringComparison.Ordinal)).Take(4));
        Assert.Equal(2, log.Errors.Count);
    }

    [Fact]
    public async Task What_may_be_listed_and_not_watched_is_not_served_and_the_log_names_the_verb()
    {
        var (log, time) = (new Lines(), new ManualTime());
        await using var server = new TwoNamespaces(403);
        server.Allow(list: true, watch: false);
        await using var run = Running.Start(server.Http, time, logger: log, namespaces: ["ns", "team"]);
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => server.AsksOfTeam >= 9, "it is asked again");
        Assert.False(run.Store.IsServed("team"));
        Assert.Contains("watch configmaps", Assert.Single(log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_may_be_listed_at_all_nothing_is_synced_and_the_log_names_the_verb_and_the_resource()
    {
        var (log, time) = (new Lines(), new ManualTime());
        await using var server = new TwoNamespaces(403) { HomeMay = false };
        await using var run = Running.Start(server.Http, time, logger: log, namespaces: ["ns", "team"]);
        await Until.TrueAsync(time, TimeSpan.FromSeconds(1), () => server.AsksOfTeam >= 10, "it is asked again and again");
        Assert.Equal((false, true), (run.Store.IsSynced, run.Informer.IsHealthy));
        Assert.Equal(2, log.Errors.Count);
        Assert.All(log.Errors, static line => Assert.Contains("list configmaps", line, StringComparison.Ordinal));
    }
}
