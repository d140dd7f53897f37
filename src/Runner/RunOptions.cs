using LakehouseOperator.Engine.Connections;

namespace LakehouseOperator.Runner;

/// <summary>How one plan is to be carried out and told of.</summary>
/// <param name="Secrets">Folder of <c>name/key</c> files; null: there are none.</param>
/// <param name="Report">A file for the report; null: stdout.</param>
/// <param name="ReportUrl">Where the report is posted as well.</param>
/// <param name="ReportToken">File of the token that goes with it.</param>
/// <param name="TerminationLog">Where kubelet looks for the container's last words.</param>
/// <param name="Worker">Socket of the SQL worker beside this container; null: workers are children of this process.</param>
/// <param name="Pod">This is a pod, where not everything that a resource names may be connected to.</param>
internal sealed record RunOptions(
    string Plan, string? Secrets, string? Report, Uri? ReportUrl, string? ReportToken, string? TerminationLog, string? Worker, bool Pod)
{
    public ConnectGuard? Guard() => Pod ? ConnectGuard.ForPod(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), ReportUrl) : null;
}
