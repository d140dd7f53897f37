using System.Net;
using System.Net.Sockets;
using System.Text;
using LakehouseOperator.Redis.Resp;

namespace LakehouseOperator.Redis.Tests.Servers;

/// <summary>A server on loopback that reads commands as a server does and answers each by a script; a null answer closes, an empty one is silence.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<string, string?> answer;
    private readonly Task serving;

    public ScriptedServer(Func<string, string?> answer)
    {
        this.answer = answer;
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>Every command that came, its words separated by spaces.</summary>
    public List<string> Commands { get; } = [];

    public RedisAddress Address => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, 0, Tls: false);

    public Task<RedisConnection> ConnectAsync(RedisCredentials? credentials = null, int database = 0) => RedisConnection.ConnectAsync(
        Address with { Database = database }, credentials, RedisOptions.Default, TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        using var client = await listener.AcceptTcpClientAsync(stopping.Token);
        await using var stream = client.GetStream();
        var received = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var length = await stream.ReadAsync(buffer, stopping.Token);
            if (length == 0)
                return;
            received.AddRange(buffer.AsSpan(0, length));
            while (TryCommand(received, out var command))
            {
                Commands.Add(command);
                if (answer(command) is not { } text)
                    return;
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stopping.Token);
            }
        }
    }

    private static bool TryCommand(List<byte> received, out string command)
    {
        var cursor = new RespCursor(new System.Buffers.ReadOnlySequence<byte>(received.ToArray()));
        var total = cursor.Remaining;
        command = "";
        if (!new ReplyReader(1 << 20).TryRead(ref cursor, out var reply))
            return false;
        command = string.Join(' ', reply.Items.Select(static item => item.AsText()));
        received.RemoveRange(0, (int)(total - cursor.Remaining));
        return true;
    }
}
