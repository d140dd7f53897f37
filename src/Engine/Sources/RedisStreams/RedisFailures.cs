using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>What goes wrong with a server or a stream, in our words.</summary>
internal static class RedisFailures
{
    private const string Source = "spec.source.redisStreams";

    /// <param name="stream">The stream that it is about; null: the server.</param>
    public static DiagnosticException Of(RedisException failure, RedisAddress address, string? stream = null)
    {
        var where = stream is null ? $"{address}" : $"{address}, stream \"{stream}\"";
        return failure switch
        {
            RedisErrorException { Code: "NOAUTH" or "WRONGPASS" or "NOPERM" or "DENIED" } refused => Error(
                SourceCodes.CredentialsRefused, $"{where}: {refused.Message}", Source + ".credentialsSecretRef",
                "the user needs +xread +xinfo +xgroup +xrange +xpending +type +time on the streams' keys; put user and password into the Secret"),
            RedisErrorException { Code: "WRONGTYPE" } => Error(
                SourceCodes.NotAStream, $"{where}: the key holds something else than a stream", "spec.tables[].from", "name a stream's key"),
            RedisErrorException error => Error(SourceCodes.SourceUnreachable, $"{where}: {error.Message}", null, "see the server's log"),
            RedisConnectionException { Fault: RedisConnectionFault.Tls } tls => Error(
                SourceCodes.TlsRefused, tls.Message, Source + ".url", "name the certificate's authority in caSecretRef, and the host as the certificate does"),
            RedisConnectionException broken => Error(SourceCodes.SourceUnreachable, broken.Message, Source + ".url", "is the server running, and its host and port right?"),
            _ => Error(SourceCodes.SourceUnreachable, $"{where}: {failure.Message}", Source + ".url", "is it a Redis server, version 7.0 or newer?"),
        };

        DiagnosticException Error(ErrorCode code, string message, string? field, string help) =>
            new(new Diagnostic(code, DiagnosticSeverity.Error, message, Field: field, Help: help), failure);
    }

    public static DiagnosticException Deleted(string stream, RedisPosition position) => Regressed(
        $"the stream \"{stream}\" does not exist, and the table has read it up to {position.Id}");

    /// <summary>The stream ends before what was read of it.</summary>
    public static DiagnosticException SetBack(string stream, RedisPosition position, StreamId last) => Regressed(
        $"the stream \"{stream}\" ends at {last}, and the table has read it up to {position.Id}");

    public static DiagnosticException Recreated(string stream, RedisPosition position, long added) => Regressed(
        $"the stream \"{stream}\" was created anew: {added} entries were ever added to it, and the table has read {position.EntriesRead}");

    public static Diagnostic Lost(string stream, long entries, StreamId after) => new(
        SourceCodes.DataLoss,
        DiagnosticSeverity.Error,
        $"{entries} entries of the stream \"{stream}\" after {after} were removed before they were read",
        Field: "spec.source.redisStreams",
        Help: "let the stream keep more (XADD MAXLEN, XTRIM), or read it more often; what is there is read");

    public static DiagnosticException GroupInUse(string stream, string group, string why, string help) => new(new Diagnostic(
        SourceCodes.GroupInUse, DiagnosticSeverity.Error, $"the group \"{group}\" of the stream \"{stream}\" {why}", Field: "spec.source.redisStreams.group", Help: help));

    public static DiagnosticException GroupMissing(string stream, string group) => new(new Diagnostic(
        SourceCodes.GroupMissing,
        DiagnosticSeverity.Error,
        $"the stream \"{stream}\" has no group \"{group}\" to take over",
        Field: "spec.source.redisStreams.takeOverGroup",
        Help: "name a group that all streams have, or start from Earliest or Latest"));

    public static DiagnosticException TooOld(string stream) => new(
        SourceCodes.SourceUnsupported, $"the server does not say how many entries were ever added to the stream \"{stream}\"", "use Redis 7.0 or newer");

    private static DiagnosticException Regressed(string message) => new(new Diagnostic(
        SourceCodes.SourceRegressed,
        DiagnosticSeverity.Error,
        message,
        Field: "spec.source.redisStreams",
        Help: "restore the stream; or, where it was made anew on purpose, give the source another sourceId and a new table"));
}
