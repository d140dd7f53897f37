using System.Net;
using LakehouseOperator.Engine.Runs.Reporting;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Engine.Tests.Runs.Reporting;

/// <summary>ADR 0008, row by row.</summary>
public sealed class ReportEndpointTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_report_is_posted_as_json_with_the_token_of_its_file()
    {
        await File.WriteAllTextAsync(folder["token"], "the-token\n", Token);
        await using var server = new ReportServer();
        using var endpoint = Open(server);
        Assert.Equal(ReportAnswer.Taken, await endpoint.SendAsync(Report(), Minute, Token));
        var posted = Assert.Single(server.Posted);
        Assert.StartsWith("POST /v1/reports HTTP/1.1\r\n", posted.Head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8", posted.Head, StringComparison.Ordinal);
        Assert.Contains("Connection: close", posted.Head, StringComparison.Ordinal);
        Assert.Equal("Bearer the-token", posted.Authorization);
        Assert.Equal(ReportJson.Write(Report()), ReportJson.Write(ReportJson.Read(posted.Body)));
    }

    [Theory]
    [InlineData(ReportReply.Unavailable)]
    [InlineData(ReportReply.Cut)]
    [InlineData(ReportReply.Half)]
    public async Task What_may_pass_is_asked_again_until_it_is_taken(ReportReply reply)
    {
        await using var server = new ReportServer(reply, reply, ReportReply.Ok);
        using var endpoint = Open(server);
        Assert.Equal(ReportAnswer.Taken, await endpoint.SendAsync(Report(), Minute, Token));
        Assert.Equal(3, server.Posted.Count);
    }

    [Theory]
    [InlineData(ReportReply.BadRequest)]
    [InlineData(ReportReply.Unauthorized)]
    [InlineData(ReportReply.Forbidden)]
    [InlineData(ReportReply.NotFound)]
    [InlineData(ReportReply.TooLarge)]
    [InlineData(ReportReply.Moved)]
    public async Task What_is_never_taken_is_not_asked_again(ReportReply reply)
    {
        await using var elsewhere = new ReportServer();
        await using var server = new ReportServer(reply) { Elsewhere = elsewhere.Url };
        using var endpoint = Open(server);
        Assert.Equal(ReportAnswer.Never, await endpoint.SendAsync(Report(), Minute, Token));
        Assert.Single(server.Posted);
        Assert.Empty(elsewhere.Posted);
    }

    [Fact]
    public async Task A_token_that_was_renewed_meanwhile_is_tried_once()
    {
        await File.WriteAllTextAsync(folder["token"], "old", Token);
        await using var server = new ReportServer(ReportReply.Unauthorized, ReportReply.Ok) { OnPosted = _ => File.WriteAllText(folder["token"], "new") };
        using var endpoint = Open(server);
        Assert.Equal(ReportAnswer.Taken, await endpoint.SendAsync(Report(), Minute, Token));
        Assert.Equal(["Bearer old", "Bearer new"], server.Posted.Select(static posted => posted.Authorization));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("nön-ascii")]
    [InlineData(null)]
    public async Task What_is_no_token_is_not_sent(string? token)
    {
        if (token is not null)
            await File.WriteAllTextAsync(folder["token"], token, Token);
        await using var server = new ReportServer();
        using var endpoint = Open(server);
        await endpoint.SendAsync(Report(), Minute, Token);
        Assert.Null(Assert.Single(server.Posted).Authorization);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up_after_ten_seconds_and_a_run_after_a_minute()
    {
        var time = new ManualTime();
        var asked = new Sent(static (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ContinueWith(static _ => HttpStatusCode.OK, TaskScheduler.Default));
        using var endpoint = Over(asked, time);
        var sending = endpoint.SendAsync(Report(), Minute, Token);
        var began = time.GetUtcNow();
        await PassAsync(time, sending);

        Assert.Equal(ReportAnswer.Later, await sending);
        Assert.InRange(asked.Count, 4, 6);
        Assert.True(time.GetUtcNow() - began >= Minute);
    }

    [Fact]
    public async Task Pauses_grow_to_eight_seconds_and_heed_what_is_asked_for_up_to_that()
    {
        var time = new ManualTime();
        var retryAfter = new Sent(static (_, _) => Task.FromResult(HttpStatusCode.ServiceUnavailable)) { RetryAfter = TimeSpan.FromSeconds(3) };
        using var endpoint = Over(retryAfter, time);
        var sending = endpoint.SendAsync(Report(), Minute, Token);
        await PassAsync(time, sending);
        Assert.InRange(retryAfter.Count, 18, 21);

        var busy = new Sent(static (_, _) => Task.FromResult(HttpStatusCode.ServiceUnavailable));
        using var growing = Over(busy, time);
        sending = growing.SendAsync(Report(), Minute, Token);
        await PassAsync(time, sending);
        Assert.InRange(busy.Count, 9, 18);
    }

    [Fact]
    public async Task A_runner_that_is_told_to_stop_does_not_wait_for_the_minute()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ReportServer(ReportReply.Hang);
        using var endpoint = Open(server);
        var sending = endpoint.SendAsync(Report(), Minute, stop.Token);
        await server.NextAsync(Token);
        await stop.CancelAsync();
        Assert.Equal(ReportAnswer.Later, await sending);
    }

    [Fact]
    public void What_is_larger_than_an_operator_takes_is_told_as_the_termination_message_would()
    {
        var checks = Enumerable.Range(0, 6000).Select(i => new CheckResult("q", $"check-{i}", "metric", i == 4000 ? CheckOutcome.Failed : CheckOutcome.Passed, i, "max 1", new string('x', 200)));
        var large = Report() with { Checks = [.. checks] };
        Assert.True(ReportJson.Write(large).Length > ReportEndpoint.MaxBytes);
        var body = ReportEndpoint.BodyOf(large);
        Assert.True(body.Length <= ReportEndpoint.MaxBytes);
        Assert.Equal("check-4000", ReportJson.Read(System.Text.Encoding.UTF8.GetString(body)).Checks![0].Name);
    }

    private static RunReport Report() => new(
        1, "run-1", ResourceKind.Transformation, "default", "t", RunResult.Succeeded, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(1));

    private ReportEndpoint Open(ReportServer server) => new(server.Url, folder["token"], TimeProvider.System, new Random(1), NullLogger.Instance);

    private static ReportEndpoint Over(Sent handler, TimeProvider time) => new(new Uri("http://operator:8082/v1/reports"), null, time, new Random(1), NullLogger.Instance, handler);

    /// <summary>The minute, and within it an answer's ten seconds or a pause.</summary>
    private static Task PassAsync(ManualTime time, Task until) => time.PassUntilAsync(until, armed: 2);

    /// <summary>Answers without a network, so that a held clock is all the time there is.</summary>
    private sealed class Sent(Func<int, CancellationToken, Task<HttpStatusCode>> answer) : HttpMessageHandler
    {
        private int count;

        public int Count => count;

        public TimeSpan? RetryAfter { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var status = await answer(Interlocked.Increment(ref count), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var response = new HttpResponseMessage(status);
            if (RetryAfter is { } pause)
                response.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(pause);
            return response;
        }
    }
}
