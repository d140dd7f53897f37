namespace LakehouseOperator.Operator.Commands;

/// <param name="WatchNamespaces">Empty: all.</param>
/// <param name="ReportUrl">Where runs report to, as their pods reach it.</param>
/// <param name="SqlSocket">Of the SQL worker beside the operator.</param>
/// <param name="Namespace">Where the lease is.</param>
/// <param name="LeaseName">Operators that serve different namespaces side by side contend for different leases.</param>
/// <param name="ListenReports">An address and a port, or <c>:</c> and a port for every address of both families.</param>
/// <param name="LeaderElect">Contend for the lease; without it this process leads at once.</param>
internal sealed record OperatorOptions(
    string? Kubeconfig,
    IReadOnlyList<string> WatchNamespaces,
    string RunnerImage,
    string? ImagePullPolicy,
    Uri ReportUrl,
    string SqlSocket,
    string? Namespace,
    bool LeaderElect,
    string LeaseName,
    string ListenReports,
    string ListenMetrics,
    bool Verbose);
