using System.Net;
using System.Net.Sockets;

namespace LakehouseOperator.Faults.Redis;

/// <summary>Stands between a client and a Redis on loopback, speaks RESP to both, and does to one command what the plan says.</summary>
public sealed class RespProxy : IAsyncDisposable
{
    private const int Few = 3;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Task> connections = [];
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private readonly int server;
    private readonly RespFaultPlan plan;
    private readonly Task accepting;
    private int refusedCommands;
    private int refusedConnections;

    /// <param name="server">Its port on loopback.</param>
    public RespProxy(int server, RespFaultPlan plan)
    {
        this.server = server;
        this.plan = plan;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Whether the plan's command came.</summary>
    public bool Fired { get; private set; }

    /// <summary>The commands that came, in order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (gate)
                return [.. names];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var connection in connections)
            await connection.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    /// <summary>Names the command, and says what shall become of it.</summary>
    internal RespFault Enter(string command)
    {
        lock (gate)
        {
            var count = counts[command] = counts.GetValueOrDefault(command) + 1;
            var name = $"{command} #{count}";
            names.Add(name);
            if (!Fired && name == plan.Command && plan.Fault != RespFault.None)
            {
                Fired = true;
                refusedCommands = plan.Fault is RespFault.Loading or RespFault.Readonly ? Few : 0;
                refusedConnections = plan.Fault is RespFault.Down ? Few : 0;
                if (refusedCommands == 0)
                    return plan.Fault is RespFault.Down ? RespFault.CutBefore : plan.Fault;
            }

            // A server that loads answers the handshake all the same.
            if (refusedCommands == 0 || command is "HELLO" or "AUTH" or "CLIENT" or "SELECT")
                return RespFault.None;
            refusedCommands--;
            return plan.Fault;
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptSocketAsync(stopping.Token);
            bool isRefused;
            lock (gate)
                isRefused = refusedConnections > 0 && refusedConnections-- > 0;
            if (isRefused)
                client.Dispose();
            else
                connections.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var toServer = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            await toServer.ConnectAsync(IPAddress.Loopback, server, stopping.Token);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            await new RespRelay(this, client, toServer).RunAsync(ending);
        }
    }
}
