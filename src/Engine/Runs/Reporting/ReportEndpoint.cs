using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using LakehouseOperator.Pipelines.Reports;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Engine.Runs.Reporting;

public enum ReportAnswer
{
    /// <summary>The operator has it.</summary>
    Taken,

    /// <summary>The operator is away, in trouble, or not the leader: the same may be taken later.</summary>
    Later,

    /// <summary>It will not be taken, however often it is sent.</summary>
    Never,
}

/// <summary>Where reports are posted (ADR 0008). One caller at a time.</summary>
public sealed class ReportEndpoint : IDisposable
{
    /// <summary>What an operator takes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Tokens of Kubernetes have one or two thousand.</summary>
    private const int MaxTokenBytes = 64 << 10;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    private readonly HttpClient client;
    private readonly Uri url;
    private readonly string? tokenFile;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly ILogger log;
    private (ReportAnswer Answer, string Why)? told;

    /// <param name="tokenFile">Read before every request; null: none is sent.</param>
    public ReportEndpoint(Uri url, string? tokenFile, TimeProvider time, Random random, ILogger log)
        : this(url, tokenFile, time, random, log, new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = AnswerWithin })
    {
    }

    internal ReportEndpoint(Uri url, string? tokenFile, TimeProvider time, Random random, ILogger log, HttpMessageHandler handler)
    {
        this.url = url;
        this.tokenFile = tokenFile;
        this.time = time;
        this.random = random;
        this.log = log;
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => client.Dispose();

    /// <summary>Sends until it is taken, never will be, or <paramref name="within"/> has passed.</summary>
    public async Task<ReportAnswer> SendAsync(RunReport report, TimeSpan within, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var body = BodyOf(report);
        for (var (pause, asked) = (FirstPause, (TimeSpan?)null); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            ReportAnswer answer;
            (answer, asked) = await SendAsync(body, either.Token);
            if (answer != ReportAnswer.Later || either.IsCancellationRequested)
                return answer;
            var wait = asked is { } wanted && wanted < LongestPause ? wanted : pause * (0.5 + (random.NextDouble() / 2));
            await Task.Delay(wait, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (either.IsCancellationRequested)
                return answer;
        }
    }

    /// <summary>Sends once.</summary>
    public async Task<ReportAnswer> SendOnceAsync(RunReport report, CancellationToken cancellationToken) =>
        (await SendAsync(BodyOf(report), cancellationToken)).Answer;

    /// <summary>The report, or as much of it as its termination message holds, where it is larger than an operator takes.</summary>
    internal static byte[] BodyOf(RunReport report)
    {
        var whole = Encoding.UTF8.GetBytes(ReportJson.Write(report));
        return whole.Length <= MaxBytes ? whole : Encoding.UTF8.GetBytes(ReportJson.Write(TerminationMessage.Read(TerminationMessage.Write(report))));
    }

    private async Task<(ReportAnswer Answer, TimeSpan? Pause)> SendAsync(byte[] body, CancellationToken cancellationToken)
    {
        var token = Token();
        var (answer, why, pause) = await PostAsync(body, token, cancellationToken);

        // Kubelet renews it a while before it runs out; between our reading and their asking it may have.
        if (why == "401" && Token() is { } renewed && renewed != token)
            (answer, why, pause) = await PostAsync(body, renewed, cancellationToken);
        Tell(answer, why);
        return (answer, pause);
    }

    private async Task<(ReportAnswer Answer, string Why, TimeSpan? Pause)> PostAsync(byte[] body, string? token, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };

        // A connection that is kept leads to the same replica for ever, also when another one leads by then.
        request.Headers.ConnectionClose = true;
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (AnswerOf(response.StatusCode), ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), PauseOf(response));
        }
        catch (OperationCanceledException)
        {
            return (ReportAnswer.Later, "no answer in time", null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return (ReportAnswer.Later, (e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name, null);
        }
    }

    private static ReportAnswer AnswerOf(HttpStatusCode status) => status switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => ReportAnswer.Taken,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ReportAnswer.Later,
        _ => ReportAnswer.Never,
    };

    private TimeSpan? PauseOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } when delta >= TimeSpan.Zero => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>Null where it cannot be read, or is no token: the operator says the rest.</summary>
    private string? Token()
    {
        if (tokenFile is null)
            return null;
        try
        {
            using var file = File.OpenRead(tokenFile);
            if (file.Length is 0 or > MaxTokenBytes)
                return null;
            using var reader = new StreamReader(file, Encoding.UTF8);
            var token = reader.ReadToEnd().Trim();
            return token.Length > 0 && token.All(static c => c is > ' ' and < '\u007f') ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Once for each change: a stream that is not heard would fill its log otherwise.</summary>
    private void Tell(ReportAnswer answer, string why)
    {
        if (told == (answer, why))
            return;
        var before = told;
        told = (answer, why);
        if (answer != ReportAnswer.Taken)
            RunLog.ReportNotTaken(log, url, why);
        else if (before is { Answer: not ReportAnswer.Taken })
            RunLog.ReportTaken(log, url);
    }
}
