using System.CommandLine;
using LakehouseOperator.Operator.Objects;

namespace LakehouseOperator.Operator.Commands;

/// <summary>The operator's command line.</summary>
internal static class OperatorCommand
{
    public static RootCommand Create()
    {
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "A kubeconfig. Default: the variable KUBECONFIG, the pod's own account, ~/.kube/config." };
        var namespaces = new Option<string[]>("--watch-namespaces") { Description = "Namespaces to serve, separated by commas. Default: all.", AllowMultipleArgumentsPerToken = true };
        var image = new Option<string>("--runner-image") { Description = "The image that runs are carried out by.", Required = true };
        var pull = new Option<string?>("--image-pull-policy") { Description = "Always, IfNotPresent or Never." };
        var report = new Option<string>("--report-url") { Description = "Where runs report to, as their pods reach it: http://<service>.<namespace>:8082/v1/reports.", Required = true };
        var socket = new Option<string>("--sql-socket") { Description = "Socket of the SQL worker beside the operator.", DefaultValueFactory = _ => "/run/lakehouse/worker.sock" };
        var own = new Option<string?>("--namespace") { Description = "Where the lease is. Default: the pod's own, or the kubeconfig's." };
        var elect = new Option<bool>("--leader-elect") { Description = "Contend for the lease, so that of several operators one writes." };
        var lease = new Option<string>("--lease-name") { Description = "Name of the lease; operators that serve different namespaces have one each.", DefaultValueFactory = _ => Labels.Manager };
        var reports = new Option<string>("--listen-reports") { Description = "Address for reports, or : and a port for all, of IPv6 and IPv4.", DefaultValueFactory = _ => ":8082" };
        var metrics = new Option<string>("--listen-metrics") { Description = "Address for /metrics, /healthz and /readyz, alike.", DefaultValueFactory = _ => ":8080" };
        var verbose = new Option<bool>("--verbose") { Description = "Log what is only of interest when something is looked for." };
        var command = new RootCommand("Serves Lakehouses, Ingestions, Transformations and QualityChecks of a cluster.") { kubeconfig, namespaces, image, pull, report, socket, own, elect, lease, reports, metrics, verbose };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (!Uri.TryCreate(parsed.GetRequiredValue(report), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                Console.Error.WriteLine("--report-url: not a URL of http or https");
                return Task.FromResult(2);
            }

            var options = new OperatorOptions(
                parsed.GetValue(kubeconfig),
                [.. (parsed.GetValue(namespaces) ?? []).SelectMany(static list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)],
                parsed.GetRequiredValue(image),
                parsed.GetValue(pull),
                url,
                parsed.GetRequiredValue(socket),
                parsed.GetValue(own),
                parsed.GetValue(elect),
                parsed.GetRequiredValue(lease),
                parsed.GetRequiredValue(reports),
                parsed.GetRequiredValue(metrics),
                parsed.GetValue(verbose));
            return OperatorProcess.RunAsync(options, cancellationToken);
        });
        return command;
    }
}
