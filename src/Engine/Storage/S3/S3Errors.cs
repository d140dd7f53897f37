using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>Failures for people. The store's own texts are not repeated: some quote what the request was signed by.</summary>
internal static class S3Errors
{
    /// <param name="place">What was asked for: <c>s3://bucket/key</c>.</param>
    public static DiagnosticException From(Exception failure, S3Connection connection, string bucket, string place) => failure switch
    {
        _ when S3Failures.Refusal(failure) is { } refusal => refusal,
        AmazonServiceException answer when answer.StatusCode != default => FromAnswer(answer, connection, bucket, place),
        S3BodyException => new(TableCodes.ReadDamaged, $"{place}: {failure.Message}", "run it again; if it stays, compare the object with a copy, and look at what lies between here and the store", failure),
        HttpRequestException { InnerException: AuthenticationException } or AuthenticationException => new(
            TableCodes.StoreNotTrusted,
            $"{connection.Endpoint} speaks no TLS that can be trusted{(connection.Refusal is { } refusal ? $": {refusal}" : "")}",
            "name the authority's certificates in spec.storage.s3.caSecretRef, or write the endpoint by the name in its certificate",
            failure),
        AmazonServiceException { InnerException: { } inner } => From(inner, connection, bucket, place),
        _ => new(TableCodes.StoreUnreachable, $"{connection.Endpoint} does not answer: {Reason(failure)}", "look at spec.storage.s3.endpoint, the network, and the store's health; nothing that was committed is lost", failure),
    };

    public static DiagnosticException ConditionalWritesUnsupported(string location, string observed) => new(
        TableCodes.ConditionalWritesUnsupported,
        $"{location}: the store {observed}",
        "tables need a store that honours \"If-None-Match: *\" on puts: AWS, MinIO, R2, Ceph 16 or newer");

    private static DiagnosticException FromAnswer(AmazonServiceException answer, S3Connection connection, string bucket, string place)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {answer.ErrorCode}").TrimEnd();
        switch (answer.ErrorCode)
        {
            case "RequestTimeTooSkewed":
                return new(TableCodes.ClockSkewed, $"{connection.Endpoint} refuses this machine's time{Skew(connection.ClockOffset)}", "set this machine's clock, or the store's: both by NTP", answer);
            case "NoSuchBucket":
                return new(TableCodes.BucketMissing, $"{connection.Endpoint} has no bucket \"{bucket}\"", "make the bucket, or mend spec.storage.s3.bucket or the layer's location", answer);
            case "InvalidAccessKeyId":
                return Refused("does not know the access key", $"mend {connection.CredentialsName}");
            case "SignatureDoesNotMatch":
                return Refused("finds the secret access key wrong", $"mend {connection.CredentialsName}");
            case "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired":
                return Refused("does not take the session token, or no longer", $"renew {connection.CredentialsName}");
            case "AuthorizationHeaderMalformed":
                return Refused("takes no request signed like this", "mend spec.storage.s3.region");
            case "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException":
                return new(TableCodes.StoreFailed, $"the bucket \"{bucket}\" is in another region than {connection.Region}", "mend spec.storage.s3.region", answer);
            case "QuotaExceeded" or "InsufficientStorage" or "XMinioStorageFull":
                return new(TableCodes.StoreFull, $"no space is left for {place} ({said})", "free space in the store or raise the quota; nothing that was committed is lost", answer);
            default:
                break;
        }

        return answer.StatusCode switch
        {
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => Refused(
                $"allows no such access to {place}", $"let {connection.CredentialsName} list, read, write and delete in the bucket"),
            HttpStatusCode.InsufficientStorage => new(TableCodes.StoreFull, $"no space is left for {place} ({said})", "free space in the store or raise the quota", answer),
            HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => new(
                TableCodes.StoreFailed, $"{connection.Endpoint} sends requests for the bucket \"{bucket}\" elsewhere", "mend spec.storage.s3.endpoint and region", answer),
            >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict or HttpStatusCode.OK => new(
                TableCodes.StoreUnreachable, $"{connection.Endpoint} keeps failing ({said})", "look at the store's health; nothing that was committed is lost", answer),
            _ => new(TableCodes.StoreFailed, $"{place}: the store answers {said}", "look at the store, its endpoint and path style", answer),
        };

        DiagnosticException Refused(string what, string help) => new(TableCodes.StoreCredentialsRefused, $"{connection.Endpoint} {what} ({said})", help, answer);
    }

    private static string Skew(TimeSpan offset) =>
        offset == TimeSpan.Zero ? "" : string.Create(CultureInfo.InvariantCulture, $": the store's is {Math.Abs(offset.TotalMinutes):0.#} min {(offset > TimeSpan.Zero ? "ahead" : "behind")}");

    private static string Reason(Exception failure) => failure switch
    {
        OperationCanceledException or TimeoutException => "no answer in time",
        HttpRequestException { InnerException: SocketException socket } => Reason(socket),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "no such host",
        SocketException { SocketErrorCode: SocketError.ConnectionReset } => "connection reset",
        SocketException socket => socket.SocketErrorCode.ToString(),
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => http.HttpRequestError.ToString(),
        HttpIOException io => io.HttpRequestError.ToString(),
        IOException { InnerException: SocketException socket } => Reason(socket),
        _ => failure.GetType().Name,
    };
}
