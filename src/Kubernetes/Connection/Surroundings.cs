namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>Where this process finds its way to a cluster.</summary>
/// <param name="Variable">Of the environment.</param>
/// <param name="ServiceAccount">Where kubelet puts a pod's token, authorities and namespace.</param>
internal sealed record Surroundings(Func<string, string?> Variable, string ServiceAccount)
{
    public static readonly Surroundings Ours = new(Environment.GetEnvironmentVariable, "/var/run/secrets/kubernetes.io/serviceaccount");

    public ClusterConnection Load(string? kubeconfig, string? context)
    {
        if (kubeconfig is not null)
            return Kubeconfig.Read([kubeconfig]).Connect(context);
        if (Variable("KUBECONFIG") is { Length: > 0 } listed)
        {
            var paths = listed.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).ToArray();
            return paths.Length > 0 ? Kubeconfig.Read(paths).Connect(context) : throw new ConnectionException($"none of the files of KUBECONFIG={listed} exists");
        }

        if (context is null && InCluster() is { } pod)
            return pod;
        var home = Path.Combine(Variable("HOME") ?? "/", ".kube", "config");
        return File.Exists(home)
            ? Kubeconfig.Read([home]).Connect(context)
            : throw new ConnectionException($"there is no way to a cluster: no kubeconfig is named, KUBECONFIG is not set, this is no pod with a service account, and {home} does not exist");
    }

    /// <summary>As client-go's InClusterConfig.</summary>
    private ClusterConnection? InCluster()
    {
        var host = Variable("KUBERNETES_SERVICE_HOST");
        var port = Variable("KUBERNETES_SERVICE_PORT");
        var token = Path.Combine(ServiceAccount, "token");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token))
            return null;
        try
        {
            var ns = Path.Combine(ServiceAccount, "namespace");
            return new ClusterConnection
            {
                Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
                Authorities = Kubeconfig.ReadCertificates(File.ReadAllBytes(Path.Combine(ServiceAccount, "ca.crt")), "the service account's ca.crt"),
                Token = BearerToken.FromFile(token),
                Namespace = File.Exists(ns) ? File.ReadAllText(ns).Trim() : "default",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UriFormatException)
        {
            throw new ConnectionException($"this pod's service account cannot be read: {e.Message}", e);
        }
    }
}
