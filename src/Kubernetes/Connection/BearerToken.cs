namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>A token, or the file of one that is rotated while we run.</summary>
public sealed class BearerToken
{
    private readonly string? fixedToken;
    private readonly string? path;

    private BearerToken(string? fixedToken, string? path)
    {
        this.fixedToken = fixedToken;
        this.path = path;
    }

    public static BearerToken Of(string token) => new(token, null);

    /// <summary>Read again every minute, and when the server says 401.</summary>
    public static BearerToken FromFile(string path) => new(null, path);

    /// <summary>Never the token.</summary>
    public override string ToString() => path ?? (fixedToken is null ? "" : "(token)");
}
