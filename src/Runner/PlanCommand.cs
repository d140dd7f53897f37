using System.CommandLine;
using System.CommandLine.Parsing;

namespace LakehouseOperator.Runner;

/// <summary><c>run --plan FILE</c>: carries out one plan, tells of it, and ends by the frozen exit codes.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var plan = new Option<string>("--plan") { Description = "The RunPlan, as JSON.", Required = true };
        var secrets = new Option<string?>("--secrets") { Description = "Folder of the secrets that the plan names, DIR/<name>/<key>.", HelpName = "DIR" };
        var report = new Option<string?>("--report") { Description = "Where the RunReport goes; default: stdout." };
        var url = new Option<Uri?>("--report-url") { Description = "Where the RunReport is posted too, http or https.", CustomParser = ParseUrl };
        var token = new Option<string?>("--report-token") { Description = "File of the bearer token that goes with it; read anew each time.", HelpName = "FILE" };
        var termination = new Option<string?>("--termination-log") { Description = "File for the termination message, as kubelet reads it.", HelpName = "FILE" };
        var worker = new Option<string?>("--worker") { Description = "Socket of the SQL worker in the container beside this one. Default: workers are started here.", HelpName = "SOCKET" };
        var pod = new Option<bool>("--pod") { Description = "Connect to no address that a pod's run has no business at: loopback, link-local, metadata, the API server, the operator." };
        var command = new Command("run", "Carries out one plan, reports, and ends by the runner's exit codes.") { plan, secrets, report, url, token, termination, worker, pod };
        command.SetAction((parsed, _) => RunProcess.RunAsync(new RunOptions(
            parsed.GetRequiredValue(plan), parsed.GetValue(secrets), parsed.GetValue(report), parsed.GetValue(url), parsed.GetValue(token),
            parsed.GetValue(termination), parsed.GetValue(worker), parsed.GetValue(pod))));
        return command;
    }

    private static Uri? ParseUrl(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens.SingleOrDefault()?.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url!.UserInfo.Length == 0)
            return url;
        argument.AddError("--report-url takes an http or https URL without a user");
        return null;
    }
}
