using LakehouseOperator.Testing;

namespace LakehouseOperator.Redis.Tests.Servers;

public sealed class HandshakeTests
{
    private const string Password = "canary-5f3a";

    private static readonly RedisCredentials Credentials = new("app", Password);

    [Fact]
    public async Task One_round_trip_says_protocol_and_credentials_and_one_more_name_and_database()
    {
        await using var server = new ScriptedServer(static command => command.StartsWith("HELLO", StringComparison.Ordinal)
            ? "%2\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$5\r\nproto\r\n:3\r\n"
            : "+OK\r\n");
        await using var connection = await server.ConnectAsync(Credentials, database: 4);
        Assert.Equal([$"HELLO 3 AUTH app {Password}", "CLIENT SETNAME lakehouse", "SELECT 4"], server.Commands);
        Assert.Equal((3, "7.2.4"), (connection.Protocol, connection.ServerVersion));
    }

    [Theory]
    [InlineData("-ERR unknown command 'HELLO', with args beginning with: '3'\r\n")]
    [InlineData("-NOPROTO unsupported protocol version\r\n")]
    [InlineData("-NOPERM this user has no permissions to run the 'hello' command\r\n")]
    public async Task A_server_without_RESP3_is_spoken_to_by_RESP2(string refusal)
    {
        await using var server = new ScriptedServer(command => command.StartsWith("HELLO", StringComparison.Ordinal) ? refusal : "+OK\r\n");
        await using var connection = await server.ConnectAsync(Credentials);
        Assert.Equal([$"HELLO 3 AUTH app {Password}", $"AUTH app {Password}", "CLIENT SETNAME lakehouse"], server.Commands);
        Assert.Equal((2, null), (connection.Protocol, connection.ServerVersion));
    }

    [Fact]
    public async Task The_default_user_is_authenticated_by_the_password_alone_where_there_are_no_users()
    {
        await using var server = new ScriptedServer(static command => command.StartsWith("HELLO", StringComparison.Ordinal) ? "-ERR unknown command\r\n" : "+OK\r\n");
        await using var connection = await server.ConnectAsync(new RedisCredentials(null, Password));
        Assert.Equal($"AUTH {Password}", server.Commands[1]);
    }

    /// <summary>A server that does not know HELLO quotes its arguments, the password among them.</summary>
    [Theory]
    [InlineData("-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'app' 'canary-5f3a'\r\n", "ERR")]
    [InlineData("-WRONGPASS invalid username-password pair canary-5f3a\r\n", "WRONGPASS")]
    [InlineData("-DENIED canary-5f3a\r\n", "DENIED")]
    public async Task No_error_of_the_handshake_shows_the_password(string refusal, string code)
    {
        await using var server = new ScriptedServer(_ => refusal);
        var error = await Assert.ThrowsAsync<RedisErrorException>(() => server.ConnectAsync(Credentials));
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain(Password, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, Credentials.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-NOAUTH HELLO must be called with the client already authenticated\r\n", "-NOAUTH Authentication required.\r\n")]
    [InlineData("-ERR unknown command 'HELLO'\r\n", "-NOAUTH Authentication required.\r\n")]
    public async Task A_server_that_asks_for_credentials_is_told_apart(string hello, string others)
    {
        await using var server = new ScriptedServer(command => command.StartsWith("HELLO", StringComparison.Ordinal) ? hello : others);
        Assert.Equal("NOAUTH", (await Assert.ThrowsAsync<RedisErrorException>(() => server.ConnectAsync())).Code);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_an_error_and_a_name_that_is_refused_is_none()
    {
        await using var server = new ScriptedServer(static command => command.Split(' ')[0] switch
        {
            "HELLO" => "%0\r\n",
            "SELECT" => "-ERR DB index is out of range\r\n",
            _ => "-ERR no names here\r\n",
        });
        var error = await Assert.ThrowsAsync<RedisErrorException>(() => server.ConnectAsync(database: 99));
        Assert.Contains("DB index", error.Message, StringComparison.Ordinal);

        await using var nameless = new ScriptedServer(static command => command.StartsWith("HELLO", StringComparison.Ordinal) ? "%0\r\n" : "-ERR no names here\r\n");
        await using var connection = await nameless.ConnectAsync();
        Assert.False(connection.IsBroken);
    }

    [Fact]
    public async Task What_is_no_Redis_is_said_to_be_none()
    {
        await using var server = new ScriptedServer(static _ => "HTTP/1.1 400 Bad Request\r\n\r\n");
        await Assert.ThrowsAsync<RedisProtocolException>(() => server.ConnectAsync());
    }

    [Fact]
    public async Task A_server_that_closes_at_once_is_a_broken_connection()
    {
        await using var server = new ScriptedServer(static _ => null);
        Assert.Equal(RedisConnectionFault.Closed, (await Assert.ThrowsAsync<RedisConnectionException>(() => server.ConnectAsync())).Fault);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_by_the_clock()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedServer(_ =>
        {
            asked.TrySetResult();
            return "";
        });
        var connecting = RedisConnection.ConnectAsync(server.Address, null, RedisOptions.Default, time, TestContext.Current.CancellationToken);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(connecting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RedisConnectionFault.TimedOut, (await Assert.ThrowsAsync<RedisConnectionException>(() => connecting)).Fault);
    }
}
