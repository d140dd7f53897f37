using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LakehouseOperator.Testing.Servers;

/// <summary>What became of a request.</summary>
/// <param name="Head">The request's line and headers.</param>
/// <param name="Authorization">Null: none was sent.</param>
public sealed record PostedReport(string Head, string? Authorization, string Body);

/// <summary>How a report is answered.</summary>
public enum ReportReply
{
    Ok = 200,
    Moved = 307,
    BadRequest = 400,
    Unauthorized = 401,
    Forbidden = 403,
    NotFound = 404,
    TooLarge = 413,
    Unavailable = 503,

    /// <summary>The connection is closed without an answer.</summary>
    Cut = 1,

    /// <summary>The connection is closed within the answer's head.</summary>
    Half = 2,

    /// <summary>No answer comes.</summary>
    Hang = 3,
}

/// <summary>An operator's reports endpoint, on loopback, that answers as it is told: the n-th request by the n-th reply, later ones by the last.</summary>
public sealed class ReportServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentQueue<PostedReport> posted = new();
    private readonly IReadOnlyList<ReportReply> replies;
    private readonly SemaphoreSlim arrived = new(0);
    private readonly Task accepting;
    private int requests;

    public ReportServer(params IReadOnlyList<ReportReply> replies)
    {
        this.replies = replies.Count == 0 ? [ReportReply.Ok] : replies;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1/reports"));

    /// <summary>Requests that came whole, in order.</summary>
    public IReadOnlyList<PostedReport> Posted => [.. posted];

    /// <summary>Where 307 sends to.</summary>
    public Uri? Elsewhere { get; set; }

    /// <summary>Runs before a request is answered.</summary>
    public Action<PostedReport>? OnPosted { get; set; }

    /// <summary>Returns when one more request has come.</summary>
    public Task NextAsync(CancellationToken cancellationToken) => arrived.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting;
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(closing.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var report = await ReadAsync(stream);
                var reply = replies[Math.Min(Interlocked.Increment(ref requests), replies.Count) - 1];
                posted.Enqueue(report);
                OnPosted?.Invoke(report);
                arrived.Release();
                if (reply == ReportReply.Hang)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, closing.Token);
                if (reply is ReportReply.Cut or ReportReply.Hang)
                    return;
                var head = $"HTTP/1.1 {(int)reply} x\r\n{(reply == ReportReply.Moved ? $"Location: {Elsewhere}\r\n" : "")}Content-Length: 0\r\nConnection: close\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(reply == ReportReply.Half ? "HTTP/1.1 20" : head), closing.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or EndOfStreamException)
            {
                // The runner went away.
            }
        }
    }

    private async Task<PostedReport> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (bytes.Count < 4 || !bytes[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            await stream.ReadExactlyAsync(one, closing.Token);
            bytes.Add(one[0]);
        }

        var head = Encoding.ASCII.GetString([.. bytes]);
        var headers = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static line => line.Split(": ", 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, closing.Token);
        return new PostedReport(head, headers.GetValueOrDefault("Authorization"), Encoding.UTF8.GetString(body));
    }
}
