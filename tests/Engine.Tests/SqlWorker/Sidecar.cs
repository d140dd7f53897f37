using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using LakehouseOperator.Engine.SqlWorker.Pool;
using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>The worker of a container of its own, as a process; its volumes are folders.</summary>
internal sealed class Sidecar : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private Sidecar()
    {
        Directory.CreateDirectory(folder["work"]);
        Process = null!;
    }

    public Process Process { get; private set; }

    public string Socket => folder["s"];

    public string Work => folder["work"];

    public string Folder(string name) => Directory.CreateDirectory(folder[name]).FullName;

    /// <param name="keep">Whether it is a child of <see cref="Process"/>, which starts it again.</param>
    public static async Task<Sidecar> StartAsync(int guardianWithin = 120, bool keep = false)
    {
        var sidecar = new Sidecar();
        await sidecar.StartAgainAsync(guardianWithin, keep);
        return sidecar;
    }

    /// <summary>As kubelet does it when the container has ended.</summary>
    public async Task StartAgainAsync(int guardianWithin = 120, bool keep = false)
    {
        Process?.Dispose();
        string[] arguments = ["sql-worker", "--socket", Socket, "--scratch", Work, "--sidecar", "--guardian-within", guardianWithin.ToString(CultureInfo.InvariantCulture)];
        Process = Process.Start(new ProcessStartInfo(BuiltPrograms.Find("lakehouse-runner"), keep ? [.. arguments, "--keep"] : arguments) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", await Process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    public SidecarSqlWorkerPool Pool(bool returns = false, TimeSpan? within = null, SqlWorkerOptions? worker = null) =>
        new(new SidecarOptions(Socket, within ?? TimeSpan.FromSeconds(30), returns, worker), TimeProvider.System);

    public async Task<FrameStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), TestContext.Current.CancellationToken);
        return new FrameStream(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>A connection that said hello; null where it was hung up on.</summary>
    public async Task<FrameStream?> GreetAsync(bool guardian)
    {
        var frames = await ConnectAsync();
        try
        {
            await frames.WriteAsync(Frame.Of(0, FrameKind.Hello, new Hello(1, 1, Guardian: guardian ? true : null), FrameJson.Default.Hello), TestContext.Current.CancellationToken);
            if (await frames.ReadAsync(TestContext.Current.CancellationToken) is not null)
                return frames;
        }
        catch (IOException)
        {
            // Hung up on while it spoke.
        }

        await frames.DisposeAsync();
        return null;
    }

    /// <summary>Of a sidecar that is kept, the child's.</summary>
    public int ServingPid() => Assert.Single(ChildProcesses.Below(Socket), pid => pid != Process.Id);

    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public int Descriptors() => Directory.EnumerateFiles($"/proc/{Process.Id}/fd").Count();

    /// <summary>CPU time so far.</summary>
    public TimeSpan Cpu()
    {
        Process.Refresh();
        return Process.TotalProcessorTime;
    }

    public async Task<int> EndedAsync()
    {
        await Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
        folder.Dispose();
    }
}
