using System.Diagnostics;
using System.Globalization;

namespace LakehouseOperator.Testing.Cluster;

/// <summary>
/// A cluster of one real node, by <c>tests/cluster/node.sh</c>: kubelet, containerd, kube-proxy and DNS in spaces of their own; it ends with this process at the latest.
/// Starting takes about twenty seconds, and root.
/// </summary>
public sealed class Node : IAsyncDisposable
{
    /// <summary>Where servers that pods use listen, inside.</summary>
    public const string ServersAddress = "10.89.0.3";

    private static readonly string[] Script = ["tests", "cluster", "node.sh"];

    private readonly AttendedScript script;
    private readonly string folder;
    private readonly string[] said;
    private readonly IReadOnlyList<int> forwarded;

    private Node(AttendedScript script, string folder, IReadOnlyList<int> forwarded)
    {
        this.script = script;
        this.folder = folder;
        this.forwarded = forwarded;
        said = script.Line.Split(' ');
        Kubectl = new Kubectl(Kubeconfig);
    }

    /// <summary>The path of an administrator's kubeconfig, which reaches the API server through a port of the machine's loopback.</summary>
    public string Kubeconfig => said[0];

    public Kubectl Kubectl { get; }

    /// <param name="forwarded">Ports of <see cref="ServersAddress"/> that the machine reaches through its loopback.</param>
    /// <exception cref="InvalidOperationException">It does not start; with what it says.</exception>
    public static async Task<Node> StartAsync(IReadOnlyList<int> forwarded, CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("lakehouse-node-").FullName;
        IEnumerable<string> forwards = forwarded.SelectMany(port => new[] { "--forward", string.Create(CultureInfo.InvariantCulture, $"{ServersAddress}:{port}") });
        return new Node(await AttendedScript.StartAsync(Script, ["start", folder, "--attended", .. forwards], cancellationToken), folder, forwarded);
    }

    /// <summary>The port of the machine's loopback that leads to this port of <see cref="ServersAddress"/>.</summary>
    public int PortOf(int port) => int.Parse(said[1 + forwarded.Index().Single(entry => entry.Item == port).Index], CultureInfo.InvariantCulture);

    /// <summary>Imports images.</summary>
    /// <param name="archives">Paths of OCI archives.</param>
    public Task LoadAsync(params IReadOnlyList<string> archives) => RunScriptAsync(["load", folder, .. archives]);

    /// <summary>What a command that is run inside writes.</summary>
    public Task<string> ExecAsync(params IReadOnlyList<string> command) => RunScriptAsync(["exec", folder, "--", .. command]);

    private static async Task<string> RunScriptAsync(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine([Repository.Root, .. Script]), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"node.sh {string.Join(' ', arguments)}: {await error}");
    }

    /// <summary>A shell for tests, imported as <c>k8s.local/busybox:1</c>.</summary>
    public Task LoadBusyboxAsync() => LoadAsync(Path.Combine(folder, "busybox.tar"));

    /// <summary>A server of <c>tests/servers</c>, inside the node.</summary>
    /// <param name="name">Its folder there.</param>
    /// <param name="options">Of its start.sh, after the folder of its files.</param>
    public Task<AttendedScript> ServeAsync(string name, IReadOnlyList<string> options, CancellationToken cancellationToken = default) => AttendedScript.StartAsync(
        Script,
        ["exec", folder, "--", Path.Combine(Repository.Root, "tests", "servers", name, "start.sh"), Path.Combine(folder, "servers", name), "--attended", .. options],
        cancellationToken);

    public ValueTask DisposeAsync() => script.DisposeAsync(); // its folder goes with it
}
