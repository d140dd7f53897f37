using System.Net;
using LakehouseOperator.Engine.Runs.Reporting;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Engine.Tests.Runs.Reporting;

/// <summary>When a stream is told of: paces of a moment and of an hour stand for "soon" and "not yet".</summary>
public sealed class LiveReportTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly ResourceId Events = new(ResourceKind.Ingestion, "events", "default");

    private readonly Seen seen = new();
    private readonly ReportEndpoint endpoint;

    public LiveReportTests() => endpoint = new ReportEndpoint(new Uri("http://operator/v1/reports"), null, TimeProvider.System, new Random(1), NullLogger.Instance, seen);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => endpoint.Dispose();

    [Fact]
    public void A_stream_is_told_of_every_two_to_ten_seconds() =>
        Assert.Equal(new ReportPace(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)), ReportPace.Default);

    [Fact]
    public void An_operator_that_takes_nothing_is_asked_ever_less_and_at_least_every_ten_seconds() =>
        Assert.Equal([2, 4, 8, 10, 10, 10], new[] { 0, 1, 2, 3, 9, int.MaxValue }.Select(static failures => (int)ReportPace.Default.After(failures).TotalSeconds));

    [Fact]
    public async Task Without_commits_reports_go_on()
    {
        await using var live = Open(new ReportPace(Moment, Moment));
        for (var report = 0; report < 5; report++)
            await seen.NextAsync(Token);
    }

    [Fact]
    public async Task A_commit_is_told_without_waiting_for_the_latest_moment()
    {
        await using var live = Open(new ReportPace(Moment, Hour));
        for (var commit = 0; commit < 5; commit++)
        {
            await seen.NextAsync(Token);
            live.Committed(Events, new TableName("bronze", "events"), commit, 1);
        }

        await seen.NextAsync(Token);
    }

    [Fact]
    public async Task Commits_without_rest_are_told_once_a_pause()
    {
        await using (var live = Open(new ReportPace(Hour, Hour)))
        {
            await seen.NextAsync(Token);
            for (var commit = 0; commit < 1000; commit++)
                live.Committed(Events, new TableName("bronze", "events"), commit, 1);
        }

        Assert.Equal(1, seen.Count);
    }

    [Fact]
    public async Task A_commit_after_a_report_that_was_not_taken_waits_for_the_longer_pause()
    {
        seen.Status = HttpStatusCode.ServiceUnavailable;
        await using (var live = Open(new ReportPace(Hour, Hour * 2)))
        {
            await seen.NextAsync(Token);
            live.Committed(Events, new TableName("bronze", "events"), 1, 1);
        }

        Assert.Equal(1, seen.Count);
    }

    [Fact]
    public async Task A_report_that_is_under_way_does_not_hold_up_the_end()
    {
        seen.Hangs = true;
        await using var live = Open(ReportPace.Default);
        await seen.NextAsync(Token);
    }

    [Fact]
    public async Task What_cannot_be_told_ends_nothing()
    {
        await using var live = new LiveReports(endpoint, TimeProvider.System, NullLogger.Instance);
        live.Running(Events, static () => throw new InvalidOperationException("a defect"));
    }

    private LiveReports Open(ReportPace pace)
    {
        var live = new LiveReports(endpoint, TimeProvider.System, NullLogger.Instance, pace);
        live.Running(Events, static () => new RunReport(
            1, "run-1", ResourceKind.Ingestion, "default", "events", RunResult.Running, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        return live;
    }

    private sealed class Seen : HttpMessageHandler
    {
        private readonly SemaphoreSlim arrived = new(0);
        private int count;

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public bool Hangs { get; set; }

        public int Count => Volatile.Read(ref count);

        public Task NextAsync(CancellationToken cancellationToken) => arrived.WaitAsync(cancellationToken);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count);
            arrived.Release();
            if (Hangs)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new HttpResponseMessage(Status);
        }
    }
}
