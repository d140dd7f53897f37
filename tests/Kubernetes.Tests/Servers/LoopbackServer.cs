using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;

namespace LakehouseOperator.Kubernetes.Tests.Servers;

/// <summary>What a client sent.</summary>
internal sealed record Seen(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public bool IsWatch => Query.GetValueOrDefault("watch") == "true";
}

/// <summary>An HTTP/1.1 server on a loopback port of its own, whose every byte a test decides on.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<Seen, Reply, Task> answer;
    private readonly ConcurrentBag<TcpClient> clients = [];
    private readonly Task accepting;

    public LoopbackServer(Func<Seen, Reply, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Every request so far, in the order of their coming.</summary>
    public ConcurrentQueue<Seen> Requests { get; } = new();

    public ClusterConnection Connection => new() { Server = Address };

    public KubernetesClient Client(TimeProvider? time = null, ClientOptions? options = null) =>
        new(Connection, time ?? TimeProvider.System, options ?? new ClientOptions { FieldManager = "tests" });

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        foreach (var client in clients)
            client.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                client.NoDelay = true;
                clients.Add(client);
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await ReadAsync(stream) is { } seen)
                {
                    Requests.Enqueue(seen);
                    var reply = new Reply(client, stream, stopping.Token);
                    await answer(seen, reply);
                    if (!await reply.EndAsync())
                        return;
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task<Seen?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || head[^1] != '\n' || head[^2] != '\r' || head[^3] != '\n')
        {
            if (await stream.ReadAsync(one, stopping.Token) == 0)
                return null;
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, stopping.Token);
        var first = lines[0].Split(' ');
        var target = first[1].Split('?', 2);
        var query = (target.Length < 2 ? [] : target[1].Split('&')).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        return new Seen(first[0], target[0], query, headers, Encoding.UTF8.GetString(body));
    }
}

/// <summary>How one request is answered.</summary>
internal sealed class Reply(TcpClient client, NetworkStream stream, CancellationToken stopping)
{
    private bool isStream;
    private bool isCut;

    public CancellationToken Stopping => stopping;

    /// <summary>A whole answer.</summary>
    public async Task JsonAsync(int code, string body, params string[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        await RawAsync($"HTTP/1.1 {code} Said\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");
        await RawAsync(bytes);
    }

    /// <summary>An answer of metav1.Status.</summary>
    public Task StatusAsync(int code, string reason, string message, string details = "{}", params string[] headers) =>
        JsonAsync(code, $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","details":{{details}},"code":{{code}}}""", headers);

    /// <summary>Begins a body of unknown length.</summary>
    public async Task BeginStreamAsync()
    {
        isStream = true;
        await RawAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    public Task ChunkAsync(string text) => ChunkAsync(Encoding.UTF8.GetBytes(text));

    public async Task ChunkAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0)
            return;
        byte[] chunk = [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes.Span, (byte)'\r', (byte)'\n'];
        await RawAsync(chunk);
    }

    public Task RawAsync(string text) => RawAsync(Encoding.UTF8.GetBytes(text));

    public async Task RawAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes, stopping);

    /// <summary>The connection breaks here.</summary>
    public void Cut()
    {
        isCut = true;
        client.Client.LingerState = new LingerOption(true, 0);
        client.Dispose();
    }

    /// <summary>Says nothing more until the server stops.</summary>
    public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);

    /// <returns>Whether the connection takes another request.</returns>
    public async Task<bool> EndAsync()
    {
        if (isCut)
            return false;
        if (isStream)
            await RawAsync("0\r\n\r\n");
        return true;
    }
}
