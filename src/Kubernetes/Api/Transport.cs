using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Telemetry;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>Sends requests: who we are, how fast, how long, what is sent again, and what comes of errors. What is sent again was provably not carried out: 429, and 401 with an old token.</summary>
internal sealed partial class Transport : IDisposable
{
    private const int MostAttempts = 5;

    /// <summary>What the server asks to wait for beyond this is the caller's to wait for.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private static readonly MediaTypeWithQualityHeaderValue AnyJson = new(ApiRequest.Json);

    private readonly ClusterConnection connection;
    private readonly TimeProvider time;
    private readonly ClientOptions options;
    private readonly ILogger logger;
    private readonly RequestPace pace;
    private readonly HttpMessageInvoker invoker;
    private readonly string prefix;

    public Transport(ClusterConnection connection, HttpMessageHandler handler, TimeProvider time, ClientOptions options, ILogger logger)
    {
        this.connection = connection;
        this.time = time;
        this.options = options;
        this.logger = logger;
        pace = new RequestPace(options.Qps, options.Burst, time);
        invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        prefix = connection.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    /// <summary>Sends, and reads the answer within the time that a request has.</summary>
    public async Task<TResult> SendAsync<TResult>(ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<TResult>> read, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await HeadAsync(request, either.Token);
            return await read(response, either.Token);
        }
        catch (Exception e) when (IsOnTheWay(e, cancellationToken))
        {
            throw Unavailable(request, e);
        }
    }

    /// <summary>Sends, and leaves the body to the caller, who disposes of the answer.</summary>
    public async Task<(HttpResponseMessage Response, Stream Body)> OpenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var response = await HeadAsync(request, either.Token);
            return (response, await response.Content.ReadAsStreamAsync(either.Token));
        }
        catch (Exception e) when (IsOnTheWay(e, cancellationToken))
        {
            throw Unavailable(request, e);
        }
    }

    public void Dispose() => invoker.Dispose();

    /// <summary>An answer of 2xx, its body not yet read.</summary>
    private async Task<HttpResponseMessage> HeadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await pace.WaitAsync(cancellationToken);
            if (request.IsWrite && options.MayWrite is { } mayWrite && !mayWrite())
                throw new FencedException($"{request} is held back: this process may no longer write");
            var token = connection.Token?.Current(time);
            var response = await SendOnceAsync(request, token, cancellationToken);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                if (attempt < MostAttempts && await MayRepeatAsync(request, response, token, cancellationToken))
                    continue;
                throw await ErrorReader.OfResponseAsync(response, request.ToString(), time, cancellationToken);
            }
        }
    }

    private async Task<bool> MayRepeatAsync(ApiRequest request, HttpResponseMessage response, string? token, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            return token is not null && connection.Token!.Renew(token, time);
        if (response.StatusCode != HttpStatusCode.TooManyRequests || ErrorReader.RetryAfter(response.Headers, time) is not { } pause || pause > LongestPause)
            return false;
        Throttled(logger, request.ToString(), pause);
        await Task.Delay(pause, time, cancellationToken);
        return true;
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, string? token, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, prefix + request.Target)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.Accept.Add(AnyJson);
        message.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        var started = time.GetTimestamp();
        var code = "<error>";
        try
        {
            var response = await invoker.SendAsync(message, cancellationToken);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        finally
        {
            Meters.Requests.Add(1, Meters.Tag("code", code), Meters.Tag("method", request.Method.Method));
            Meters.RequestDuration.Record(time.GetElapsedTime(started).TotalSeconds, Meters.Tag("verb", request.Method.Method));
        }
    }

    /// <summary>Whether the way to the server failed, our own deadline included.</summary>
    private static bool IsOnTheWay(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException or ConnectionException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private UnavailableException Unavailable(ApiRequest request, Exception e) =>
        new(e is OperationCanceledException and { InnerException: not TimeoutException } ? $"{request}: no answer within {options.RequestTimeout.TotalSeconds:0} s" : $"{request}: {Innermost(e)}", e);

    /// <summary>The outer messages only say to look further in.</summary>
    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }

    [LoggerMessage(LogLevel.Debug, "{Request} is put off by the server for {Pause}")]
    private static partial void Throttled(ILogger logger, string request, TimeSpan pause);
}
