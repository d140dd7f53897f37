using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Runner;

/// <summary><c>run --plan FILE</c>: carries out one plan and ends by the frozen exit codes, with the report as JSON.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var plan = new Option<string>("--plan") { Description = "The RunPlan, as JSON.", Required = true };
        var secrets = new Option<string?>("--secrets") { Description = "Folder of the secrets that the plan names, DIR/<name>/<key>.", HelpName = "DIR" };
        var report = new Option<string?>("--report") { Description = "Where the RunReport goes; default: stdout." };
        var command = new Command("run", "Carries out one plan, reports, and ends by the runner's exit codes.") { plan, secrets, report };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(plan), parsed.GetValue(secrets), parsed.GetValue(report)));
        return command;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the process.")]
    private static async Task<int> RunAsync(string planFile, string? secretsFolder, string? reportFile)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            var text = await File.ReadAllTextAsync(planFile, stop.Token);

            // A worker starts while the plan is read; an Ingestion has few questions for one, or none.
            await using var workers = LocalWorkers.Open(TimeProvider.System, warm: PlanJson.KindOf(text) is not (null or ResourceKind.Ingestion));
            var report = await ExecuteAsync(PlanJson.Read(text), secretsFolder is null ? NoSecrets.Instance : new FolderSecrets(secretsFolder), workers, stop.Token);
            await WriteAsync(report, reportFile);
            return (int)(report.Error?.Exit ?? RunnerExit.Done);
        }
        catch (DiagnosticException e)
        {
            await Console.Error.WriteLineAsync($"{e.Diagnostic.Code.Id}: {e.Diagnostic.Message}{(e.Diagnostic.Help is { } help ? $"; {help}" : "")}");
            return (int)e.Diagnostic.Code.Exit;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{RunCodes.PlanUnreadable.Id}: {e.Message}");
            return (int)RunnerExit.Invalid;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{BugCodes.Unhandled.Id}: {e.GetType().Name}; {RunFailures.BugReport}");
            if (Environment.GetEnvironmentVariable("LAKEHOUSE_DEBUG") is "1")
                await Console.Error.WriteLineAsync(e.ToString());
            return (int)RunnerExit.Bug;
        }

        void Cancel(PosixSignalContext context)
        {
            if (stop.IsCancellationRequested)
                return;
            context.Cancel = true;
            _ = stop.CancelAsync();
        }
    }

    private static async Task<RunReport> ExecuteAsync(RunPlan plan, ISecrets secrets, ISqlWorkerPool workers, CancellationToken stop)
    {
        using var scratch = ScratchRoot.Open();
        var lake = LakeLocations.Open(plan.Lake.Layers, plan.Lake.S3, secrets, TimeProvider.System, scratch.Path);
        var context = new RunContext(lake, workers, scratch, TimeProvider.System, NoProgress.Instance, new StandardError()) { Secrets = secrets };
        var report = await PlanRunner.ExecuteAsync(plan, context, stop);
        await lake.SettleAsync();
        return report;
    }

    /// <summary>Whole or not at all: whoever reads the file never sees half of it.</summary>
    private static async Task WriteAsync(RunReport report, string? file)
    {
        var text = ReportJson.Write(report);
        if (file is null)
        {
            await Console.Out.WriteLineAsync(text);
            return;
        }

        var unfinished = file + ".part";
        await File.WriteAllTextAsync(unfinished, text + "\n");
        File.Move(unfinished, file, overwrite: true);
    }
}
