using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>
/// One endpoint and identity: the connections, the pace and what was learnt of the store, shared by every layer of a Lakehouse. Nothing is asked before the
/// first request. The SDK repeats nothing by itself; what may be repeated is repeated here.
/// </summary>
public sealed class S3Connection : IDisposable
{
    /// <summary>Below it, transit and the header's whole seconds are all there is.</summary>
    private static readonly TimeSpan LeastSkew = TimeSpan.FromSeconds(3);

    private readonly S3Plan plan;
    private readonly S3Credentials? secret;
    private readonly S3HttpClients http;
    private readonly Random random;
    private readonly Lock gate = new();
    private AmazonS3Client? client;

    internal S3Connection(S3Plan plan, ISecrets secrets, TimeProvider time, Random random, S3Tuning tuning, ConnectGuard? guard = null)
    {
        this.plan = plan;
        this.random = random;
        Time = time;
        Tuning = tuning;
        secret = plan.Credentials is { } named ? new S3Credentials(named, secrets) : null;
        http = new S3HttpClients(() => S3Trust.Of(plan.Ca, secrets), time, tuning, guard);
        Transfers = new SemaphoreSlim(tuning.Transfers);
    }

    internal TimeProvider Time { get; }

    internal S3Tuning Tuning { get; }

    internal SemaphoreSlim Transfers { get; }

    /// <summary>Whether ETags are digests, by bucket.</summary>
    internal ConcurrentDictionary<string, S3Digests> Digests { get; } = new(StringComparer.Ordinal);

    /// <summary>Buckets that the probe has passed.</summary>
    internal ConcurrentDictionary<string, bool> Probed { get; } = new(StringComparer.Ordinal);

    /// <summary>Conditional puts in a row whose outcome nobody knows, by bucket and key.</summary>
    internal ConcurrentDictionary<string, int> Undecided { get; } = new(StringComparer.Ordinal);

    internal string Endpoint => plan.Endpoint ?? $"S3 in {plan.Region}";

    internal string Region => plan.Region;

    internal string? Refusal => http.Refusal;

    /// <summary>The store's clock minus ours, by the answers' Date.</summary>
    internal TimeSpan ClockOffset => http.ClockOffset is var offset && offset.Duration() >= LeastSkew ? offset : TimeSpan.Zero;

    internal string CredentialsName => secret is null ? "the identity that the environment gives" : $"Secret \"{secret.Secret}\"";

    /// <param name="guard">Where the store may not be; null: anywhere. The SDK asks for an ambient identity over connections of its own.</param>
    public static S3Connection Open(S3Plan plan, ISecrets secrets, TimeProvider time, ConnectGuard? guard = null) =>
        new(plan, secrets, time, new Random(HashCode.Combine(Environment.ProcessId, time.GetTimestamp())), S3Tuning.Default, guard);

    public void Dispose()
    {
        client?.Dispose();
        http.Dispose();
        Transfers.Dispose();
    }

