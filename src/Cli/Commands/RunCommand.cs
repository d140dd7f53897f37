using System.CommandLine;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Cli.Progress;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli.Commands;

/// <summary><c>lakehouse run</c>: the loop on this machine, until interrupted or, with <c>--once</c>, until nothing is due.</summary>
internal static class RunCommand
{
    public static Command Create(Streams streams)
    {
        var paths = Options.Paths(required: true, severalAfterOne: true);
        var lake = Options.Lake();
        var secrets = Options.Secrets();
        var once = new Option<bool>("--once") { Description = "Drain the sources, run what is due, check, and end." };
        var output = Options.Output("text", "json");
        var command = new Command("run", "Run pipelines on this machine: until interrupted, or once.") { paths, lake, secrets, once, output };
        command.SetAction((parsed, _) => RunAsync(
            new LocalRequest(parsed.GetRequiredValue(paths), parsed.GetValue(lake), parsed.GetValue(secrets), parsed.GetValue(once)),
            parsed.GetValue(output) == "json",
            streams));
        return command;
    }

    private static async Task<int> RunAsync(LocalRequest request, bool json, Streams streams)
    {
        using var signals = new Signals(TimeProvider.System);
        LocalReport report;
        await using (var progress = RunProgress.For(streams, TimeProvider.System))
            report = await LocalRun.ExecuteAsync(request, TimeProvider.System, progress, new ErrorLog(streams), signals.Stop);
        var exitCode = signals.ExitCode ?? report.ExitCode;
        if (json)
            RunSummary.WriteJson(streams.Out, report, exitCode);
        else if (report.Resources.Count > 0)
            RunSummary.WriteText(streams.Out, report);
        await streams.Out.FlushAsync();
        foreach (var resource in report.Resources.Where(resource => resource.Error is not null))
            streams.Show(resource);
        if (!json)
            NextCommands.Write(streams, request, report);
        return exitCode;
    }
}
