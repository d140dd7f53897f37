using System.Diagnostics;
using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Cli.Tests.Runner;

/// <summary>Both containers of a run as processes, over folders that stand for their volumes: each ends with the other, by the exit code that says why.</summary>
public sealed class PodWorkerTests : IDisposable
{
    private readonly Pod pod = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => pod.Dispose();

    [Fact]
    public async Task A_run_goes_through_the_worker_beside_it_and_both_end()
    {
        await FillAsync();
        using var worker = Worker();
        var ended = await pod.RunAsync(pod.Transformation("SELECT event_id, user_id FROM bronze.events", gates: [Gate("silver.made")]), null, "--worker", pod.Socket);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        var report = ReportJson.Read(ended.Out);
        Assert.Equal((RunResult.Succeeded, CheckOutcome.Passed), (report.Result, report.Checks![0].Outcome));
        Assert.True(report.RowsWritten >= 200);
        await worker.WaitForExitAsync(Token);
        Assert.Equal(0, worker.ExitCode);
        foreach (var part in new[] { "in", "out", "own" })
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pod.Scratch, part)));
    }

    [Fact]
    public async Task A_runner_waits_for_a_worker_that_starts_after_it()
    {
        await FillAsync();
        using var runner = pod.Start(pod.Transformation("SELECT event_id FROM bronze.events"), null, "--worker", pod.Socket);
        using var worker = Worker();
        Assert.Equal(0, (await Lakehouse.EndAsync(runner)).ExitCode);
        await worker.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task Rows_of_a_stream_are_judged_by_the_worker_and_the_others_are_quarantined()
    {
        using var worker = Worker();
        var gate = new QualityCheckResource(new Metadata("gate"), new QualityCheckSpec(
            new LakehouseRef("main"), "bronze.events", [new CheckSpec("known", Rows: new RowsCheck("user_id < 10"))], Enforcement.Gate));
        var ended = await pod.RunAsync(pod.Generated(drain: true, [gate]), null, "--worker", pod.Socket);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        var table = ReportJson.Read(ended.Out).Tables!.Single();
        Assert.True(table is { Rows: > 0, Quarantined: > 0 } && table.Rows + table.Quarantined >= 200, table.ToString());
        await worker.WaitForExitAsync(Token);
        Assert.Equal(0, worker.ExitCode);
    }

    [Fact]
    public async Task In_a_pod_sql_runs_in_its_own_container_or_not_at_all()
    {
        await FillAsync();
        var ended = await pod.RunAsync(pod.Transformation("SELECT event_id FROM bronze.events"), null, "--pod");
        Assert.Equal((int)RunnerExit.Bug, ended.ExitCode);
        Assert.Contains("--worker is missing", TerminationMessage.Read(pod.Termination()).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_sql_needs_no_worker()
    {
        var ended = await pod.RunAsync(pod.Generated(drain: true), null, "--worker", pod.Socket);
        Assert.Equal(0, ended.ExitCode);
    }

    [Fact]
    public async Task A_worker_that_is_killed_ends_the_run_and_a_runner_that_is_killed_ends_the_worker()
    {
        await FillAsync();
        await using var server = new ReportServer();
        using (var worker = Worker())
        {
            using var runner = pod.Start(Endless(), server.Url, "--worker", pod.Socket);
            await BusyAsync(worker);
            worker.Kill();
            var ended = await Lakehouse.EndAsync(runner);
            Assert.Equal((int)RunnerExit.Bug, ended.ExitCode);
            Assert.Equal("LH6014", ReportJson.Read(server.Posted.Single().Body).Error!.Code);
            Assert.Equal("LH6014", TerminationMessage.Read(pod.Termination()).Error!.Code);
        }

        using (var worker = Worker())
        {
            using var runner = pod.Start(Endless(), null, "--worker", pod.Socket);
            await BusyAsync(worker);
            runner.Kill();
            await worker.WaitForExitAsync(Token);
            Assert.Equal(0, worker.ExitCode);
        }
    }

    [Theory]
    [InlineData("worker", "run/worker.sock")]
    [InlineData("worker", "scratch/in/*/1/in-*/*")]
    [InlineData("worker", "scratch/out/*/1/out-*/*")]
    [InlineData("worker", "lake/silver/made/*.parquet")]
    [InlineData("runner", "run/worker.sock")]
    [InlineData("runner", "scratch/in/*/1/in-*/*")]
    [InlineData("runner", "scratch/out/*/1/out-*/*")]
    [InlineData("runner", "lake/silver/made/*.parquet")]
    public async Task Whichever_is_killed_at_whichever_step_the_next_run_ends_it(string victim, string step)
    {
        await FillAsync();
        var plan = pod.Transformation("SELECT event_id, user_id FROM bronze.events", gates: [Gate("silver.made")]);
        using (var worker = Worker())
        {
            using var runner = pod.Start(plan, null, "--worker", pod.Socket);
            while (!Exists(step) && !runner.HasExited)
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Token);
            (victim == "worker" ? worker : runner).Kill();
            var ended = await Lakehouse.EndAsync(runner);
            await worker.WaitForExitAsync(Token);
            if (victim == "worker")
                Assert.Contains(ended.ExitCode, new[] { (int)RunnerExit.Done, (int)RunnerExit.Bug });
            else
                Assert.Equal(0, worker.ExitCode);
        }

        using var next = Worker();
        var again = await pod.RunAsync(plan, null, "--worker", pod.Socket);
        Assert.True(again.ExitCode == 0, again.ToString());
        var report = ReportJson.Read(again.Out);
        Assert.Equal(report.Inputs!.Single().Version, report.Consumed!.Inputs.Single().DataVersion);
        Assert.True(report.Tables!.Single().Rows >= 200);
        await next.WaitForExitAsync(Token);
    }

    [Theory]
    [InlineData("SELECT count(*) AS n FROM bronze.events a, bronze.events b, bronze.events c, bronze.events d, bronze.events e", 2, RunnerExit.Deadline, "LH6010")]
    [InlineData("SELECT string_agg(repeat(a.event_id || b.event_id || c.event_id, 20), ',') AS s FROM bronze.events a, bronze.events b, bronze.events c", 60, RunnerExit.Memory, "LH6011")]
    [InlineData("SELECT nothing FROM bronze.events", 60, RunnerExit.Sql, null)]
    public async Task What_ran_out_in_the_worker_is_how_the_run_ends(string sql, int deadline, RunnerExit exit, string? code)
    {
        await FillAsync();
        using var worker = Worker();
        var ended = await pod.RunAsync(pod.Transformation(sql, deadline: deadline), null, "--worker", pod.Socket);
        Assert.True(ended.ExitCode == (int)exit, ended.ToString());
        var last = TerminationMessage.Read(pod.Termination());
        Assert.Equal(exit, last.Error!.Exit);
        if (code is not null)
            Assert.Equal(code, last.Error.Code);
        await worker.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task A_signal_to_both_ends_the_run_as_interrupted()
    {
        await FillAsync();
        using var worker = Worker();
        using var runner = pod.Start(Endless(), null, "--worker", pod.Socket);
        await BusyAsync(worker);
        foreach (var process in new[] { worker, runner })
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(Token);
        }

        Assert.Equal((int)RunnerExit.Store, (await Lakehouse.EndAsync(runner)).ExitCode);
        Assert.Equal("LH6030", TerminationMessage.Read(pod.Termination()).Error!.Code);
        await worker.WaitForExitAsync(Token);
        Assert.Equal(0, worker.ExitCode);
    }

    private async Task FillAsync()
    {
        Assert.Equal(0, (await pod.RunAsync(pod.Generated(drain: true), null)).ExitCode);
        pod.NewContainer();
    }

    private RunPlan Endless() => pod.Transformation("SELECT count(*) AS n FROM bronze.events a, bronze.events b, bronze.events c, bronze.events d, bronze.events e", deadline: 1800);

    /// <param name="pattern">Below the pod's folder; each part may hold stars.</param>
    private bool Exists(string pattern)
    {
        IEnumerable<string> found = [pod.At()];
        foreach (var part in pattern.Split('/'))
            found = [.. found.Where(Directory.Exists).SelectMany(folder => Entries(folder, part))];
        return found.Any();

        static string[] Entries(string folder, string part)
        {
            try
            {
                return Directory.GetFileSystemEntries(folder, part);
            }
            catch (IOException)
            {
                return []; // gone meanwhile
            }
        }
    }

    private Process Worker() => Lakehouse.Start(
        "lakehouse-runner", ["sql-worker", "--socket", pod.Socket, "--scratch", Directory.CreateDirectory(pod.At("work")).FullName, "--sidecar"], null);

    /// <summary>Returns when the worker has computed for longer than any start takes.</summary>
    private static async Task BusyAsync(Process worker)
    {
        while (worker.TotalProcessorTime < TimeSpan.FromSeconds(6))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
            worker.Refresh();
        }
    }

    private static QualityCheckResource Gate(string table) => new(
        new Metadata("gate"), new QualityCheckSpec(new LakehouseRef("main"), table, [new CheckSpec("rows", RowCount: new RowCountCheck(Min: 1))], Enforcement.Gate));
}
