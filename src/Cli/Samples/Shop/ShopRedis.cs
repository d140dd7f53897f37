using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>The server that the shop writes to, as the command line names it.</summary>
internal sealed record ShopRedis(string Url, string? Username, string? PasswordFile, string? CaFile)
{
    public const string PasswordVariable = "LAKEHOUSE_REDIS_PASSWORD";

    /// <summary>Connects, and makes sure that every key can be appended to, so that nothing is written where not all can be.</summary>
    /// <exception cref="DiagnosticException">What was given is not usable, or the server is not there or refuses.</exception>
    public async Task<RedisConnection> ConnectAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var address = Address();
        var options = new RedisOptions { ClientName = "lakehouse-sample-shop", CaBundle = CaFile is null ? null : Read(CaFile, "--ca-file") };
        var credentials = Credentials();
        RedisConnection? connection = null;
        try
        {
            connection = await RedisConnection.ConnectAsync(address, credentials, options, time, cancellationToken).ConfigureAwait(false);
            foreach (var key in ShopStreams.Keys)
            {
                if (await connection.TypeAsync(key, cancellationToken).ConfigureAwait(false) is var type and not ("none" or "stream"))
                    throw new DiagnosticException(InputCodes.RedisRefused, $"{address}: the key {key} is no stream but a {type}", "remove that key, or name another database: redis://HOST:PORT/DB");
            }

            var connected = connection;
            connection = null;
            return connected;
        }
        catch (RedisException e)
        {
            throw Refused(e);
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What went wrong, for a person.</summary>
    public static DiagnosticException Refused(RedisException error) => error switch
    {
        RedisErrorException { Code: "NOAUTH" } => new DiagnosticException(
            InputCodes.RedisRefused, "the Redis server asks for a password", $"give it: --password-file FILE, or the variable {PasswordVariable}"),
        RedisErrorException { Code: "WRONGPASS" } => new DiagnosticException(
            InputCodes.RedisRefused, "the Redis server knows no such user and password", $"see --username, --password-file and {PasswordVariable}"),
        RedisErrorException { Code: "NOPERM" } => new DiagnosticException(
            InputCodes.RedisRefused, $"the Redis server does not allow it: {error.Message}", "the user needs +xadd and +type on the keys shop:*"),
        RedisErrorException => new DiagnosticException(InputCodes.RedisRefused, $"the Redis server refuses: {error.Message}", "mend what it says and run the command again"),
        _ => new DiagnosticException(InputCodes.RedisUnreachable, error.Message, "see that a Redis server runs there and that --redis names it"),
    };

    private RedisAddress Address()
    {
        try
        {
            return RedisAddress.Parse(Url);
        }
        catch (RedisAddressException e)
        {
            throw new DiagnosticException(
                InputCodes.RedisUrl, $"--redis: {e.Message}", $"write redis://HOST:PORT/DB; a password comes by --password-file FILE or the variable {PasswordVariable}");
        }
    }

    private RedisCredentials? Credentials()
    {
        var password = PasswordFile is not null
            ? Read(PasswordFile, "--password-file").TrimEnd('\r', '\n')
            : Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given ? given : null;
        if (password is null && Username is not null)
            throw new DiagnosticException(InputCodes.Usage, "--username without a password", $"give one: --password-file FILE, or the variable {PasswordVariable}");
        return password is null ? null : new RedisCredentials(Username, password);
    }

    private static string Read(string file, string option)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(InputCodes.PathUnreadable, $"{option}: {file} cannot be read", "name a file that is there and may be read");
        }
    }
}
