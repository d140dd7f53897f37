namespace LakehouseOperator.Redis.Resp;

/// <summary>HELLO 3, or where the server has none, AUTH; then the name and the database.</summary>
internal static class Handshake
{
    /// <returns>The protocol and the server's version.</returns>
    public static async Task<(int Protocol, string? Version)> RunAsync(
        RedisConnection connection, RedisCredentials? credentials, string clientName, CancellationToken cancellationToken)
    {
        var hello = new RedisCommand("HELLO").Add(3);
        if (credentials is not null)
            hello.Add("AUTH").Add(credentials.Username ?? "default").Add(credentials.Password);
        var answer = (await connection.SendAsync([hello], cancellationToken).ConfigureAwait(false))[0];
        var isResp3 = answer.Error is null;
        if (answer.Error is { Code: not ("ERR" or "NOPROTO" or "NOPERM") } refusal)
            throw Refused(connection, refusal);
        if (!isResp3 && credentials is not null)
            await AuthenticateAsync(connection, credentials, cancellationToken).ConfigureAwait(false);

        // The name is for people; a server or a proxy that does not know names is no worse.
        var name = new RedisCommand("CLIENT").Add("SETNAME").Add(clientName);
        var select = new RedisCommand("SELECT").Add(connection.Address.Database);
        var others = await connection.SendAsync(connection.Address.Database == 0 ? [name] : [name, select], cancellationToken).ConfigureAwait(false);
        if (others[^1].Error is { } wrong && (connection.Address.Database != 0 || wrong.Code is "NOAUTH"))
            throw wrong;
        return isResp3 ? ((int)(answer.Field("proto")?.AsInteger() ?? 3), answer.Field("version")?.AsText()) : (2, null);
    }

    private static async Task AuthenticateAsync(RedisConnection connection, RedisCredentials credentials, CancellationToken cancellationToken)
    {
        var command = new RedisCommand("AUTH");
        if (credentials.Username is not null)
            command.Add(credentials.Username);
        var answer = (await connection.SendAsync([command.Add(credentials.Password)], cancellationToken).ConfigureAwait(false))[0];
        if (answer.Error is { } refusal)
            throw Refused(connection, refusal);
    }

    /// <summary>A server that does not know a command quotes its arguments, and here these are credentials: its own words go no further.</summary>
    private static RedisErrorException Refused(RedisConnection connection, RedisErrorException refusal) => new(
        refusal.Code,
        refusal.Code switch
        {
            "NOAUTH" => $"NOAUTH {connection.Address}: the server asks for credentials, and there are none",
            "WRONGPASS" => $"WRONGPASS {connection.Address}: the server does not know this user and password, or the user is disabled",
            var code => $"{code} {connection.Address}: the server refused the credentials",
        });
}
