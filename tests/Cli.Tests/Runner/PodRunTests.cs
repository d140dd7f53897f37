using System.Diagnostics;
using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Cli.Tests.Runner;

/// <summary>The runner as a pod starts it, in folders that stand for its volumes: what it tells, whom, and how it ends.</summary>
public sealed class PodRunTests : IDisposable
{
    private readonly Pod pod = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => pod.Dispose();

    [Fact]
    public async Task A_run_is_told_by_its_report_its_termination_message_and_its_exit_code()
    {
        await using var server = new ReportServer();
        var ended = await pod.RunAsync(pod.Generated(drain: true), server.Url);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        var posted = Assert.Single(server.Posted);
        Assert.Equal("Bearer the-token", posted.Authorization);
        var report = ReportJson.Read(posted.Body);
        Assert.Equal((RunResult.Succeeded, "run-1"), (report.Result, report.RunId));
        Assert.True(report.RowsWritten >= 200);
        var last = TerminationMessage.Read(pod.Termination());
        Assert.Equal((report.Result, report.RunId, report.RowsWritten), (last.Result, last.RunId, last.RowsWritten));
        Assert.Equal(report.Tables![0], last.Tables![0]);
    }

    [Theory]
    [InlineData(ReportReply.Unavailable, 2)]
    [InlineData(ReportReply.Cut, 2)]
    [InlineData(ReportReply.Unauthorized, 1)]
    [InlineData(ReportReply.BadRequest, 1)]
    public async Task Whatever_becomes_of_the_report_the_run_ends_by_its_own_exit_code_with_its_last_words(ReportReply reply, int requests)
    {
        await using var server = new ReportServer(reply, ReportReply.Ok);
        var ended = await pod.RunAsync(pod.Generated(drain: true), server.Url);
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal(requests, server.Posted.Count);
        Assert.Equal(RunResult.Succeeded, TerminationMessage.Read(pod.Termination()).Result);
    }

    [Fact]
    public async Task A_runner_that_is_killed_while_its_report_is_under_way_has_said_its_last_words_and_says_the_same_again()
    {
        await using (var silent = new ReportServer(ReportReply.Hang))
        {
            using var process = pod.Start(pod.Generated(drain: true), silent.Url);
            await silent.NextAsync(Token);
            process.Kill();
            await process.WaitForExitAsync(Token);
            Assert.Equal(RunResult.Succeeded, TerminationMessage.Read(pod.Termination()).Result);
        }

        pod.NewContainer();
        await using var server = new ReportServer();
        Assert.Equal(0, (await pod.RunAsync(pod.Generated(drain: true), server.Url)).ExitCode);
        var report = ReportJson.Read(Assert.Single(server.Posted).Body);
        Assert.Equal(0, report.RowsWritten);
        Assert.True(report.Tables!.Single().Rows >= 200);
    }

    [Fact]
    public async Task A_stream_is_told_of_while_it_runs_and_ends_at_once_when_it_is_told_to()
    {
        await using var server = new ReportServer();
        using var process = pod.Start(pod.Generated(drain: false), server.Url);
        RunReport live;
        do
        {
            await server.NextAsync(Token);
            live = ReportJson.Read(server.Posted[^1].Body);
            Assert.Equal(RunResult.Running, live.Result);
        }
        while (live.RowsWritten == 0);

        Assert.NotNull(live.Tables![0].LagRecords);
        Assert.NotNull(live.Tables[0].LagSeconds);
        Signal(process, "TERM");
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
        var last = ReportJson.Read(server.Posted[^1].Body);
        Assert.Equal(RunResult.Succeeded, last.Result);
        Assert.True(last.CompletionTime >= live.CompletionTime);
        Assert.True(last.RowsWritten >= live.RowsWritten);
        Assert.Equal(last.RowsWritten, TerminationMessage.Read(pod.Termination()).RowsWritten);
    }

    [Fact]
    public async Task What_a_deleted_resource_wrote_is_dropped_once_and_nothing_of_others()
    {
        await Lakehouse.EndAsync(pod.Start(pod.Generated(drain: true), null));
        await Lakehouse.EndAsync(pod.Start(pod.Transformation("SELECT event_id FROM bronze.events"), null));
        var events = new IngestionResource(new Metadata("events"), new IngestionSpec(new LakehouseRef("main"), new SourceSpec(Generator: new GeneratorSourceSpec()), []));
        var plan = PlanBuilder.BuildDrop(events, ["bronze.events", "silver.made", "bronze.never_written"], pod.Setting, Pod.Attempt);

        await using var server = new ReportServer();
        Assert.Equal(0, (await pod.RunAsync(plan, server.Url, "--worker", pod.Socket)).ExitCode);
        Assert.Equal((RunResult.Succeeded, ResourceKind.Ingestion), (ReportJson.Read(server.Posted[0].Body).Result, ReportJson.Read(server.Posted[0].Body).Kind));
        Assert.False(Directory.Exists(pod.At("lake", "bronze", "events")));
        Assert.True(Directory.Exists(pod.At("lake", "silver", "made")));

        Assert.Equal(0, (await pod.RunAsync(plan, server.Url)).ExitCode);
        Assert.Equal(RunResult.UpToDate, ReportJson.Read(server.Posted[1].Body).Result);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_does_not_change_how_the_run_ended()
    {
        await using var server = new ReportServer();
        var ended = await pod.RunAsync(pod.Generated(drain: true), server.Url, "--report", "/no/such/folder/report.json");
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("the report cannot be written", ended.Error);
        Assert.Equal(RunResult.Succeeded, ReportJson.Read(server.Posted.Single().Body).Result);
    }

    [Fact]
    public async Task A_run_that_cannot_begin_is_told_like_any_other()
    {
        await using var server = new ReportServer();
        var plan = pod.Generated(drain: true);
        var elsewhere = PlanHashes.WithHash(plan with { Lake = plan.Lake with { Layers = new Dictionary<string, string> { ["bronze"] = "https://somewhere/bronze" } } });
        var ended = await pod.RunAsync(elsewhere, server.Url);
        Assert.Equal((int)RunnerExit.Invalid, ended.ExitCode);
        Assert.Equal("LH4006", ReportJson.Read(Assert.Single(server.Posted).Body).Error!.Code);
        Assert.Equal("LH4006", TerminationMessage.Read(pod.Termination()).Error!.Code);
    }

    [Fact]
    public async Task A_plan_that_cannot_be_read_leaves_last_words_and_posts_nothing()
    {
        await using var server = new ReportServer();
        var ended = await Lakehouse.EndAsync(pod.Start("""{"protocol": 99, "kind": "Ingestion"}""", server.Url));
        Assert.Equal((int)RunnerExit.Invalid, ended.ExitCode);
        Assert.Empty(server.Posted);
        var last = TerminationMessage.Read(pod.Termination());
        Assert.Equal(("LH6002", ResourceKind.Ingestion), (last.Error!.Code, last.Kind));
    }

    [Theory]
    [InlineData("ftp://operator/v1/reports")]
    [InlineData("operator:8082")]
    [InlineData("http://user:password@operator/")]
    public async Task Where_reports_go_is_a_url_of_http(string url)
    {
        var ended = await Lakehouse.RunnerAsync("run", "--plan", "plan.json", "--report-url", url);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains("--report-url", ended.Error);
        Assert.DoesNotContain("user:password@operator/ is", ended.Error);
    }

    private static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
