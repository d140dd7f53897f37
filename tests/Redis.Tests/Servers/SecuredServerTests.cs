using System.Net;
using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Redis.Tests.Servers;

/// <summary>TLS, users, and servers that refuse, on real ones.</summary>
public sealed class SecuredServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TLS_is_trusted_by_the_given_bundle_and_the_name_alone()
    {
        var certificates = new TestCertificates("localhost", IPAddress.Loopback);
        await using var server = await RedisServer.StartAsync(certificates: certificates, cancellationToken: Token);
        Assert.StartsWith("rediss://", server.Url, StringComparison.Ordinal);
        var trusting = RedisOptions.Default with { CaBundle = $"{new TestCertificates().Authority}\n{certificates.Authority}" };
        foreach (var host in (string[])["localhost", "127.0.0.1"])
        {
            await using var connection = await ConnectAsync($"rediss://{host}:{server.Port}", trusting);
            await connection.AddEntryAsync(StreamCommands.XAdd("s").Add("data").Add(new byte[300_000]), Token);
            Assert.True(await connection.ReadStreamsAsync(new XReadRequest([new("s", default)], 10), new Seen(), Token) >= 1);
        }

        Assert.Equal(RedisConnectionFault.Tls, await FaultAsync(server.Url, RedisOptions.Default));
        Assert.Equal(RedisConnectionFault.Tls, await FaultAsync(server.Url, RedisOptions.Default with { CaBundle = new TestCertificates().Authority }));
        Assert.Equal(RedisConnectionFault.Tls, await FaultAsync(server.Url, RedisOptions.Default with { CaBundle = "no certificate" }));
        Assert.Equal(RedisConnectionFault.Closed, await FaultAsync($"redis://127.0.0.1:{server.Port}", trusting));
    }

    [Fact]
    public async Task A_certificate_made_out_to_another_name_is_refused()
    {
        var certificates = new TestCertificates("redis.elsewhere");
        await using var server = await RedisServer.StartAsync(certificates: certificates, cancellationToken: Token);
        Assert.Equal(RedisConnectionFault.Tls, await FaultAsync($"rediss://localhost:{server.Port}", RedisOptions.Default with { CaBundle = certificates.Authority }));
    }

    [Fact]
    public async Task Users_are_let_in_by_their_passwords_and_held_to_their_keys()
    {
        await using var server = await RedisServer.StartAsync(
            ["--requirepass", "main", "--user", "app", "on", ">secret", "~shop:*", "+@stream", "+client|setname"], cancellationToken: Token);
        await using (var app = await ConnectAsync(server.Url, credentials: new RedisCredentials("app", "secret")))
        {
            await app.AddEntryAsync(StreamCommands.XAdd("shop:orders").Add("a").Add("b"), Token);
            Assert.Equal(1, await app.ReadStreamsAsync(new XReadRequest([new("shop:orders", default)], 10), new Seen(), Token));
            var error = await Assert.ThrowsAsync<RedisErrorException>(() => app.ReadStreamsAsync(new XReadRequest([new("other", default)], 10), new Seen(), Token));
            Assert.Equal(("NOPERM", false), (error.Code, error.IsTransient));
        }

        await using (var main = await ConnectAsync(server.Url, credentials: new RedisCredentials(null, "main")))
            Assert.Equal("stream", await main.TypeAsync("shop:orders", Token));
        Assert.Equal("WRONGPASS", await CodeAsync(server.Url, new RedisCredentials("app", "wrong")));
        Assert.Equal("WRONGPASS", await CodeAsync(server.Url, new RedisCredentials("nobody", "secret")));
        Assert.Equal("WRONGPASS", await CodeAsync(server.Url, new RedisCredentials(null, "secret")));
        Assert.Equal("NOAUTH", await CodeAsync(server.Url, null));
    }

    [Fact]
    public async Task A_server_without_HELLO_serves_by_RESP2()
    {
        await using var server = await RedisServer.StartAsync(["--rename-command", "HELLO", "", "--requirepass", "main"], cancellationToken: Token);
        await using var connection = await ConnectAsync($"redis://127.0.0.1:{server.Port}/3", credentials: new RedisCredentials(null, "main"));
        Assert.Equal(2, connection.Protocol);
        await connection.SendAsync([.. Enumerable.Range(1, 500).Select(static i => StreamCommands.XAdd("s", new StreamId(1, (ulong)i)).Add("n").Add(i))], Token);
        await connection.CreateGroupAsync("s", "g", new StreamId(1, 100), 100, makeStream: false, Token);
        Assert.Equal(new GroupInfo("g", 0, 0, new StreamId(1, 100), 100, 400), Assert.Single(await connection.GroupsAsync("s", Token)));
        Assert.Equal(500, (await connection.StreamInfoAsync("s", Token))!.EntriesAdded);
        var seen = new Seen();
        Assert.Equal(500, await connection.ReadStreamsAsync(new XReadRequest([new("none", default), new("s", default)], 1000), seen, Token));
        Assert.Equal("1 1-500 n=500", seen.Lines[^1]);
        Assert.Equal(0, await connection.ReadStreamsAsync(new XReadRequest([new("s", new StreamId(1, 500))], 1000, TimeSpan.FromMilliseconds(1)), seen, Token));
        Assert.Equal("WRONGPASS", await CodeAsync(server.Url, new RedisCredentials(null, "wrong")));
        Assert.Equal("NOAUTH", await CodeAsync(server.Url, null));
    }

    [Fact]
    public async Task A_replica_refuses_writes_for_the_time_being()
    {
        await using var server = await RedisServer.StartAsync(["--replicaof", "127.0.0.1", "1"], cancellationToken: Token);
        await using var connection = await ConnectAsync(server.Url);
        var error = await Assert.ThrowsAsync<RedisErrorException>(() => connection.AddEntryAsync(StreamCommands.XAdd("s").Add("a").Add("b"), Token));
        Assert.Equal(("READONLY", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task A_server_that_dies_breaks_a_blocked_read_and_its_port_refuses()
    {
        await using var server = await RedisServer.StartAsync(cancellationToken: Token);
        await using var connection = await ConnectAsync(server.Url);
        var read = connection.ReadStreamsAsync(new XReadRequest([new("s", default)], 10, TimeSpan.FromMinutes(5)), new Seen(), Token);
        await server.KillAsync();
        Assert.Equal(RedisConnectionFault.Closed, (await Assert.ThrowsAsync<RedisConnectionException>(() => read)).Fault);
        Assert.True(connection.IsBroken);
        Assert.Equal(RedisConnectionFault.Refused, await FaultAsync(server.Url, RedisOptions.Default));
        Assert.Equal(RedisConnectionFault.UnknownHost, await FaultAsync("redis://no-such-host.invalid", RedisOptions.Default with { ConnectTimeout = TimeSpan.FromMinutes(2) }));
    }

    [Fact]
    public async Task A_client_that_is_put_out_finds_the_connection_closed()
    {
        await using var server = await RedisServer.StartAsync(cancellationToken: Token);
        await using var connection = await ConnectAsync(server.Url);
        await using var other = await ConnectAsync(server.Url);
        await other.CallAsync(new RedisCommand("CLIENT").Add("KILL").Add("TYPE").Add("normal").Add("SKIPME").Add("yes"), Token);
        Assert.Equal(RedisConnectionFault.Closed, (await Assert.ThrowsAsync<RedisConnectionException>(() => connection.TypeAsync("s", Token))).Fault);
        Assert.Equal(RedisConnectionFault.Closed, (await Assert.ThrowsAsync<RedisConnectionException>(() => connection.TypeAsync("s", Token))).Fault);
    }

    /// <summary>Redis waits for more of what it takes for a command.</summary>
    [Fact]
    public async Task A_server_without_TLS_leaves_a_client_with_it_in_the_dark()
    {
        await using var server = await RedisServer.StartAsync(cancellationToken: Token);
        var hasty = RedisOptions.Default with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectAsync($"rediss://127.0.0.1:{server.Port}", hasty));
        Assert.Equal(RedisConnectionFault.TimedOut, error.Fault);
        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
    }

    private static Task<RedisConnection> ConnectAsync(string url, RedisOptions? options = null, RedisCredentials? credentials = null) =>
        RedisConnection.ConnectAsync(RedisAddress.Parse(url), credentials, options ?? RedisOptions.Default, TimeProvider.System, Token);

    private static async Task<RedisConnectionFault> FaultAsync(string url, RedisOptions options) =>
        (await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectAsync(url, options))).Fault;

    private static async Task<string> CodeAsync(string url, RedisCredentials? credentials) =>
        (await Assert.ThrowsAsync<RedisErrorException>(() => ConnectAsync(url, credentials: credentials))).Code;
}
