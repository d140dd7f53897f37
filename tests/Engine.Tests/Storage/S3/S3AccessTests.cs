using System.Net;
using System.Net.Sockets;
using System.Text;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Engine.Tests.Storage.S3;

/// <summary>Who gets in, and what is said to those who do not.</summary>
public sealed class S3AccessTests(SharedS3 shared) : IAsyncLifetime
{
    private const string WrongKey = "hunter2-hunter2-hunter2";
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string location = shared.Location();
    private S3Server server = null!;

    public async ValueTask InitializeAsync() => server = await shared.ServerAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static TheoryData<string> Operations => ["get", "put", "put if absent", "head", "list", "stage", "delete"];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_wrong_secret_key_is_told_and_not_repeated(string operation)
    {
        var secrets = S3Stores.Keys(server);
        secrets["secretAccessKey"] = WrongKey;
        using var connection = S3Stores.Connect(server.Endpoint, secrets);
        var error = await FailsAsync(TableCodes.StoreCredentialsRefused, () => AskAsync(new S3Store(location, connection), operation));
        Assert.Contains("Secret \"store\"", error.Diagnostic.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_access_key_is_told_and_not_repeated()
    {
        using var connection = S3Stores.Connect(server.Endpoint, new MemorySecrets { ["accessKeyId"] = "nobody-we-know", ["secretAccessKey"] = WrongKey });
        var error = await FailsAsync(TableCodes.StoreCredentialsRefused, () => new S3Store(location, connection).GetAsync("k", None));
        Assert.DoesNotContain("nobody-we-know", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_rotated_meanwhile_is_read_again()
    {
        var secrets = S3Stores.Keys(server);
        using var connection = S3Stores.Connect(server.Endpoint, secrets);
        var store = new S3Store(location, connection);
        await store.PutAsync("k", "1"u8.ToArray(), None);

        // The store has forgotten the old one, which we hold in memory; the secret has the new one.
        using var stale = S3Stores.Connect(server.Endpoint, new Rotated(server));
        var late = new S3Store(location, stale);
        await late.GetAsync("k", None);
        Assert.Equal(PutOutcome.AlreadyExists, await late.PutIfAbsentAsync("k", "2"u8.ToArray(), None));

        using var other = S3Stores.Connect(server.Endpoint, new Rotated(server));
        Assert.Equal(PutOutcome.Created, await new S3Store(location, other).PutIfAbsentAsync("new", "2"u8.ToArray(), None));
    }

    [Fact]
    public async Task The_token_of_temporary_credentials_is_sent_and_a_stale_one_is_told()
    {
        var secrets = S3Stores.Keys(server);
        secrets["sessionToken"] = "temporary-token";
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, static _ => S3Fault.Answer(400, "ExpiredToken"));
        using var connection = S3Stores.Connect(proxy.Endpoint, secrets);
        var error = await FailsAsync(TableCodes.StoreCredentialsRefused, () => new S3Store(location, connection).GetAsync("k", None));
        Assert.Contains("session token", error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal("temporary-token", Assert.Single(proxy.Seen).Headers["x-amz-security-token"]);
    }

    [Theory]
    [InlineData("accessKeyId")]
    [InlineData("secretAccessKey")]
    public async Task A_missing_key_of_the_secret_is_named(string key)
    {
        var secrets = S3Stores.Keys(server);
        secrets[key] = "";
        using var connection = S3Stores.Connect(server.Endpoint, secrets);
        var store = new S3Store(location, connection);
        var error = await FailsAsync(RunCodes.SecretMissing, () => store.GetAsync("k", None));
        Assert.Contains(key, error.Diagnostic.Message, StringComparison.Ordinal);
        await FailsAsync(RunCodes.SecretMissing, () => store.PutIfAbsentAsync("k", "1"u8.ToArray(), None));
    }

    [Fact]
    public async Task A_missing_bucket_is_named()
    {
        using var connection = S3Stores.Connect(server.Endpoint, S3Stores.Keys(server));
        var store = new S3Store("s3://no-such-bucket-anywhere/lake", connection);
        var error = await FailsAsync(TableCodes.BucketMissing, () => store.PutIfAbsentAsync("k", "1"u8.ToArray(), None));
        Assert.Contains("no-such-bucket-anywhere", error.Diagnostic.Message, StringComparison.Ordinal);
        await FailsAsync(TableCodes.BucketMissing, () => store.GetAsync("k", None));
        await FailsAsync(TableCodes.BucketMissing, () => store.ListAsync("", null, None).ToListAsync(None).AsTask());
        await FailsAsync(TableCodes.BucketMissing, () => store.RequireConditionalWritesAsync(None));
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var connection = S3Stores.Connect($"http://127.0.0.1:{port}", S3Stores.Keys(server));
        var error = await FailsAsync(TableCodes.StoreUnreachable, () => new S3Store(location, connection).GetAsync("k", None));
        Assert.Contains("connection refused", error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(PutOutcome.Unknown, await new S3Store(location, connection).PutIfAbsentAsync("k", "1"u8.ToArray(), None));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_unreachable()
    {
        using var connection = S3Stores.Connect("http://minio.invalid:9000", S3Stores.Keys(server), S3Stores.Quick with { Attempts = 2 });
        await FailsAsync(TableCodes.StoreUnreachable, () => new S3Store(location, connection).GetAsync("k", None));
    }

    [Fact]
    public async Task A_clock_that_is_off_is_told_with_by_how_much()
    {
        await using var proxy = await S3Proxy.StartAsync(server.Endpoint, static exchange => exchange.Number > 1 ? S3Fault.Answer(403, "RequestTimeTooSkewed") : S3Fault.None);
        proxy.ClockOffset = TimeSpan.FromMinutes(30);
        using var connection = S3Stores.Connect(proxy.Endpoint, S3Stores.Keys(server));
        await new S3Store(location, connection).GetAsync("k", None);
        var error = await FailsAsync(TableCodes.ClockSkewed, () => new S3Store(location, connection).GetAsync("k", None));
        Assert.Contains("NTP", error.Diagnostic.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_trusted_by_the_bundle_and_by_nothing_less()
    {
        var certificates = new TestCertificates("localhost", IPAddress.Loopback);
        await using var front = new TlsFront(certificates, new Uri(server.Endpoint).Port);
        var endpoint = $"https://localhost:{front.Port}";
        var secrets = S3Stores.Keys(server);
        var authority = new SecretKeyRef("store", "ca.crt");

        using (var strange = S3Stores.Connect(endpoint, secrets))
        {
            var error = await FailsAsync(TableCodes.StoreNotTrusted, () => new S3Store(location, strange).GetAsync("k", None));
            Assert.Contains("caSecretRef", error.Diagnostic.Help, StringComparison.Ordinal);
            await FailsAsync(TableCodes.StoreNotTrusted, () => new S3Store(location, strange).PutIfAbsentAsync("k", "1"u8.ToArray(), None));
        }

        using (var missing = S3Stores.Connect(endpoint, secrets, authority: authority))
            await FailsAsync(RunCodes.SecretMissing, () => new S3Store(location, missing).GetAsync("k", None));

        secrets["ca.crt"] = "no certificate";
        using (var broken = S3Stores.Connect(endpoint, secrets, authority: authority))
            await FailsAsync(TableCodes.StoreNotTrusted, () => new S3Store(location, broken).GetAsync("k", None));

        secrets["ca.crt"] = new TestCertificates().Authority;
        using (var other = S3Stores.Connect(endpoint, secrets, authority: authority))
            await FailsAsync(TableCodes.StoreNotTrusted, () => new S3Store(location, other).GetAsync("k", None));

        secrets["ca.crt"] = $"{new TestCertificates().Authority}\n{certificates.Authority}\n";
        using var trusted = S3Stores.Connect(endpoint, secrets, authority: authority);
        Assert.Equal(PutOutcome.Created, await new S3Store(location, trusted).PutIfAbsentAsync("k", "1"u8.ToArray(), None));
        Assert.Equal("1"u8.ToArray(), await new S3Store(location, trusted).GetAsync("k", None));
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_trusted()
    {
        var certificates = new TestCertificates("elsewhere");
        await using var front = new TlsFront(certificates, new Uri(server.Endpoint).Port);
        var secrets = S3Stores.Keys(server);
        secrets["ca.crt"] = certificates.Authority;
        using var connection = S3Stores.Connect($"https://localhost:{front.Port}", secrets, authority: new SecretKeyRef("store", "ca.crt"));
        var error = await FailsAsync(TableCodes.StoreNotTrusted, () => new S3Store(location, connection).GetAsync("k", None));
        Assert.Contains("another name", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    private static Task AskAsync(S3Store store, string operation) => operation switch
    {
        "get" => store.GetAsync("k", None),
        "put" => store.PutAsync("k", "1"u8.ToArray(), None),
        "put if absent" => store.PutIfAbsentAsync("k", "1"u8.ToArray(), None),
        "head" => store.HeadAsync("k", None),
        "list" => store.ListAsync("", null, None).ToListAsync(None).AsTask(),
        "stage" => store.StageAsync("k", Path.GetTempPath(), None),
        _ => store.DeleteAsync("k", None),
    };

    private static async Task<DiagnosticException> FailsAsync(ErrorCode code, Func<Task> operation)
    {
        var error = await Assert.ThrowsAsync<DiagnosticException>(operation);
        Assert.Equal(code, error.Diagnostic.Code);
        Assert.NotNull(error.Diagnostic.Help);
        Assert.DoesNotContain(WrongKey, error.ToString(), StringComparison.Ordinal);
        return error;
    }

    /// <summary>A wrong key the first time, and the right one from then on.</summary>
    private sealed class Rotated(S3Server server) : ISecrets
    {
        private int reads;

        public ReadOnlyMemory<byte>? Find(string secret, string key) => key switch
        {
            "accessKeyId" => Encoding.UTF8.GetBytes(server.AccessKey),
            "secretAccessKey" => Encoding.UTF8.GetBytes(Interlocked.Increment(ref reads) == 1 ? WrongKey : server.SecretKey),
            _ => null,
        };
    }
}