    /// <summary>Carries out a request that may be carried out again, until it succeeds, fails for good, or failed too often.</summary>
    /// <param name="attempt">Reads the answer to its end, too.</param>
    /// <exception cref="DiagnosticException">LH40xx.</exception>
    internal async Task<T> RepeatAsync<T>(
        string bucket, string place, TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(bucket, place, within, attempt, cancellationToken);
        }
        catch (AmazonServiceException failure)
        {
            throw S3Errors.From(failure, this, bucket, place);
        }
    }

    /// <summary>As <see cref="RepeatAsync"/>, for what need not be there: null where the store says that it is not.</summary>
    internal async Task<T?> FindAsync<T>(
        string bucket, string place, TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(bucket, place, within, attempt, cancellationToken);
        }
        catch (AmazonServiceException failure) when (S3Failures.IsMissing(failure))
        {
            return default;
        }
    }

    /// <summary>What is missing comes as the SDK throws it, everything else as a diagnostic.</summary>
    private async Task<T> SendAsync<T>(
        string bucket, string place, TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var renewed = false;
        for (var number = 1; ; number++)
        {
            ImmutableCredentials? signedBy = null;
            try
            {
                return await OnceAsync(within, attempt, by => signedBy = by, cancellationToken);
            }
            catch (Exception failure) when (failure is not DiagnosticException && !cancellationToken.IsCancellationRequested)
            {
                if (S3Failures.IsMissing(failure))
                    throw;
                var kind = S3Failures.Of(failure);
                if (kind == S3Failure.Credentials && !renewed && TryRenew(signedBy))
                    renewed = true;
                else if (kind != S3Failure.Passing || number >= Tuning.Attempts)
                    throw S3Errors.From(failure, this, bucket, place);
                else
                    await PauseAsync(number, failure, cancellationToken);
            }
        }
    }

    /// <summary>One request; what goes wrong comes as the SDK throws it.</summary>
    /// <param name="signedBy">Told before the request is sent.</param>
    internal async Task<T> OnceAsync<T>(
        TimeSpan within, Func<AmazonS3Client, CancellationTokenSource, Task<T>> attempt, Action<ImmutableCredentials?> signedBy, CancellationToken cancellationToken)
    {
        signedBy(secret?.GetCredentials());
        var sender = await ClientAsync(cancellationToken);
        using var deadline = new CancellationTokenSource(within, Time);
        await using var linked = cancellationToken.Register(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        try
        {
            return await attempt(sender, deadline);
        }
        catch (Exception failure) when (cancellationToken.IsCancellationRequested && failure is not OperationCanceledException)
        {
            throw new OperationCanceledException("cancelled", failure, cancellationToken);
        }
    }

    /// <summary>True where the secret holds others than those that were refused.</summary>
    internal bool TryRenew(ImmutableCredentials? refused) => secret is not null && refused is not null && secret.Renew(refused);

    internal Task PauseAsync(int number, Exception failure, CancellationToken cancellationToken)
    {
        var longest = Math.Min(Tuning.LongestPause.TotalMilliseconds, Tuning.FirstPause.TotalMilliseconds * Math.Pow(2, number - 1));
        double share;
        lock (gate)
            share = random.NextDouble();
        var pause = TimeSpan.FromMilliseconds(longest * (0.5 + (share / 2)));
        if (S3Failures.AskedPause(failure, Time) is { } asked && asked > pause)
            pause = asked < Tuning.LongestAskedPause ? asked : Tuning.LongestAskedPause;
        return Task.Delay(pause, Time, cancellationToken);
    }

    private async ValueTask<AmazonS3Client> ClientAsync(CancellationToken cancellationToken)
    {
        if (client is { } known)
            return known;
        http.Prepare();
        var config = Config();
        var identity = secret ?? await AmbientAsync(config, cancellationToken);
        lock (gate)
            return client ??= new AmazonS3Client(identity, config);
    }

    /// <summary>The SDK's own chain: variables, profiles, web identity, container and instance roles. It renews what runs out by itself.</summary>
    private static async Task<AWSCredentials> AmbientAsync(AmazonS3Config config, CancellationToken cancellationToken)
    {
        try
        {
            return await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(config).WaitAsync(cancellationToken);
        }
        catch (AmazonClientException failure)
        {
            throw new DiagnosticException(
                TableCodes.CredentialsMissing, "spec.storage.s3 names no Secret, and the environment gives no AWS identity", "add credentialsSecretRef, or give the process an identity", failure);
        }
    }

    private AmazonS3Config Config()
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = plan.Region,
            ForcePathStyle = plan.PathStyle,
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            DisableClockSkewCorrection = true,
            AllowAutoRedirect = false,
            IgnoreConfiguredEndpointUrls = true,
            DisableLogging = true,

            // Ceph 16 and others take no trailing checksums; the payload's SHA-256 is signed in any case.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = http,
        };
        if (plan.Endpoint is { } endpoint)
            config.ServiceURL = endpoint;
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(plan.Region);
        return config;
    }
}

/// <summary>One pool of connections for all requests, and the store's time by its answers.</summary>
internal sealed class S3HttpClients(Func<S3Trust> trust, TimeProvider time, S3Tuning tuning, ConnectGuard? guard) : HttpClientFactory, IDisposable
{
    private readonly Lock gate = new();
    private HttpClient? client;
    private S3Trust? trusted;
    private long offset;

    public string? Refusal => trusted?.Refusal;

    public TimeSpan ClockOffset => TimeSpan.FromTicks(Interlocked.Read(ref offset));

    /// <summary>Reads the bundle; outside of the SDK, so that a missing one comes as what it is.</summary>
    public void Prepare()
    {
        lock (gate)
            client ??= Create(trusted ??= trust());
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        Prepare();
        return client!;
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => client?.Dispose();

    private HttpClient Create(S3Trust trust) => new(
        new Courier(
            this,
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = tuning.ConnectWithin,
                MaxConnectionsPerServer = 64,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                UseCookies = false,

                // A proxy would connect where we do not look.
                UseProxy = guard is null,
                ConnectCallback = guard is null ? null : ConnectAsync,
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust.Accepts },
            }))
    {
        Timeout = Timeout.InfiniteTimeSpan, // every request has a deadline of its own
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = await guard!.ConnectAsync(
            context.DnsEndPoint.Host, context.DnsEndPoint.Port, TableCodes.AddressRefused, "spec.storage.s3.endpoint", cancellationToken);
        socket.NoDelay = true;
        return new NetworkStream(socket, ownsSocket: true);
    }

    private sealed class Courier(S3HttpClients owner, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A round trip before every put, and a second's wait where the store does not know of it.
            request.Headers.ExpectContinue = false;
            var response = await base.SendAsync(request, cancellationToken);
            if (response.Headers.Date is { } date)
                Interlocked.Exchange(ref owner.offset, (date - owner.ClockNow()).Ticks);
            return response;
        }
    }

    private DateTimeOffset ClockNow() => time.GetUtcNow();
}
