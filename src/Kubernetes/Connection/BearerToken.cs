namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>A token, or the file of one that is rotated while we run.</summary>
public sealed class BearerToken
{
    /// <summary>Kubelet rotates a token when a fifth of its time is left, ten minutes or more: a minute late does no harm.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly string? path;
    private string? token;
    private long? readAt;

    private BearerToken(string? token, string? path)
    {
        this.token = token;
        this.path = path;
    }

    public static BearerToken Of(string token) => new(token, null);

    /// <summary>Read again every minute, and when the server says 401.</summary>
    public static BearerToken FromFile(string path) => new(null, path);

    /// <summary>Never the token.</summary>
    public override string ToString() => path ?? "(token)";

    /// <exception cref="ConnectionException">The file cannot be read, and never could.</exception>
    internal string Current(TimeProvider time)
    {
        lock (gate)
        {
            if (path is not null && (readAt is not { } at || time.GetElapsedTime(at) >= Kept))
                Read(path, time);
            return token ?? throw new ConnectionException($"the token file {path} is empty");
        }
    }

    /// <summary>The server did not accept a token.</summary>
    /// <returns>Whether there is another one by now.</returns>
    internal bool Renew(string refused, TimeProvider time)
    {
        lock (gate)
        {
            if (path is not null && string.Equals(token, refused, StringComparison.Ordinal))
                Read(path, time);
            return !string.Equals(token, refused, StringComparison.Ordinal);
        }
    }

    private void Read(string file, TimeProvider time)
    {
        try
        {
            var text = File.ReadAllText(file).Trim();
            token = text.Length > 0 ? text : token;
            readAt = time.GetTimestamp();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (token is null)
                throw new ConnectionException($"the token file {file} cannot be read: {e.Message}", e);
        }
    }
}
