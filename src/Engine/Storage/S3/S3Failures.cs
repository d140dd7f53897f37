using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.S3;

internal enum S3Failure
{
    /// <summary>Asking again gets the same answer.</summary>
    Final,

    /// <summary>The network, or a store that is busy or broken for now: the request may have been carried out or not.</summary>
    Passing,

    /// <summary>The credentials are refused; others may be accepted.</summary>
    Credentials,
}

/// <summary>What an answer of the store, or its absence, means for whoever asked. Only codes and statuses are looked at, never texts.</summary>
internal static class S3Failures
{
    public static S3Failure Of(Exception failure) => failure switch
    {
        _ when Refusal(failure) is not null => S3Failure.Final,
        AmazonServiceException answer when answer.StatusCode != default => Of(answer),
        S3BodyException => S3Failure.Passing,
        HttpRequestException { InnerException: AuthenticationException } => S3Failure.Final,
        AuthenticationException => S3Failure.Final,
        HttpRequestException or IOException or System.Net.Sockets.SocketException or OperationCanceledException or TimeoutException => S3Failure.Passing,
        AmazonServiceException { InnerException: { } inner } => Of(inner),
        AmazonServiceException => S3Failure.Passing, // an answer that is not S3's, such as a proxy's page
        _ => S3Failure.Final,
    };

    /// <summary>Of ours, from within the SDK: an address that may not be connected to.</summary>
    public static DiagnosticException? Refusal(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is DiagnosticException known)
                return known;
        }

        return null;
    }

    public static bool IsStatus(Exception failure, HttpStatusCode status) => failure is AmazonServiceException answer && answer.StatusCode == status;

    /// <summary>There is no such object. A missing bucket is something else, where the store tells them apart (HEAD does not).</summary>
    public static bool IsMissing(Exception failure) =>
        failure is AmazonServiceException { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <summary>What the store asks to wait; null where it does not say.</summary>
    public static TimeSpan? AskedPause(Exception failure, TimeProvider time)
    {
        if (failure is not AmazonServiceException { InnerException: HttpErrorResponseException { Response: { } response } } || !response.IsHeaderPresent("Retry-After"))
            return null;
        var text = response.GetHeaderValue("Retry-After");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var until) && until - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null;
    }

    private static S3Failure Of(AmazonServiceException answer) => (answer.StatusCode, answer.ErrorCode) switch
    {
        (_, "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "AccessDenied" or "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired" or "InvalidSecurity") => S3Failure.Credentials,
        (_, "RequestTimeTooSkewed") => S3Failure.Final,
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => S3Failure.Credentials,
        (HttpStatusCode.BadRequest, "RequestTimeout" or "IncompleteBody" or "BadDigest" or "XAmzContentSHA256Mismatch") => S3Failure.Passing,
        (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict, _) => S3Failure.Passing,
        (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported or HttpStatusCode.InsufficientStorage, _) => S3Failure.Final,
        ( >= HttpStatusCode.InternalServerError, _) => S3Failure.Passing,
        (HttpStatusCode.OK, _) => S3Failure.Passing, // "200 OK" with an error or nothing readable inside
        _ => S3Failure.Final,
    };
}

/// <summary>A body that is shorter, longer or other than its head promised.</summary>
internal sealed class S3BodyException(string message) : Exception(message);
