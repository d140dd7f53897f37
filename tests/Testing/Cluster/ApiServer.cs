using System.Globalization;

namespace LakehouseOperator.Testing.Cluster;

/// <summary>
/// A Kubernetes control plane of its own, by <c>tests/cluster/control-plane.sh</c>: etcd, kube-apiserver and kube-controller-manager on loopback, with RBAC and without a
/// node; it ends with this process at the latest. Starting takes about six seconds.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly AttendedScript script;
    private readonly string folder;

    private ApiServer(AttendedScript script, string folder)
    {
        this.script = script;
        this.folder = folder;
    }

    /// <summary>The path of an administrator's kubeconfig.</summary>
    public string Kubeconfig => script.Line;

    /// <summary>Every request to it, one JSON object of kind Event (audit.k8s.io/v1) a line.</summary>
    public string AuditLog => Path.Combine(folder, "audit.log");

    /// <summary>The processes, in the order in which they were started: etcd, the API server, the controller-manager.</summary>
    public IReadOnlyList<int> ProcessIds => [.. File.ReadLines(Path.Combine(folder, "pids")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    /// <summary>With the custom resources of <c>config/crd</c>, if there are any.</summary>
    /// <exception cref="InvalidOperationException">It does not start; with what it says.</exception>
    public static async Task<ApiServer> StartAsync(CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-cluster-").FullName;
        List<string> arguments = ["start", folder, "--attended", "--audit"];
        if (CustomResources is { } crds)
            arguments.AddRange(["--crds", crds]);
        return new ApiServer(await AttendedScript.StartAsync(["tests", "cluster", "control-plane.sh"], arguments, cancellationToken), folder);
    }

    /// <summary>The folder of the generated custom resource definitions; null before there is one.</summary>
    public static string? CustomResources { get; } = Path.Combine(Repository.Root, "config", "crd") is var path && Directory.Exists(path) ? path : null;

    public async ValueTask DisposeAsync()
    {
        await script.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
