using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Redis;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>
/// Redis streams, each into a table: read by XREAD from the table's own position, without a consumer group, so that the server keeps no list of pending
/// entries for us. The group is moved after each commit and only informs: XINFO GROUPS shows our lag, and XTRIM scripts can go by it.
/// </summary>
/// <remarks>Identity is <c>sourceId</c>, by default host, port and database; the partition is the stream's key. Redis 7.0 is the floor: positions are checked by its counts.</remarks>
public sealed class RedisStreamsSource : ISource
{
    /// <summary>A record is parsed from one piece of memory.</summary>
    private const int MaxEntryBytes = 16 << 20;

    private readonly RedisStreamsSourceSpec spec;
    private readonly ISecrets secrets;
    private readonly RedisAddress address;
    private readonly TimeProvider time;
    private readonly ConnectGuard? guard;
    private readonly RedisSession session;

    /// <exception cref="DiagnosticException"><see cref="SourceCodes.SourceUnreachable"/>: the URL is none; validation refuses that before.</exception>
    public RedisStreamsSource(RedisStreamsSourceSpec spec, ISecrets secrets, TimeProvider time, ConnectGuard? guard = null)
    {
        this.guard = guard;
        this.spec = spec;
        this.secrets = secrets;
        this.time = time;
        try
        {
            address = RedisAddress.Parse(spec.Url);
        }
        catch (RedisAddressException e)
        {
            throw new DiagnosticException(new Diagnostic(
                DocumentCodes.InvalidLocation, DiagnosticSeverity.Error, e.Message, Field: "spec.source.redisStreams.url", Help: "redis://host:6379/0, or rediss:// for TLS"));
        }

        var id = spec.SourceId ?? $"{address.Host}:{address.Port}/{address.Database}";
        Identity = new SourceIdentity("redisstreams", id);
        session = new RedisSession(address, ConnectAsync, id, spec.Group ?? Defaults.RedisGroup, time);
    }

    public SourceIdentity Identity { get; }

    /// <summary>A consumer of a group that asked for entries so lately is alive.</summary>
    internal TimeSpan Alive { get; init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="DiagnosticException">Of <see cref="SourceCodes"/>: unreachable, refused, no stream, regressed, a group in use.</exception>
    public async ValueTask<ISourceStream> OpenAsync(StreamOpening opening, CancellationToken cancellationToken)
    {
        var key = opening.Table.From ?? throw new ArgumentException("a table of Redis streams names its stream", nameof(opening));
        var held = opening.Positions.GetValueOrDefault(key);
        var start = await session.AskAsync(key, (connection, stop) => StreamStart.FindAsync(connection, spec, key, held, Alive, stop), cancellationToken);
        var stream = new RedisTableStream(session, opening, spec.Format ?? Defaults.RedisFormat, start, time);
        session.Add(stream);
        return stream;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private Task<RedisConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        const string Field = "spec.source.redisStreams";
        var credentials = spec.CredentialsSecretRef is { } secret
            ? new RedisCredentials(
                secrets.ReadOptional(secret.Name, secret.Keys?.Username ?? "username"),
                secrets.Read(secret.Name, secret.Keys?.Password ?? "password", Field + ".credentialsSecretRef"))
            : null;
        var options = RedisOptions.Default with
        {
            MaxEntryBytes = MaxEntryBytes,
            Connect = guard is null ? null : (host, port, stop) => guard.ConnectAsync(host, port, SourceCodes.AddressRefused, Field + ".url", stop),
            CaBundle = spec.CaSecretRef is { } authority ? secrets.Read(authority.Name, authority.Key, Field + ".caSecretRef") : null,
        };
        return RedisConnection.ConnectAsync(address, credentials, options, time, cancellationToken);
    }
}
