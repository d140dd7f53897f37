using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Testing.Servers;

/// <summary>A request on its way to the store.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Path">As it was sent, escapes and all.</param>
public sealed record S3Exchange(int Number, string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers)
{
    public bool IsConditional => Headers.ContainsKey("If-None-Match");
}

public enum S3FaultKind
{
    /// <summary>Passed on, and the answer back.</summary>
    None,

    /// <summary>The connection ends before the store hears of the request.</summary>
    LoseRequest,

    /// <summary>The store carries the request out, and the connection ends before the answer.</summary>
    LoseReply,

    /// <summary>The store hears of nothing, and the client gets this answer.</summary>
    Answer,

    /// <summary>The store carries the request out, and the client gets this answer.</summary>
    AnswerAfter,

    /// <summary>The answer's body ends after so many bytes.</summary>
    Truncate,

    /// <summary>One bit of the answer's body is another.</summary>
    Flip,

    /// <summary>No answer comes before the proxy ends.</summary>
    Hang,
}

/// <param name="At">Of Truncate and Flip: the byte.</param>
/// <param name="Status">Of answers.</param>
/// <param name="Code">Of answers: the error's code; null for a page that is not S3's.</param>
public sealed record S3Fault(S3FaultKind Kind, int At = 0, int Status = 0, string? Code = null, string? RetryAfter = null)
{
    public static readonly S3Fault None = new(S3FaultKind.None);
    public static readonly S3Fault LoseRequest = new(S3FaultKind.LoseRequest);
    public static readonly S3Fault LoseReply = new(S3FaultKind.LoseReply);
    public static readonly S3Fault Hang = new(S3FaultKind.Hang);

    public static S3Fault Answer(int status, string? code, string? retryAfter = null) => new(S3FaultKind.Answer, Status: status, Code: code, RetryAfter: retryAfter);

    public static S3Fault AnswerAfter(int status, string? code) => new(S3FaultKind.AnswerAfter, Status: status, Code: code);

    public static S3Fault Truncate(int at) => new(S3FaultKind.Truncate, at);

    public static S3Fault Flip(int at) => new(S3FaultKind.Flip, at);
}

/// <summary>Stands in front of a real store on loopback, numbers the requests and makes of each what the plan says. Signatures stay valid: nothing that is signed changes.</summary>
public sealed class S3Proxy : IAsyncDisposable
{
    private static readonly string[] Ours = ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Expect", "Date", "Server"];

    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly CancellationTokenSource ending = new();
    private readonly string target;
    private readonly Func<S3Exchange, S3Fault> decide;
    private readonly List<S3Exchange> seen = [];
    private readonly WebApplication front;

    private S3Proxy(string target, Func<S3Exchange, S3Fault> decide)
    {
        this.target = target;
        this.decide = decide;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = null);
        front = builder.Build();
        front.Run(AnswerAsync);
    }

    public string Endpoint => front.Urls.First();

    /// <summary>Every request so far, in the order of their heads.</summary>
    public IReadOnlyList<S3Exchange> Seen
    {
        get
        {
            lock (seen)
                return [.. seen];
        }
    }

    /// <summary>Moves the store's clock, as its answers tell it.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <param name="target">The store's endpoint.</param>
    public static async Task<S3Proxy> StartAsync(string target, Func<S3Exchange, S3Fault> decide)
    {
        var proxy = new S3Proxy(target.TrimEnd('/'), decide);
        await proxy.front.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await front.DisposeAsync();
        client.Dispose();
        ending.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = raw.IndexOf('?', StringComparison.Ordinal);
        var headers = context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        S3Exchange exchange;
        lock (seen)
        {
            exchange = new S3Exchange(seen.Count + 1, context.Request.Method, question < 0 ? raw : raw[..question], question < 0 ? "" : raw[(question + 1)..], headers);
            seen.Add(exchange);
        }

        var fault = decide(exchange);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        switch (fault.Kind)
        {
            case S3FaultKind.LoseRequest:
                context.Abort();
                return;
            case S3FaultKind.Hang:
                await HangAsync(context);
                return;
            case S3FaultKind.Answer:
                await FailAsync(context, fault);
                return;
            default:
                break;
        }

        // Whatever becomes of the client: the store is told, and its answer awaited.
        using var reply = await ForwardAsync(exchange, raw, body.ToArray());
        var content = await reply.Content.ReadAsByteArrayAsync(ending.Token);
        if (fault.Kind == S3FaultKind.LoseReply)
            context.Abort();
        else if (fault.Kind == S3FaultKind.AnswerAfter)
            await FailAsync(context, fault);
        else
            await ReplyAsync(context, reply, content, fault);
    }

    private async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Token);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task<HttpResponseMessage> ForwardAsync(S3Exchange exchange, string raw, byte[] body)
    {
        var url = new Uri(target + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), url) { Content = exchange.Method is "PUT" or "POST" ? new ByteArrayContent(body) : null };
        foreach (var (name, value) in exchange.Headers)
        {
            if (Ours.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.Equals("Date", StringComparison.OrdinalIgnoreCase))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, ending.Token);
    }

    private async Task ReplyAsync(HttpContext context, HttpResponseMessage reply, byte[] content, S3Fault fault)
    {
        var response = context.Response;
        response.StatusCode = (int)reply.StatusCode;
        foreach (var (name, values) in reply.Headers.Concat(reply.Content.Headers))
        {
            if (!Ours.Contains(name, StringComparer.OrdinalIgnoreCase))
                response.Headers[name] = values.ToArray();
        }

        if (reply.Headers.Date is { } date)
            response.Headers.Date = (date + ClockOffset).ToString("R", CultureInfo.InvariantCulture);
        var isHead = context.Request.Method == "HEAD";
        if (response.StatusCode is not (204 or 304))
            response.ContentLength = isHead ? reply.Content.Headers.ContentLength : content.Length;
        if (isHead || content.Length == 0)
            return;
        if (fault.Kind == S3FaultKind.Flip && fault.At < content.Length)
            content[fault.At] ^= 1;
        if (fault.Kind == S3FaultKind.Truncate && fault.At < content.Length)
        {
            await response.Body.WriteAsync(content.AsMemory(0, fault.At), ending.Token);
            await response.Body.FlushAsync(ending.Token);
            context.Abort();
            return;
        }

        await response.Body.WriteAsync(content, ending.Token);
    }

    private static async Task FailAsync(HttpContext context, S3Fault fault)
    {
        var text = fault.Code is null
            ? "<html><body>proxy error</body></html>"
            : $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{fault.Code}</Code><Message>as the test wants it</Message><RequestId>1</RequestId></Error>";
        context.Response.StatusCode = fault.Status;
        context.Response.ContentType = fault.Code is null ? "text/html" : "application/xml";
        if (fault.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = wait;
        var content = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = content.Length;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(content);
    }
}
