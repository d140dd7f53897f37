using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>Makes exceptions of what the server says when it does not do what it is asked.</summary>
internal static class ErrorReader
{
    private const int LongestBody = 64 << 10;
    private const int LongestText = 400;

    /// <param name="what">Which request, for the message.</param>
    public static async Task<KubernetesException> OfResponseAsync(HttpResponseMessage response, string what, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await HeadAsync(response.Content, cancellationToken);
        var status = Parse(new ReadOnlySequence<byte>(body));
        var message = status?.Message ?? Text(body);
        return Of(response.StatusCode, status, $"{what}: {(int)response.StatusCode} {(message.Length == 0 ? response.ReasonPhrase : message)}", RetryAfter(response.Headers, time));
    }

    /// <summary>From a Status that came where an object was expected.</summary>
    public static KubernetesException OfStatus(ReadOnlySequence<byte> json, string what)
    {
        var status = Parse(json);
        var code = (HttpStatusCode)(status?.Code ?? 500);
        return Of(code, status, $"{what}: {(int)code} {status?.Message ?? "an error without a status"}", null);
    }

    /// <summary>How long the server asks to be left alone.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    private static KubernetesException Of(HttpStatusCode code, Status? status, string message, TimeSpan? retryAfter)
    {
        if (retryAfter is null && status?.Details?.RetryAfterSeconds is { } seconds and > 0)
            retryAfter = TimeSpan.FromSeconds(seconds);
        return code switch
        {
            HttpStatusCode.NotFound => new NotFoundException(message, isObject: status is { Reason: "NotFound", Details.Name: not (null or "") }),
            HttpStatusCode.Conflict => new ConflictException(message, isAlreadyExists: status?.Reason == "AlreadyExists"),
            HttpStatusCode.UnprocessableEntity when IsOtherObject(status) => new ConflictException(message, isAlreadyExists: false),
            HttpStatusCode.Gone => new GoneException(message),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => new UnavailableException(message) { Code = code, RetryAfter = retryAfter },
            >= HttpStatusCode.InternalServerError => new UnavailableException(message) { Code = code, RetryAfter = retryAfter },
            _ => new RefusedException(code, status?.Reason ?? ((int)code).ToString(CultureInfo.InvariantCulture), message, status?.Details?.Causes ?? []),
        };
    }

    /// <summary>A uid of an object that is gone, of whose name there is another by now: older servers call that an invalid field.</summary>
    private static bool IsOtherObject(Status? status) => status?.Details?.Causes is { Count: > 0 } causes && causes.All(static cause => cause.Field == "metadata.uid");

    private static Status? Parse(ReadOnlySequence<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, ItemDecoder.Scanning);
            return JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.Status);
        }
        catch (Exception e) when (ItemDecoder.IsDecoding(e))
        {
            return null;
        }
    }

    /// <summary>What a proxy between us and the server says, in one line.</summary>
    private static string Text(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, LongestText)).Trim();
        return string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
    }

    private static async Task<byte[]> HeadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LongestBody];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return buffer.AsSpan(0, length).ToArray();
    }
}
